"""Logs: one line an event, as text or as JSON; nothing in them opens anything."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

SECRETS = re.compile(r"(itk_[A-Za-z0-9_-]{8,}|(?<=/sign-in/)[A-Za-z0-9_-]{8,}|(?<=//)[^/\s:@]*:[^\s\"]+(?=@))")
_OURS = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Redacting(logging.Formatter):
    """Text, with tokens and passwords in URLs cut out, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRETS.sub("…", super().format(record))


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
        return SECRETS.sub("…", json.dumps(line, ensure_ascii=False))


def set_up(level: str, style: str) -> None:
    """To stderr. Libraries speak from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if style == "json" else Redacting("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a stage takes longer than its rhythm is no news
    for name in ("monitor", "checks", "notifiers"):
        logging.getLogger(name).setLevel(level.upper())
