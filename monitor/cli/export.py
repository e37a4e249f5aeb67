"""`itaku export`: what leaves the product as files."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.border import BROKEN, FAILED, bordered, config_option, give_up, say, settings_of, store_of
from monitor.cli.misspelt import registered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from monitor.config import Settings

WHOLE = range(1900, 3000)  #: calendar years that may begin a fiscal year


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for at the command line. `codes`: how it went, where something of it does not hold."""

    company: str | None
    party: str | None
    year: int | None
    language: str | None
    settings: Settings
    codes: list[int] = field(default_factory=list)


@click.command()
@click.argument("what", type=click.Choice(["ledger", "pack", "registry", "reviews", "promises"]))
@click.option("--company", help="Only what concerns this company.")
@click.option("--party", help="Only what concerns this party.")
@click.option("--year", type=click.IntRange(WHOLE[0], WHOLE[-1]), help="Only the fiscal year that begins in this one.")
@click.option("--language", type=click.Choice(["ja", "en"]), help="Of a workbook or a pack; default: the group's.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("-"),
    help="The file to write.",
)
@config_option
@click.pass_context
@bordered
async def export(
    context: click.Context,
    what: str,
    output: Path,
    config_file: Path | None,
    **chosen: str | int | None,
) -> None:
    """Write the ledger of trustees (委託先管理台帳, .xlsx), an evidence pack (証跡一式, .zip), the registry as TOML
    to be applied again, the reviews of answers as JSON lines, or how the promises stand as a workbook (.xlsx).
    """
    settings = settings_of(config_file, context)
    wanted = Wanted(**chosen, settings=settings)  # type: ignore[arg-type]  # as the options above have them
    _suits(what, wanted, output)
    async with store_of(settings):
        known = await _keys(what)
        for kind, key in (("company", wanted.company), ("party", wanted.party)):
            registered(kind, key, known[kind])
        if what in _TEXTS:
            await _to(output, what, wanted)
        else:
            with whole(output) as part:
                told = await _FILES[what](wanted, part)
            say(f"wrote {output}{f': {told}' if told else ''}")
    context.exit(max(wanted.codes, default=0))


async def _to(output: Path, what: str, wanted: Wanted) -> None:
    text = await _TEXTS[what](wanted.company, wanted.party)
    if str(output) == "-":
        click.echo(text.encode(), nl=False)
    else:
        output.write_bytes(text.encode())
        say(f"wrote {output}")


@contextmanager
def whole(output: Path) -> Iterator[Path]:
    """A file to write beside the one that is wanted, whose place it takes when it is whole. What was there before stays
    until then.
    """
    if not output.parent.is_dir():
        raise click.BadParameter(f"there is no folder {output.parent}.", param_hint="--output")
    part = output.with_name(f".{output.name}.part")
    try:
        part.touch()
        yield part
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def _suits(what: str, wanted: Wanted, output: Path) -> None:
    """What does not go together is said before anything is read."""
    if what in _FILES and str(output) == "-":
        raise click.BadParameter(f"{_NAMES[what]} needs a file: -o {_EXAMPLES[what]}", param_hint="--output")
    for name, suited in _SUITED.items():
        if getattr(wanted, name) is not None and what not in suited:
            those = " and ".join(f"`export {one}`" for one in suited)
            raise click.BadParameter(f"it is for {those}; leave it out.", param_hint=f"--{name}")


async def _ledger(wanted: Wanted, part: Path) -> str:
    from monitor import clock
    from monitor.promises.trustees.choosing import Choice
    from monitor.promises.trustees.making import make
    from monitor.registry.roster import roster

    present = await roster()
    choice = Choice.of(wanted.company, wanted.party, wanted.year, present)
    today = present.calendar.day_of(clock.now())
    count = await make(part, choice, present, today, wanted.language or present.group.language)
    return f"{count} work{'' if count == 1 else 's'}"


async def _pack(wanted: Wanted, part: Path) -> str:
    import hashlib

    from monitor import clock
    from monitor.building import signing
    from monitor.evidence import EvidenceStore
    from monitor.ledger import Broken
    from monitor.promises.pack.making import Asked, Tools, pack
    from monitor.promises.trustees.choosing import Choice
    from monitor.registry.roster import roster

    settings, present = wanted.settings, await roster()
    choice = Choice.of(wanted.company, wanted.party, wanted.year, present)
    today = present.calendar.day_of(clock.now())
    asked = Asked(choice, present, today, wanted.language or present.group.language)
    tools = Tools(EvidenceStore(settings.evidence_url), signing(settings), f"{settings.web.base_url}/verify")
    try:
        made = await pack(part, asked, tools)
    except Broken as error:
        give_up([f"The ledger is broken, so a pack would prove nothing. {error}"], BROKEN)
    for state, name in made.troubles:
        say(f"{_STATES[state]}: {name}")
    wanted.codes.extend(_CODES[state] for state, _ in made.troubles)
    with part.open("rb") as file:
        return f"SHA-256 {hashlib.file_digest(file, 'sha256').hexdigest()}"


async def _promises(wanted: Wanted, part: Path) -> str:
    from monitor import clock
    from monitor.letters.words import named
    from monitor.promises.matrix.sheet import workbook
    from monitor.promises.matrix.table import matrix
    from monitor.registry.roster import roster

    found = await matrix(clock.now(), [wanted.company] if wanted.company else None)
    present = await roster()
    language = wanted.language or present.group.language
    names = {key: named(present.companies[key], language) for key in found}
    part.write_bytes(workbook(found, names, wanted.settings.web.base_url, language))
    return ""


async def _registry(company: str | None, party: str | None) -> str:
    from monitor.registry.export import export as run

    return await run(company, party)


async def _reviews(company: str | None, party: str | None) -> str:
    import json

    from monitor.reviewing.export import lines

    return "".join([json.dumps(line, ensure_ascii=False) + "\n" async for line in lines(company, party)])


_TEXTS: dict[str, Callable[[str | None, str | None], Awaitable[str]]] = {"registry": _registry, "reviews": _reviews}
_FILES: dict[str, Callable[[Wanted, Path], Awaitable[str]]] = {"ledger": _ledger, "pack": _pack, "promises": _promises}
_NAMES = {"ledger": "a workbook", "promises": "a workbook", "pack": "a pack"}
_STATES = {"missing": "not in the store", "changed": "not what was handed in"}
_CODES = {"missing": FAILED, "changed": BROKEN}
_EXAMPLES = {"ledger": "trustees.xlsx", "promises": "promises.xlsx", "pack": "pack.zip"}
#: Options that not every export takes, with those that do.
_SUITED = {
    "party": ("ledger", "pack", "registry", "reviews"),
    "year": ("ledger", "pack"),
    "language": ("ledger", "pack", "promises"),
}


async def _keys(what: str) -> dict[str, set[str]]:
    """What may be named. The books still hold parties and companies that have left the registry."""
    from monitor.registry.apply import known_keys
    from monitor.registry.differences import MODELS

    if what not in {"ledger", "pack"}:
        return await known_keys()
    return {
        kind: {str(key) for key in await MODELS[kind].all().values_list("key", flat=True)}
        for kind in ("company", "party")
    }
