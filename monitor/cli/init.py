"""`itaku init`: the files that an operator starts from."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from monitor.cli.border import FAILED, give_up, say


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Write a commented config.toml, a registry.toml to fill in, and keys, into DIR."""
    from monitor.assets import CONFIG, EXAMPLES

    files = {folder / "config.toml": CONFIG, folder / "registry.toml": EXAMPLES / "registry.toml"}
    there = [str(path) for path in files if path.exists()]
    if there:
        give_up([f"{path} exists already; nothing was written." for path in there], FAILED)
    folder.mkdir(parents=True, exist_ok=True)
    for path, source in files.items():
        path.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
        say(f"wrote {path}")
    keys = folder / "data" / "link.keys"
    if make_keys(keys):
        say(f"wrote {keys} (mode 0600; keep it: without it no link that was mailed works)")
    say("Next: edit both files, then run  itaku doctor · itaku plan · itaku apply · itaku serve")


def make_keys(path: Path) -> bool:
    """New keys, readable by their owner only; an existing file is never touched."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(f"k1 {secrets.token_hex(32)}\n")
    return True
