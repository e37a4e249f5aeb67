"""All settings together, and the paths in them made absolute."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from monitor.config.sections import (
    Cadence,
    Database,
    Evidence,
    Inbound,
    Ladder,
    Links,
    Log,
    Mail,
    Probe,
    Questionnaires,
    Review,
    Section,
    Web,
)
from monitor.language import Message
from monitor.mistakes import Invalid, Mistake


class Settings(Section):
    database: Database = Database()
    web: Web = Web()
    mail: Mail = Mail()
    inbound: Inbound = Inbound()
    probe: Probe = Probe()
    evidence: Evidence = Evidence()
    ladder: Ladder = Ladder()
    cadence: Cadence = Cadence()
    review: Review = Review()
    links: Links = Links()
    questionnaires: Questionnaires = Questionnaires()
    log: Log = Log()
    notifiers: dict[str, dict[str, Any]] = Field(default_factory=dict)
    home: Annotated[Path, Field(exclude=True)] = Path()

    def at_home(self, path: Path) -> Path:
        """A path of the configuration, relative to its folder."""
        return path if path.is_absolute() else self.home / path

    @property
    def database_url(self) -> str:
        """The database's URL with a relative SQLite file made absolute."""
        return _homed(self.database.url, "sqlite:///", self.home)

    @property
    def evidence_url(self) -> str:
        """The evidence store's URL; `file:///data/evidence` means the folder beside the configuration."""
        return _homed(self.evidence.url, "file:///", self.home)

    def mail_password(self) -> str:
        """From the environment or the file named; empty for relays that want none. `OSError` if the file is not
        there.
        """
        if self.mail.password:
            return self.mail.password.get_secret_value()
        return self.at_home(self.mail.password_file).read_text().strip() if self.mail.password_file else ""


def _homed(url: str, scheme: str, home: Path) -> str:
    """`sqlite:///data/x` is relative to the home, `sqlite:////srv/x` is not; `file:///data/x` is relative while
    `/data` is ours.
    """
    rest = url.removeprefix(scheme)
    if not url.startswith(scheme) or rest.startswith(("/", ":memory:")):
        return url
    return f"{scheme}{(home / rest).resolve()}"


def check_files(settings: Settings) -> None:
    """Raises `Invalid` with all files that the configuration names and that are not there, or not for us."""
    named = {
        "mail.password_file": settings.mail.password_file,
        "mail.ca_file": settings.mail.ca_file,
        "probe.ca_file": settings.probe.ca_file,
        "probe.browser": settings.probe.browser,
    }
    mistakes = []
    for place, path in named.items():
        if path and not os.access(settings.at_home(path), os.R_OK):
            what = Message("names {path}, which cannot be read.", {"path": settings.at_home(path)})
            mistakes.append(Mistake(str(settings.home), place, what, Message("Check the path.")))
    if mistakes:
        raise Invalid(mistakes)
