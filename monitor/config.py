"""config.toml -> frozen settings. All mistakes at once; knows no plug-in.

Order: environment (`ITAKU_MAIL__HOST`) over the file over the default. Secrets come from files or the environment and
never from the file itself. Paths are relative to the folder of the file; what the product writes lies in `data/` there.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from monitor.language import Message
from monitor.mistakes import Invalid, Mistake, of_validation

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT = "ITAKU_"
_NOT_SETTINGS = frozenset({"ITAKU_CONFIG", "ITAKU_DEBUG", "ITAKU_TEST_POSTGRES", "ITAKU_LETTERS_TO", "ITAKU_AXE"})


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) < 65536:  # noqa: PLR2004 - ports
        raise ValueError("listen")
    return value


def _door(value: str) -> str:
    return _listen(value) if value else value


def _domain(value: str) -> str:
    labels = value.encode("idna").decode().split(".") if value else []
    if value and (len(labels) < 2 or not all(label.replace("-", "").isalnum() for label in labels)):  # noqa: PLR2004
        raise ValueError("domain")
    return ".".join(labels).lower()


def _base_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment
        sound = sound and (parts.port or 0) >= 0 and "@" not in parts.netloc
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("url")
    return value.rstrip("/")


def _network(value: str) -> str:
    import ipaddress

    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise ValueError("network") from error
    return value


def _database(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"postgres", "postgresql"} and (parts.port or 0) >= 0
    except ValueError:
        sound = False
    if not sound and not value.startswith("sqlite://"):
        raise ValueError("database-url")
    return value


def _address(value: str) -> str:
    import ipaddress

    try:
        ipaddress.ip_address(value)
    except ValueError as error:
        raise ValueError("address") from error
    return value


def _evidence(value: str) -> str:
    if not value.startswith(("file://", "s3://", "gs://", "az://", "memory://")):
        raise ValueError("evidence-url")
    return value


def _days(value: Any) -> Any:
    """A list that came through the environment as text: `14,7,3,1`."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Days = Annotated[tuple[Annotated[int, Field(ge=0, le=3660)], ...], BeforeValidator(_days)]
Addresses = Annotated[tuple[Annotated[str, AfterValidator(_address)], ...], BeforeValidator(_days)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_days)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Database(Section):
    url: Annotated[str, AfterValidator(_database)] = "sqlite:///data/itaku.sqlite3"


class Web(Section):
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8080"
    base_url: Annotated[str, AfterValidator(_base_url)] = "http://127.0.0.1:8080"
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

    domain: Annotated[str, AfterValidator(_domain)] = ""
    listen: Annotated[str, AfterValidator(_door)] = ""
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
    url: Annotated[str, AfterValidator(_evidence)] = "file:///data/evidence"
    file_mb: Annotated[int, Field(ge=1, le=1024)] = 20
    form_mb: Annotated[int, Field(ge=1, le=4096)] = 50


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

    second_person: Annotated[tuple[Literal["S", "A", "B", "C"], ...], BeforeValidator(_days)] = ("S",)
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
    notifiers: dict[str, dict[str, Any]] = {}
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


SECTIONS = frozenset(Settings.model_fields) - {"home"}


def _homed(url: str, scheme: str, home: Path) -> str:
    """`sqlite:///data/x` is relative to the home, `sqlite:////srv/x` is not; `file:///data/x` is relative while
    `/data` is ours.
    """
    rest = url.removeprefix(scheme)
    if not url.startswith(scheme) or rest.startswith(("/", ":memory:")):
        return url
    return f"{scheme}{(home / rest).resolve()}"


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the configuration. Raises `Invalid` with every mistake."""
    place = locate(path, environ)
    values, mistakes = _file(place, required=path is not None or "ITAKU_CONFIG" in environ)
    overrides, more = _environment(environ)
    mistakes += more
    if isinstance(values.get("mail"), dict) and "password" in values["mail"]:
        mistakes.append(_secret_in_file(place))
    if _password(values.get("database")):
        mistakes.append(_secret_in_file(place, "database.url", _IN_URL))
    if "home" in values:
        mistakes.append(Mistake(str(place), "home", Message("is not a known key."), Message("Remove it.")))
    try:
        settings = Settings.model_validate({**_merged(values, overrides), "home": place.parent.resolve()})
    except ValidationError as error:
        raise Invalid([*mistakes, *of_validation(error, Settings, str(place))]) from error
    if mistakes:
        raise Invalid(mistakes)
    return settings


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


def locate(path: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """Which file holds: the one given, else `ITAKU_CONFIG`, else `./config.toml`."""
    return path or Path(environ.get("ITAKU_CONFIG", "config.toml"))


def _file(path: Path, *, required: bool) -> tuple[dict[str, Any], list[Mistake]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig")), []
    except FileNotFoundError:
        what, remedy = Message("is not there."), Message("Write one with `itaku init`, or name another with --config.")
        return {}, [Mistake(str(path), "-", what, remedy)] if required else []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [
            Mistake(str(path), "-", Message("cannot be read: {why}.", {"why": error}), Message("Correct the file."))
        ]


_IN_FILE = Message(
    "Put the password into a file of mode 0600 and name it as password_file, or set ITAKU_MAIL__PASSWORD."
)
_IN_URL = Message("Leave the password out, and set the whole URL as ITAKU_DATABASE__URL.")


def _secret_in_file(place: Path, key: str = "mail.password", remedy: Message = _IN_FILE) -> Mistake:
    return Mistake(str(place), key, Message("holds a secret."), remedy)


def _password(database: Any) -> bool:
    """Whether the database's URL in the file has a password in it."""
    url = database.get("url") if isinstance(database, dict) else None
    try:
        return isinstance(url, str) and bool(urlsplit(url).password)
    except ValueError:
        return False


def _environment(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Mistake]]:
    """`ITAKU_SECTION__KEY` (and `ITAKU_SECTION__TABLE__KEY`) as nested values."""
    found: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, value in sorted(environ.items()):
        if not name.startswith(ENVIRONMENT) or name in _NOT_SETTINGS:
            continue
        steps = name.removeprefix(ENVIRONMENT).lower().split("__")
        if len(steps) < 2 or steps[0] not in SECTIONS:  # noqa: PLR2004 - section and key
            what, remedy = Message("is no setting."), Message("Write ITAKU_SECTION__KEY, like ITAKU_MAIL__HOST.")
            mistakes.append(Mistake("environment", name, what, remedy))
            continue
        if not _put(found, steps, value):
            what, remedy = Message("is a key and a table at once."), Message("Unset one of the two variables.")
            mistakes.append(Mistake("environment", name, what, remedy))
    return found, mistakes


def _put(found: dict[str, Any], steps: list[str], value: str) -> bool:
    inner = found
    for step in steps[:-1]:
        inner = inner.setdefault(step, {})
        if not isinstance(inner, dict):
            return False
    return inner.setdefault(steps[-1], value) is value


def _merged(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(low)
    for name, value in high.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both else value
    return merged
