"""`itaku init`: the files that an operator starts from."""

from __future__ import annotations

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
    try:
        _write(folder, files)
    except OSError as error:
        give_up([f"{error.filename}: {error.strerror}"], FAILED)
    say("Next: edit both files, then run  itaku doctor · itaku plan · itaku apply · itaku serve")


def _write(folder: Path, files: dict[Path, Path]) -> None:
    from monitor.keys import make_keys

    folder.mkdir(parents=True, exist_ok=True)
    for path, source in files.items():
        path.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
        say(f"wrote {path}")
    keys = folder / "data" / "link.keys"
    if make_keys(keys):
        say(f"wrote {keys} (mode 0600; keep it: without it no link that was mailed works)")
    signing = folder / "data" / "receipt.keys"
    if make_keys(signing):
        say(f"wrote {signing} (mode 0600; keep it: it signs the parties' receipts)")
