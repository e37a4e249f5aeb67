"""What `make layers` cannot hold: what is loaded by running, and that its lists leave nothing out."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from checks import CHECKS

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
CONTRACTS = {
    contract["name"]: contract
    for contract in tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
}


def test_every_check_is_kept_apart_from_the_others():
    kept_apart = CONTRACTS["No check knows another"]["modules"]
    assert sorted(kept_apart) == sorted(type(check).__module__ for check in CHECKS.values())


def test_what_decides_loads_no_network():
    """With a module Python loads the package around it; the linter counts only what is written."""
    contract = CONTRACTS["Deciding needs no network"]
    code = "import importlib, sys; [importlib.import_module(name) for name in {}]; print({} & sys.modules.keys())"
    code = code.format(contract["source_modules"], set(contract["forbidden_modules"]))
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
