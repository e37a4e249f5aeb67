"""What the code knows stands in the pages, and what stands in the pages the code knows."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import get_args

import click
import pytest
from ledger_types import Module, written
from pages import ROOT, WORD, first_cells, prose, sections, text_of
from prometheus_client import generate_latest
from pydantic import BaseModel

from checks import CHECKS
from monitor.__main__ import itaku
from monitor.config import Section, Settings
from monitor.measures import REGISTRY
from monitor.questionnaire.defaults import BY_KIND_AND_TIER, DELETION, SHORT
from monitor.registry.format import OWING, SINGLES, Engagement, Entry, Place, State
from monitor.registry.read import KINDS
from monitor.simulation.deeds import DEEDS, LINES
from monitor.simulation.event import Event
from monitor.simulation.world import _SAID


def _inner(annotation: object) -> type[BaseModel] | None:
    parts = [annotation, *get_args(annotation)]
    return next((part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)), None)


def _tables(model: type[BaseModel], name: str) -> dict[str, set[str]]:
    """A table and the tables within it, each with its own keys."""
    found: dict[str, set[str]] = {name: set()}
    for key, field in model.model_fields.items():
        inner = _inner(field.annotation)
        if inner:
            found |= _tables(inner, f"{name}.{field.alias or key}" if name else key)
        elif not field.exclude:
            found[name].add(field.alias or key)
    return found


def _documented(page: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for heading, text in sections(page):
        for name in re.findall(r"`\[+([a-z_.]+)\]+`", heading):
            found[name] = set(first_cells(text, "key"))
    return found


def test_every_key_of_the_configuration_is_documented_and_no_other():
    known = {name: keys for name, keys in _tables(Settings, "").items() if name not in {"", "ladder"}}
    assert {name: keys for name, keys in _documented("configuration.md").items() if name != "notifiers"} == known


def test_defaults_of_the_configuration_are_the_documented_ones():
    wrong = []
    for heading, text in sections("configuration.md"):
        if heading.startswith("`["):
            model = _model(re.findall(r"\[([a-z_.]+)\]", heading)[0])
            for row in (row.split("|") for row in text.splitlines() if row.startswith("| `")):
                key, shown = WORD.findall(row[1])[0], row[3].strip()
                default = next(
                    field.default for name, field in model.model_fields.items() if (field.alias or name) == key
                )
                if shown not in _shapes(default):
                    wrong.append((heading, key, shown, default))
    said = {key for _, key, *_ in wrong}
    assert said == {"user_agent", "nameservers", "hello"}, wrong  # told in words: they depend on other keys


def _model(name: str) -> type[BaseModel]:
    model: type[BaseModel] = Settings
    for step in name.split("."):
        model = _inner(model.model_fields[step].annotation) or Section
    return model


def _shapes(default: object) -> set[str]:
    if default is None:
        return {"none"}
    if isinstance(default, tuple):
        return {f"`{json.dumps(list(default))}`"}
    return {"empty", "none"} if default == "" else {f"`{default}`"}


def test_every_key_of_the_registry_is_documented_and_no_other():
    known: dict[str, set[str]] = {}
    for kind, model in (SINGLES | KINDS).items():
        known |= _tables(model, kind)
    assert _documented("registry.md") == known


def test_required_keys_of_the_registry_are_marked():
    wrong = []
    for heading, text in sections("registry.md"):
        for name in re.findall(r"^`\[+([a-z_.]+)\]+`", heading):
            kind, *steps = name.split(".")
            model: type[BaseModel] = (SINGLES | KINDS)[kind]
            for step in steps:
                called = {field.alias or key: field for key, field in model.model_fields.items()}
                model = _inner(called[step].annotation) or Entry
            marked = {
                key for row in text.splitlines() for key in re.findall(r"`([a-z_]+)` \*", row.split("|")[1] if "|" in row else "")
            }  # fmt: skip
            if marked != {field.alias or key for key, field in model.model_fields.items() if field.is_required()}:
                wrong.append(name)
    assert not wrong


def test_words_that_a_registry_may_use_are_all_told():
    page = set(WORD.findall(text_of("registry.md")))
    places = get_args(Place.model_fields["kind"].annotation)
    assert set(get_args(State)) | set(places) | set(CHECKS) | {"following", "preceding"} <= page
    state = next(row for row in text_of("registry.md").splitlines() if row.startswith("| `state`"))
    owing, nothing = state.split("nothing in")
    assert set(WORD.findall(owing)) >= OWING
    assert set(WORD.findall(nothing)) == set(get_args(State)) - OWING
    assert {SHORT, *(name for row in BY_KIND_AND_TIER.values() for name in row.values())} <= page
    assert set(DELETION.values()) <= page
    assert Engagement.model_fields["deletion_days"].default == 30


def test_rhythms_of_checks_are_the_documented_ones():
    row = next(row for row in text_of("registry.md").splitlines() if row.startswith('| `every` | `"30s"'))
    for kind, check in CHECKS.items():
        minutes = int(check.every.total_seconds()) // 60
        assert f"`{kind}` {minutes}m" in row or f"`{kind}` {minutes // 60}h" in row


def test_every_check_has_its_section_with_its_options_and_their_defaults():
    told = dict(sections("checks.md"))
    assert {heading.strip("`") for heading in told if heading.startswith("`")} == set(CHECKS)
    for kind, check in CHECKS.items():
        rows = [
            [cell.strip() for cell in row.split("|")] for row in told[f"`{kind}`"].splitlines() if row.startswith("| `")
        ]
        documented = {row[1].strip("`"): row[2] for row in rows}
        assert documented == {field.name: _told(getattr(check, field.name)) for field in fields(check)}


def _told(value):
    return "none" if value in {"", (), None} else f"`{value}`".lower() if isinstance(value, bool) else f"{value}"


def test_every_deed_of_a_script_is_documented_with_its_keys():
    documented = {}
    for row in (row.split("|") for row in text_of("simulate.md").splitlines() if row.startswith("| `")):
        if len(row) == 5 and WORD.findall(row[1]) != ["do"]:
            documented[WORD.findall(row[1])[0]] = set(re.findall(r"`([a-z_]+)`(\*?)", row[2]))
    known = {}
    for model in DEEDS:
        (deed,) = get_args(model.model_fields["do"].annotation)
        fields = {name: field for name, field in model.model_fields.items() if name not in {*Event.model_fields, "do"}}
        known[deed] = {(name, "*" * field.is_required()) for name, field in fields.items()}
    assert documented == known


def test_every_key_and_word_of_simulates_output_is_documented():
    said = dict(sections("simulate.md"))["Output"]
    assert set(first_cells(said, "`what`")) == {*LINES.values(), "mail", "refused"}
    keys = {*_SAID, "at", "what", "notice", "rung", "audience", "to", "subject", "mail", "company", "case", "state"}
    assert set(first_cells(said, "key")) == keys


def _commands(group: click.Group, name: str) -> dict[str, click.Command]:
    context = click.Context(group)
    found: dict[str, click.Command] = {}
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command
        found |= (
            _commands(command, f"{name} {word}") if isinstance(command, click.Group) else {f"{name} {word}": command}
        )
    return found


def test_every_command_and_option_is_documented_and_no_other():
    documented = {}
    for heading, text in sections("commands.md", "##"):
        if heading.startswith("`itaku"):
            documented[heading.strip("`")] = set(first_cells(text, "option"))
    known = {
        name: {option for part in command.params if isinstance(part, click.Option) for option in part.opts}
        for name, command in _commands(itaku, "itaku").items()
    }
    assert documented == known
    options = set(first_cells(dict(sections("simulate.md"))["Options"]))
    assert {option.split()[0] for option in options} == known["itaku simulate"]


def test_every_metric_is_documented_and_no_other():
    text = generate_latest(REGISTRY).decode()
    known = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE)) - {"itaku_looks_created"}
    assert set(first_cells(text_of("operations.md"), "metric")) == known


def test_every_part_of_readiness_is_documented_and_no_other():
    source = (ROOT / "monitor/house.py").read_text(encoding="utf-8")
    known = set(re.findall(r'^ {12}"(\w+)": ', source, re.MULTILINE))
    assert known
    assert set(first_cells(text_of("operations.md"), "part")) == known


def test_every_type_of_the_ledger_is_documented_and_no_other():
    assert set(first_cells(text_of("ledger.md"), "`type`")) == written(ROOT / "monitor")


def test_a_type_is_found_wherever_it_is_named():
    """The finder itself: texts, choices, tables, local names, arguments; and it says where it finds none."""
    source = """
TABLE = {"a": "table.a", "b": "table.b"}
def direct(kind, name):
    ledger.Event(f"direct.{kind}", "", {}) if kind else ledger.note("duty.done" if name else "other.done", 1)
    ledger.note(TABLE[kind], 1)
    name, more = "local.name", "never.said"
    ledger.Event(name, more)
def handed(duty, kind):
    ledger.note(kind, duty)
def caller(kind):
    handed(1, f"handed.{kind}")
"""
    assert Module(source).kinds() == {"direct.", "duty.", "other.", "table.", "local.", "handed."}
    with pytest.raises(AssertionError, match="line 2"):
        Module("def f(kind):\n    ledger.note(kind, 1)").kinds()


@pytest.mark.parametrize("page", ["configuration.md", "registry.md", "rules.md", "operations.md"])
def test_the_prose_is_not_about_this_workplace(page):
    assert not re.search(r"/home/|/tmp/|issue #?\d", prose(text_of(page)))
