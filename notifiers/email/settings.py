"""What an operator can say about the mail server, and what is refused before a single letter is at stake."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from notifiers.email.address import NotSendable, sendable

if TYPE_CHECKING:
    from pathlib import Path

Tls = Literal["starttls", "implicit", "none"]


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """The options of the e-mail channel. `ValueError` names the option that is wrong and never its secret."""

    host: str
    sender: str  #: the address in `From`, to which bounces go as well
    port: int = 587
    tls: Tls = "starttls"  #: never "if possible": a man in the middle would only have to say that it is not
    username: str = ""  #: empty for a relay that knows us by our address
    password: str = field(default="", repr=False)
    ca_file: Path | None = None  #: trust this authority, and only this one, instead of the system's
    timeout: float = 30.0  #: seconds for each answer; four times as long for the one to a whole letter
    connections: int = 2
    letters: int = 100  #: through one connection, then a new one: some servers count
    idle: float = 30.0  #: seconds that an unused connection is kept; servers hang up after some minutes
    pause: float = 15.0  #: seconds in which a server that failed us is not tried again
    hello: str = ""  #: how we introduce ourselves; the sender's domain if empty, which needs no look-up

    def __post_init__(self) -> None:
        try:
            sendable(self.sender)
        except NotSendable as why:
            raise ValueError(f"[mail] from: {why}") from None
        if not _is_host(self.host) or not (self.hello == "" or _is_host(self.hello)):
            raise ValueError("[mail] host and hello: a host name or an address is needed")
        if self.tls not in ("starttls", "implicit", "none"):
            raise ValueError('[mail] tls: "starttls", "implicit" or "none"')
        if self.username and self.tls == "none":
            raise ValueError("[mail] username: a password never travels unencrypted; tls must not be none")
        if self.username and not self.password:
            raise ValueError("[mail] username: its password is missing (password_file)")
        if min(self.timeout, self.connections, self.letters) <= 0:
            raise ValueError("[mail] timeout, connections and letters must be more than nothing")

    @property
    def where(self) -> str:
        """As an operator writes it."""
        return f"{self.host}:{self.port}"

    @property
    def introduction(self) -> str:
        return self.hello or sendable(self.sender).rpartition("@")[2]

    def redacted(self, text: str) -> str:
        """Without the password, should a server repeat what it was told."""
        if not self.password:
            return text
        secret, user = self.password.encode(), self.username.encode()
        encoded = (b64encode(told).decode() for told in (secret, b"\0%b\0%b" % (user, secret)))
        for told in (self.password, *encoded):
            text = text.replace(told, "…")
        return text


def _is_host(name: str) -> bool:
    try:
        return bool(name.encode("idna")) and name.isprintable() and " " not in name
    except UnicodeError:
        return False
