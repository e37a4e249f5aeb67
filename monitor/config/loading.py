"""config.toml -> settings, with all mistakes at once; a secret in the file is one of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from monitor.config.environment import merged, overrides
from monitor.config.settings import Settings
from monitor.language import Message
from monitor.mistakes import Invalid, Mistake, of_validation, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the configuration. Raises `Invalid` with every mistake."""
    place = locate(path, environ)
    values, mistakes = _file(place, required=path is not None or "ITAKU_CONFIG" in environ)
    environment, more = overrides(environ)
    mistakes += more
    if isinstance(values.get("mail"), dict) and "password" in values["mail"]:
        mistakes.append(_secret_in_file(place))
    if _password(values.get("database")):
        mistakes.append(_secret_in_file(place, "database.url", _IN_URL))
    if "home" in values:
        mistakes.append(Mistake(str(place), "home", Message("is not a known key."), Message("Remove it.")))
    try:
        settings = Settings.model_validate({**merged(values, environment), "home": place.parent.resolve()})
    except ValidationError as error:
        raise Invalid([*mistakes, *of_validation(error, Settings, str(place))]) from error
    if mistakes:
        raise Invalid(mistakes)
    return settings


def locate(path: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """Which file holds: the one given, else `ITAKU_CONFIG`, else `./config.toml`."""
    return path or Path(environ.get("ITAKU_CONFIG", "config.toml"))


def _file(path: Path, *, required: bool) -> tuple[dict[str, Any], list[Mistake]]:
    if not os.path.lexists(path):
        what, remedy = Message("is not there."), Message("Write one with `itaku init`, or name another with --config.")
        return {}, [Mistake(str(path), "-", what, remedy)] if required else []
    try:
        return read_toml(path), []
    except Invalid as error:
        return {}, list(error.mistakes)


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
