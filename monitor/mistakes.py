"""Mistakes in what people write: configuration, registry, scripts. Each names the place, what is wrong, and the
remedy.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from monitor.language import Message
from monitor.logs import SECRETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, where, and what to write instead."""

    file: str
    place: str
    what: Message
    remedy: Message

    def in_(self, language: str) -> str:
        return f"{self.file}: {self.place}: {self.what.in_(language)} {self.remedy.in_(language)}"


SECRET = frozenset({"password"})  #: keys whose values are never repeated
_HIDDEN = "(not shown)"


class Invalid(Exception):  # noqa: N818 - what the files then are
    """Nothing of these files is applied."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = tuple(mistakes)


def together(*readings: Callable[[], Any]) -> list[Any]:
    """What all of these give; or one `Invalid` with the mistakes of all of them."""
    found: list[Any] = []
    mistakes: list[Mistake] = []
    for reading in readings:
        try:
            found.append(reading())
        except Invalid as error:
            mistakes += error.mistakes
    if mistakes:
        raise Invalid(mistakes)
    return found


def read_toml(path: Path) -> dict[str, Any]:
    """A file of TOML that somebody wrote. Raises `Invalid`."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        what, remedy = Message("cannot be read ({why}).", {"why": error.strerror}), Message("Check the path.")
    except UnicodeDecodeError:
        what, remedy = Message("is not UTF-8 text."), Message("Save the file as UTF-8.")
    except RecursionError:
        what, remedy = Message("is nested too deeply."), Message("Write fewer brackets within each other.")
    except tomllib.TOMLDecodeError as error:
        what, remedy = Message("is not TOML: {why}.", {"why": error}), Message("Correct the line named.")
    except ValueError:  # Python reads no number of thousands of digits
        what, remedy = Message("holds a day or a number that cannot be."), Message("Correct it.")
    raise Invalid([Mistake(str(path), "-", what, remedy)])


# What each kind of mistake is called, and what to do about it. Left: pydantic's type, or the word our validators raise.
_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("is missing.", "Add it."),
    "literal_error": ("is {input}.", "Write one of {expected}."),
    "enum": ("is {input}.", "Write one of {expected}."),
    "email": ("is {input}, which is no e-mail address.", "Write it like name@company.example."),
    "country": ("is {input}, which is no country code.", "Write two capital letters, like JP."),
    "months": ("is {input}.", 'Write a number of months, like "12 months".'),
    "months-above-12": (
        "is {input}, longer than a year.",
        'Write "12 months" or fewer: every party is confirmed at least yearly.',
    ),
    "duration": ("is {input}.", 'Write a duration of 10 seconds or more, like "5m" or "1h".'),
    "month-day": ("is {input}, which is no day of the year.", 'Write month and day, like "06-30".'),
    "url": (
        "is {input}, which is no web address.",
        "Write it with https:// or http:// and a host, without a password.",
    ),
    "host": (
        "is {input}, which is no host name.",
        "Write the host alone, like stats.example, without https:// and without a path.",
    ),
    "listen": ("is {input}.", 'Write host and port, like "127.0.0.1:8080".'),
    "domain": ("is {input}, which is no domain.", 'Write a name like "bounce.group.example".'),
    "network": ("is {input}, which is no network.", 'Write it like "10.0.0.0/8".'),
    "database-url": ("is {input}.", 'Write "sqlite:///data/itaku.sqlite3" or "postgres://user@host/database".'),
    "scanner-url": ("is {input}.", 'Write "unix:///run/clamav/clamd.ctl" or "tcp://127.0.0.1:3310".'),
    "evidence-url": ("is {input}.", 'Write "file:///data/evidence" or the URL of a bucket, like "s3://name".'),
    "hour": ("is {input}.", 'Write hours and minutes, like "09:00".'),
    "timezone": ("is {input}, an unknown time zone.", 'Write an IANA name, like "Asia/Tokyo".'),
    "closed-days": ("is {input}.", 'Write a country code whose holidays are known, like "JP", or "none".'),
    "send-hours": ("send_until is not after send_at.", "Write a later send_until."),
    "campaign-dates": ("due_on is not after opens_on.", "Correct one of the two."),
    "member-dates": ("member_until is before member_from.", "Correct one of the two."),
    "moment": (
        "is {input}.",
        'Write a date and time with its offset, like 2026-12-05T22:00:00+09:00, or of every week a time, like "22:00".',
    ),
    "maintenance-times": (
        "is neither once nor every week.",
        "Write from and until as dates and times with their offset; or day, and from and until as times.",
    ),
    "maintenance-span": ("until is not after from, or more than 31 days after it.", "Correct one of the two."),
    "maintenance-urls": ("has maintenance of an address that is no endpoint of the party.", "Correct its urls."),
    "clauses-twice": (
        "has two tables of one day, or two clauses of one number.",
        "Give each day one table, and each clause a number of its own from 9 on.",
    ),
    "dated-empty": ("has a day from which nothing is another.", "Name what is another from then on, or remove it."),
    "dated-nested": ("has a change within a change.", "Give each change an entry with a day of its own."),
    "dated-twice": ("has two changes on one day.", "Put what they change into one."),
    "contract-dates": ("expires_on is before signed_on.", "Correct one of the two."),
    "contract-term": ("auto_renew has no expires_on.", "Write the last day of the present term as expires_on."),
    "purposes-missing": ("purposes is missing.", "Name at least one [[purpose]] for which the party has the data."),
    "engagement-dates": ("ends_on is before starts_on.", "Correct one of the two."),
    "member-who": ("names neither a company nor a party, or both.", "Name one of the two."),
    "member-days": ("until is before from.", "Correct one of the two."),
    "notice-unknown": (
        "has a form or a data set of a notice that it does not list.",
        "Add a [[joint_use.notice]] table with that version, or correct the version.",
    ),
    "waived": (
        "is {input}.",
        'Write what is waived: "selection", "contract", "class", "purposes", or one clause, like "clause-5".',
    ),
    "day": ("is {input}.", "Write a date without quotes, like 2026-09-30."),
    "offset": ("is {input}.", "Write it with its offset, like 2026-09-01T09:00:00+09:00."),
    "datetime_type": ("is {input}.", "Write it with its offset, like 2026-09-01T09:00:00+09:00."),
    "datetime_parsing": ("is {input}.", "Write it with its offset, like 2026-09-01T09:00:00+09:00."),
    "datetime_from_date_parsing": ("is {input}.", "Write it with its offset, like 2026-09-01T09:00:00+09:00."),
    "day-beyond": ("is {input}.", "Write a day from 1900 to 2200."),
    "number": ("is {input}, which is no whole number.", "Write a whole number."),
    "my-number": (
        "seems to hold an individual number (My Number).",
        "Take the number out: it may not be kept here.",
    ),
    "control": ("holds control characters.", "Write it without them."),
    "too_short": ("is empty.", "Name at least one."),
    "too_long": ("has too many entries.", "Write {max_length} at most."),
    "address": ("is {input}, which is no address.", 'Write an IP address, like "192.0.2.53".'),
    "int_from_float": ("is {input}, which is no whole number.", "Write a whole number."),
    "int_parsing_size": ("is too great.", "Write a smaller number."),
    "float_type": ("is {input}, which is no number.", "Write a number."),
    "float_parsing": ("is {input}, which is no number.", "Write a number."),
    "finite_number": ("is {input}, which is no number.", "Write a number."),
    "greater_than": ("is {input}.", "Write more than {gt}."),
    "path_type": ("is {input}, which is no path.", "Put it in quotes."),
    "dict_type": ("is {input}, which is no table.", "Write its keys below a [table] heading."),
    "date_parsing": ("is {input}.", "Write a date without quotes, like 2026-09-30."),
    "day-and-time": ("is {input}, a time.", "Write the date alone, like 2026-09-30."),
    "bool_type": ("is {input}.", "Write true or false."),
    "string_pattern_mismatch": ("is {input}.", "Write it in the form {pattern}."),
    "string_too_short": ("is empty.", "Write something, or leave the key out."),
    "string_too_long": ("is too long.", "Shorten it to {max_length} characters."),
    "string_type": ("is {input}, which is no text.", "Put it in quotes."),
    "tuple_type": ("is {input}, which is no list.", "Put it in square brackets."),
    "int_type": ("is {input}, which is no whole number.", "Write a whole number."),
    "int_parsing": ("is {input}, which is no whole number.", "Write a whole number."),
    "greater_than_equal": ("is {input}.", "Write {ge} or more."),
    "less_than_equal": ("is {input}.", "Write {le} or less."),
    "model_type": ("is {input}, which is no table.", "Write its keys below a [table] heading."),
}


def _what(error: ErrorDetails, fields: Sequence[str]) -> tuple[Message, Message]:
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, fields, 1)
        remedy = "Did you mean {near}?" if near else "Remove it, or write one of {fields}."
        return Message("is not a known key."), Message(
            remedy, {"near": near[0] if near else "", "fields": ", ".join(fields)}
        )
    context = error.get("ctx", {})
    code = str(context["error"]) if error["type"] == "value_error" else error["type"]
    what, remedy = _WORDS.get(code, ("is not valid ({input}).", "See the documentation for what it may be."))
    hidden = code == "my-number" or SECRET & set(map(str, error["loc"]))
    values = {**context, "input": _HIDDEN if hidden else short(error["input"])}
    return Message(what, values), Message(remedy, values)


def short(value: Any, limit: int = 60) -> str:
    """As the reader wrote it; of tables only that they are some, for a password may stand in them."""
    if isinstance(value, dict) or (isinstance(value, list | tuple) and any(isinstance(part, dict) for part in value)):
        return "{…}" if isinstance(value, dict) else "[{…}]"
    if isinstance(value, bool):
        return str(value).lower()
    shown = SECRETS.sub("…", f'"{value}"' if isinstance(value, str) else str(value))
    shown = "".join(letter if letter.isprintable() else "�" for letter in shown)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _path(loc: Sequence[int | str]) -> str:
    """`attestation.every`, `endpoint 2: url`."""
    text = ""
    for step in loc:
        text += (
            f" {step + 1}:"
            if isinstance(step, int)
            else (f" {step}" if text.endswith(":") else f".{step}" if text else step)
        )
    return text.removesuffix(":")


def _fields_at(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    for step in loc[:-1]:
        if isinstance(step, str) and step in model.model_fields:
            model = _nested(model.model_fields[step].annotation) or model
    return sorted(field.alias or name for name, field in model.model_fields.items() if not field.exclude)


def _nested(annotation: Any) -> type[BaseModel] | None:
    found = [annotation, *getattr(annotation, "__args__", ())]
    return next((kind for kind in found if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def of_validation(error: ValidationError, model: type[BaseModel], file: str, place: str = "") -> Iterator[Mistake]:
    """What pydantic found, in our words: where it is, what is wrong, what to write instead."""
    for detail in error.errors():
        what, remedy = _what(detail, _fields_at(model, detail["loc"]))
        path = _path(detail["loc"])
        yield Mistake(file, ": ".join(part for part in (place, path) if part) or "-", what, remedy)
