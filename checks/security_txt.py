"""Whether whoever finds a weakness can tell the party: its security.txt (RFC 9116).

The file has a place of its own and an end date, because a contact that nobody reads any more is worse than none. What
is signed is noted, and the signature is not judged: we do not know the party's key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from checks.answers import OWN_WORD, Exchange
from checks.contract import NOTHING, Look, Rule, Scope, Words
from checks.detail import Detail, plain
from checks.names import origin_of
from checks.rulebook import rules, title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.contract import Finding, Probe

TITLE, RULES = title("security-txt"), rules("security-txt")
PLACE = "/.well-known/security.txt"
LEGACY = "/security.txt"
SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
LONGEST = timedelta(days=366)
ABSENT = frozenset({404, 410})
OK = 200
KNOWN = frozenset({"contact", "expires"})  # what every such file has (RFC 9116 section 2.5)
SCHEMES = frozenset({"https", "mailto", "tel"})


@dataclass(frozen=True, slots=True)
class Posted:
    """The file at its place, and at the older one where the first has nothing."""

    exchange: Exchange
    legacy: Exchange | None = None


@dataclass(frozen=True, slots=True)
class SecurityTxt:
    """Option: how many days before its end a file is worth a notice."""

    notice_days: int = 14

    kind: ClassVar[str] = "security-txt"
    every: ClassVar[timedelta] = timedelta(days=1)
    scope: ClassVar[Scope] = Scope.SITE
    named_only: ClassVar[bool] = False
    ruleset: ClassVar[int] = 2
    title: ClassVar[Words] = TITLE
    rules: ClassVar[Mapping[str, Rule]] = RULES

    def suits(self, url: str) -> bool:
        return urlsplit(url).scheme == "https"

    async def observe(self, url: str, probe: Probe) -> Posted:
        origin = origin_of(url)
        exchange = await probe.fetch(origin + PLACE, again=True)
        if exchange.trouble is None and exchange.final.status in ABSENT:
            return Posted(exchange, await probe.fetch(origin + LEGACY, again=True))
        return Posted(exchange)

    def gist(self, observed: Mapping[str, Any]) -> str:
        fields = observed.get("fields", [])
        contacts = ", ".join(value for name, value in fields if name == "contact")
        return f"{contacts}, until {next((value[:10] for name, value in fields if name == 'expires'), '')}"

    def judge(self, seen: Posted, at: datetime, before: Mapping[str, Any] = NOTHING) -> Look:  # noqa: ARG002
        shown = seen.exchange if seen.legacy is None or not _is_file(seen.legacy) else seen.legacy
        reason = shown.unjudged(OWN_WORD)
        if reason:
            return shown.unknown(reason)
        if not _is_file(shown):
            missing = RULES["security-txt.missing"].found("{url} is not there.", url=plain(seen.exchange.url, 150))
            return Look.of([missing], shown.evidence(), shown.took_ms)
        text = shown.final.body.decode("utf-8", "replace")
        fields = list(_fields(text))
        findings = [*_place(seen, shown), *_form(shown), *_contents(fields, shown), *self._expiry(fields, at)]
        return Look.of(findings, shown.evidence() | _evidence(text, fields), shown.took_ms)

    def _expiry(self, fields: list[tuple[str, str]], at: datetime) -> Iterator[Finding]:
        said = [value for name, value in fields if name == "expires"]
        if len(said) != 1:
            yield RULES["security-txt.expires-unclear"].found(
                "The file has {count} Expires fields; it needs one.", count=len(said)
            )
            return
        ends = _instant(said[0])
        if ends is None:
            yield RULES["security-txt.expires-unclear"].found(
                "Expires is no date and time with an offset: {said}", said=said[0]
            )
        elif ends <= at:
            yield RULES["security-txt.expired"].found("The file expired on {day}.", day=ends.date())
        elif ends - at < timedelta(days=self.notice_days):
            yield RULES["security-txt.expires-soon"].found("The file expires on {day}.", day=ends.date())
        elif ends - at > LONGEST:
            yield RULES["security-txt.expires-far"].found("The file expires only on {day}.", day=ends.date())


def _is_file(exchange: Exchange) -> bool:
    """A site that answers everything with a page of its own has no security.txt."""
    hop = exchange.final
    if exchange.trouble is not None or hop.status != OK or hop.body[:512].lstrip().startswith(b"<"):
        return False
    page = "html" in ", ".join(hop.header("content-type")).lower()
    return not page or not KNOWN.isdisjoint(name for name, _ in _fields(hop.body.decode("utf-8", "replace")))


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Names in lower case and values, in order, those of a signature's own header left out."""
    inside = not text.lstrip("\ufeff").startswith(SIGNED)
    for line in text.splitlines():
        if line.startswith(SIGNATURE):
            return
        if not inside:
            inside = not line.strip()
            continue
        name, colon, value = line.removeprefix("- ").partition(":")
        if colon and not line.startswith("#"):
            yield name.strip().lower(), value.strip()


def _place(seen: Posted, shown: Exchange) -> Iterator[Finding]:
    if shown is seen.legacy:
        yield RULES["security-txt.old-place"].found("The file stands at {place} only.", place=LEGACY)
    if urlsplit(shown.final.url).scheme != "https":
        yield RULES["security-txt.not-https"].found("The file is served from {url}", url=plain(shown.final.url, 200))


def _form(shown: Exchange) -> Iterator[Finding]:
    kind = ", ".join(shown.final.header("content-type")).lower().replace(" ", "").replace('"', "")
    if not kind.startswith("text/plain") or ("charset=" in kind and "charset=utf-8" not in kind):
        yield RULES["security-txt.media-type"].found(
            "The file is served as {kind}.", kind=kind or Detail("nothing in particular")
        )


def _contents(fields: list[tuple[str, str]], shown: Exchange) -> Iterator[Finding]:
    contacts = [value for name, value in fields if name == "contact"]
    if not contacts:
        yield RULES["security-txt.no-contact"].found("The file names no Contact.")
    unusable = [value for value in contacts if value.partition(":")[0].lower() not in SCHEMES]
    if unusable:
        yield RULES["security-txt.contact-unusable"].found(
            "It is no https:, mailto: or tel: address: {address}", address=unusable[0]
        )
    canonical = [value for name, value in fields if name == "canonical"]
    if canonical and not {shown.url, shown.final.url} & set(canonical):
        yield RULES["security-txt.not-canonical"].found(
            "The file names {canonical} and stands elsewhere.", canonical=canonical[0]
        )


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return found if found.tzinfo else None


def _evidence(text: str, fields: list[tuple[str, str]]) -> dict[str, Any]:
    kept = [[plain(name, 40), plain(value, 200)] for name, value in fields][:40]
    return {"fields": kept, "signed": text.lstrip("\ufeff").startswith(SIGNED)}
