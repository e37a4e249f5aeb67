"""The sections of the configuration and their defaults, one class each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from monitor.config.values import (
    Addresses,
    BaseUrl,
    DatabaseUrl,
    Days,
    Domain,
    Door,
    EvidenceUrl,
    Listed,
    Listen,
    Networks,
    ScannerUrl,
)


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Database(Section):
    url: DatabaseUrl = "sqlite:///data/itaku.sqlite3"


class Web(Section):
    listen: Listen = "127.0.0.1:8080"
    base_url: BaseUrl = "http://127.0.0.1:8080"
    trusted_proxies: Networks = ()

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])


class Mail(Section):
    """`host` empty: no mail server, so nothing is asked and nobody is told, and `/readyz` says so."""

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str = ""
    password_file: Path | None = None
    password: SecretStr | None = None
    sender: Annotated[str, Field(alias="from")] = ""
    ca_file: Path | None = None
    connections: Annotated[int, Field(ge=1, le=20)] = 2
    hello: str = ""
    lease: Annotated[int, Field(ge=1, le=3600)] = 600  #: seconds after which the letters of a dead process are free


class Inbound(Section):
    """What comes back by mail. `domain` empty: bounces and replies go to `[mail] from`, and nobody here reads them."""

    domain: Domain = ""
    listen: Door = ""
    protocol: Literal["lmtp", "smtp"] = "lmtp"
    maildir: Path | None = None
    mail_mb: Annotated[int, Field(ge=1, le=100)] = 10

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2] or 0)


class Probe(Section):
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 20
    timeout: Annotated[float, Field(gt=0, le=300)] = 20.0
    confirm: Annotated[int, Field(ge=1, le=10)] = 2
    flapping: Annotated[float, Field(ge=0, le=720)] = 24.0  #: hours within which what comes back is the same case
    calm: Annotated[float, Field(ge=0, le=168)] = 6.0  #: hours for which it has to pass then
    allow_private: Networks = ()
    ca_file: Path | None = None
    user_agent: str = ""
    nameservers: Addresses = ()
    browser: Path | None = None
    suspect_ourselves: Annotated[float, Field(gt=0, le=1)] = 0.5
    canary: str = ""


class Evidence(Section):
    url: EvidenceUrl = "file:///data/evidence"
    file_mb: Annotated[int, Field(ge=1, le=1024)] = 20
    form_mb: Annotated[int, Field(ge=1, le=4096)] = 50
    scanner: ScannerUrl = ""


class Rungs(Section):
    """Days before and after T; the n-th after brings in level n of the company."""

    before: Days = (14, 7, 3, 1)
    after: Days = (1, 7, 14, 30)
    repeat: Annotated[int, Field(ge=0, le=366)] = 30


class ShortRungs(Rungs):
    before: Days = (1,)
    after: Days = (1, 3, 7, 30)


class Ladder(Section):
    answer: Rungs = Rungs()
    answer_short: ShortRungs = ShortRungs()


class Cadence(Section):
    takeover_per_day: Annotated[int, Field(ge=1, le=10000)] = 25
    keep_looks: Annotated[int, Field(ge=1, le=3660)] = 400
    keep_daily: Annotated[int, Field(ge=1, le=36600)] = 3660


class Review(Section):
    """How answers are reviewed. `second_person`: tiers of which a second person has to confirm an acceptance."""

    second_person: Annotated[tuple[Literal["S", "A", "B", "C"], ...], Listed] = ("S",)
    treat_from: Literal["low", "medium", "high", "critical"] = "critical"
    good: Annotated[int, Field(ge=0, le=100)] = 80
    fair: Annotated[int, Field(ge=0, le=100)] = 60


class Links(Section):
    """Where the keys lie that sign the parties' links and their receipts; made by `itaku init`, mode 0600."""

    keys: Path = Path("data/link.keys")
    receipt_keys: Path = Path("data/receipt.keys")


class Questionnaires(Section):
    """Where the group's own lie, beside those that are shipped; one of the same id takes the place of a shipped one."""

    folder: Path = Path("questionnaires")


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
