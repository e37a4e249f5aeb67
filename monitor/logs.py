"""Logs: one line an event, as text or as JSON; nothing in them opens anything."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from textwrap import indent
from typing import Any

SECRETS = re.compile(r"(itk_[A-Za-z0-9_-]{8,}|(?<=/sign-in/)[A-Za-z0-9_-]{8,}|(?<=//)[^/\s:@]*:[^\s\"]+(?=@))")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
WITHIN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""The same without what lays a traceback out."""
_OURS = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Redacting(logging.Formatter):
    """Text, with tokens and passwords in URLs cut out, in tracebacks too. Nothing that a stranger said begins a line:
    control characters are spelled out, and a traceback stands indented.
    """

    def format(self, record: logging.LogRecord) -> str:
        return SECRETS.sub("…", super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        return CONTROL.sub(_spelled, super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return indent(WITHIN.sub(_spelled, super().formatException(ei)), "  ")


class Json(logging.Formatter):
    """One JSON object a line; fields given as `extra` become keys."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: str(value) for name, value in vars(record).items() if name not in _OURS}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return CONTROL.sub(_spelled, SECRETS.sub("…", json.dumps(line, ensure_ascii=False)))


def _spelled(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign.group()):04x}"  # which JSON reads as the sign itself


class Nameless(logging.Filter):
    """Callers' addresses are kept nowhere: out of what aiohttp says about requests that it cannot read."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg == "Error handling request from %s":
            record.msg, record.args = "a request could not be handled", ()
        return True


_NAMELESS = Nameless()  #: one, for a logger takes the same filter once only


def set_up(level: str, style: str) -> None:
    """To stderr. Libraries speak from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if style == "json" else Redacting("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a stage takes longer than its rhythm is no news
    logging.getLogger("aiohttp.server").addFilter(_NAMELESS)
    for name in ("monitor", "checks", "notifiers"):
        logging.getLogger(name).setLevel(level.upper())
