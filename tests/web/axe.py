"""axe-core, the examiner of accessibility. It is Mozilla-licensed and needed in tests only, so it is fetched and not kept.

Looked for in this order: the file that `ITAKU_AXE` names, a `node_modules` at or above the checkout, our own `.cache`;
else it is fetched into `.cache` with npm, which checks the package against the registry's hash. Where npm itself is
missing the tests that need it are skipped, and fail if `CI` is set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

import pytest

VERSION = "4.14.1"
ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache"
FILE = "axe.min.js"


@cache
def axe() -> str:
    """The source of axe-core, to be evaluated in a page."""
    return (_at_hand() or _fetched()).read_text(encoding="utf-8")


def _at_hand() -> Path | None:
    named = os.environ.get("ITAKU_AXE")
    if named:
        return Path(named)
    places = [folder / "node_modules/axe-core" / FILE for folder in (ROOT, *ROOT.parents)]
    return next((place for place in [*places, _cached()] if place.is_file()), None)


def _cached() -> Path:
    return CACHE / f"axe-core-{VERSION}" / FILE


def _fetched() -> Path:
    npm = shutil.which("npm")
    if npm is None:
        if os.environ.get("CI"):
            pytest.fail(f"npm is missing: axe-core {VERSION} cannot be fetched, and ITAKU_AXE names no file")
        pytest.skip(
            f"ACCESSIBILITY IS NOT TESTED: there is no npm to fetch axe-core {VERSION}. Install it or set ITAKU_AXE."
        )
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n", encoding="utf-8")  # the folder keeps itself out of the repository
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        command = [npm, "pack", f"axe-core@{VERSION}", "--pack-destination", folder, "--silent"]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if run.returncode:
            pytest.fail(f"axe-core {VERSION} could not be fetched: {run.stderr.strip()}")
        unpacked = Path(folder, FILE)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            source = package.extractfile(f"package/{FILE}")
            assert source is not None, f"axe-core {VERSION} has no {FILE}"
            unpacked.write_bytes(source.read())
        _cached().parent.mkdir(exist_ok=True)
        unpacked.replace(_cached())  # at once, for other workers may be reading
    return _cached()
