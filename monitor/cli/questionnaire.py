"""`itaku questionnaire`: which there are, what one asks, whether a file is one; out to TOML or Excel and back in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.border import FAILED, INVALID, config_option, give_up, json_option, put, say, settings_of
from monitor.cli.misspelt import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from monitor.questionnaire import Mistake, Question, Questionnaire
    from monitor.questionnaire.importing import Imported

_EDITABLE = (".toml", ".xlsx")
_output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=Path("-"),
    help="The file to write; its ending says how.",
)


@click.group()
def questionnaire() -> None:
    """Questionnaires as data: list, show, check, export to Excel, import."""


@questionnaire.command()
@config_option
@json_option
@click.pass_context
def ls(context: click.Context, config_file: Path | None, *, as_json: bool) -> None:
    """List the questionnaires that can be asked: those shipped, and your own."""
    from monitor.language import reader

    shelf, own = _shelf(context, config_file)
    for name, each in sorted(shelf.items()):
        facts = {
            "id": name,
            "version": each.version,
            "origin": "own" if name in own else "shipped",
            "questions": len(each.questions),
            "minutes": each.minutes,
            "title": each.title.model_dump(),
        }
        origin = "*" if name in own else " "
        title = each.title.in_(reader())
        line = f"{origin} {name:22} v{each.version:<4}{len(each.questions):>4} questions {each.minutes:>4} min  {title}"
        put(facts) if as_json else click.echo(line)
    if own and not as_json:
        say("* your own")


@questionnaire.command()
@click.argument("name", metavar="ID")
@config_option
@json_option
@click.pass_context
def show(context: click.Context, name: str, config_file: Path | None, *, as_json: bool) -> None:
    """Show what a questionnaire asks: questions, conditions, weights, points, findings."""
    from monitor.language import reader

    found = _one(_shelf(context, config_file)[0], name)
    if as_json:
        put(found.model_dump(mode="json", exclude_none=True))
        return
    for line in _told(found, reader()):
        click.echo(line)


@questionnaire.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@json_option
def check(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Tell everything that is wrong with questionnaires in TOML or Excel. Exits 6 if something is."""
    from monitor.questionnaire import InvalidQuestionnaire

    mistakes: list[Mistake] = []
    for file in files:
        try:
            found = _read(file)
        except InvalidQuestionnaire as error:
            mistakes += error.mistakes
            continue
        say(f"{file}: {found.id} v{found.version}, {len(found.questions)} questions: sound")
    _tell(mistakes, as_json=as_json)


@questionnaire.command()
@click.argument("name", metavar="ID")
@_output
@config_option
@click.pass_context
def export(context: click.Context, name: str, output: Path, config_file: Path | None) -> None:
    """Write a questionnaire as TOML, or as an Excel workbook to edit."""
    found = _one(_shelf(context, config_file)[0], name)
    _write(found, output)


@questionnaire.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_output
@click.option(
    "--from",
    "kind",
    type=click.Choice(["xlsx", "toml", "checklist", "caiq"]),
    help="What the file is: a workbook that was exported here, TOML, any check sheet in Excel, a CAIQ workbook.",
)
@click.option(
    "--answers", type=click.Path(path_type=Path, dir_okay=False), help="Write the answers of a filled-in sheet as JSON."
)
@json_option
def import_(file: Path, output: Path, kind: str | None, answers: Path | None, *, as_json: bool) -> None:
    """Read a questionnaire from Excel and write it as TOML; what could not be read is listed."""
    from monitor.language import reader
    from monitor.questionnaire import InvalidQuestionnaire

    foreign = kind in {"checklist", "caiq"}
    if answers and not foreign:
        raise click.UsageError("--answers goes with --from checklist or caiq")
    try:
        if not foreign:
            _write(_read(file, kind), output)
            return
        found = _foreign(file, kind)
    except InvalidQuestionnaire as error:
        _tell(error.mistakes, as_json=as_json)
        return
    for each in found.unread:
        place = {"file": file.name, "place": each.cell, "rule": "unread", "remedy": each.why.in_(reader())}
        put(place) if as_json and str(output) != "-" else say(f"{file.name} {each.in_(reader())}")
    _write(found.questionnaire, output)
    count = len(found.questionnaire.questions)
    say(f"{count} questions, {len(found.answers)} answers, {len(found.unread)} places to look at")
    say("Texts stand in both languages as in the file: translate them before you ask.")
    if answers:
        _keep(found, answers)


def _foreign(file: Path, kind: str | None) -> Imported:
    from monitor.questionnaire.importing import from_caiq, from_checklist

    read = from_caiq if kind == "caiq" else from_checklist
    return read(_content(file), file.name)


def _keep(found: Imported, answers: Path) -> None:
    from monitor.questionnaire import freeze_answers

    answers.write_text(freeze_answers(found.questionnaire, found.answers).text + "\n", encoding="utf-8")
    say(f"wrote {answers}")


def _shelf(context: click.Context, config_file: Path | None) -> tuple[Mapping[str, Questionnaire], frozenset[str]]:
    """All that can be asked, and the ids of the group's own among them."""
    from monitor.language import reader
    from monitor.mistakes import Invalid
    from monitor.plugins import own_questionnaires, shelf

    try:
        settings = settings_of(config_file, context)
        return shelf(settings), frozenset(own_questionnaires(settings))
    except Invalid as error:
        give_up((mistake.in_(reader()) for mistake in error.mistakes), INVALID)
        raise AssertionError from error


def _one(shelf: Mapping[str, Questionnaire], name: str) -> Questionnaire:
    if name in shelf:
        return shelf[name]
    raise unknown(f"questionnaire {name}", name, shelf, "itaku questionnaire ls lists all.", "ID")


def _read(file: Path, kind: str | None = None) -> Questionnaire:
    from monitor.questionnaire import load
    from monitor.questionnaire.workbook import from_workbook

    if (kind or file.suffix.lower()[1:]) == "xlsx":
        return from_workbook(_content(file), file.name)
    return load(file)


def _content(file: Path) -> bytes:
    from monitor.sheets import MAX_FILE

    with file.open("rb") as source:
        return source.read(MAX_FILE + 1)


def _write(found: Questionnaire, output: Path) -> None:
    from monitor.questionnaire.workbook import to_workbook
    from monitor.questionnaire.writing import to_toml

    if str(output) == "-":
        click.echo(to_toml(found), nl=False)
        return
    if output.suffix.lower() not in _EDITABLE:
        raise click.BadParameter(f"{output.name} should end in {' or '.join(_EDITABLE)}", param_hint="-o")
    excel = output.suffix.lower() == ".xlsx"
    try:
        output.write_bytes(to_workbook(found) if excel else to_toml(found).encode())
    except OSError as error:
        give_up([f"{output}: {error.strerror}"], FAILED)
    say(f"wrote {output}")


def _tell(mistakes: Sequence[Mistake], *, as_json: bool) -> None:
    """Each mistake as a line, on stdout only where a script asked for it; then exit 6."""
    from monitor.language import reader

    for mistake in mistakes:
        if as_json:
            place = {"file": mistake.file, "place": mistake.question, "rule": mistake.rule}
            put(place | {"remedy": mistake.remedy.in_(reader())})
        else:
            say(mistake.in_(reader()))
    if mistakes:
        raise click.exceptions.Exit(INVALID)


def _told(found: Questionnaire, language: str) -> Iterator[str]:
    yield f"{found.id} v{found.version}  {found.title.in_(language)}  ({found.minutes} min)"
    yield f"{found.source}  [{found.licence}]"
    for section in found.sections:
        yield f"\n## {section.title.in_(language)}"
        for question in section.questions:
            yield from _asked(question, language)


def _asked(question: Question, language: str) -> Iterator[str]:
    from monitor.questionnaire.workbook.conditions import condition_said

    marks: dict[str, Any] = {
        question.type: True,
        f"weight {question.weight}": question.weight,
        "optional": not question.required,
        "n/a": question.na_allowed,
        f"when {condition_said(question.when)}" if question.when else "": question.when,
    }
    yield f"- {question.text.in_(language)}"
    yield f"  {question.id}: {', '.join(mark for mark, holds in marks.items() if holds)}"
    if question.finding:
        yield f"    {question.bad}: {question.finding.severity}, {question.finding.name.in_(language)}"
    for choice in question.choices:
        points = "" if choice.points is None else f" [{choice.points}]"
        weak = f"  -> {choice.finding.severity}, {choice.finding.name.in_(language)}" if choice.finding else ""
        yield f"    {choice.id}{points}: {choice.text.in_(language)}{weak}"
