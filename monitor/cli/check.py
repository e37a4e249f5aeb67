"""`itaku check`: look at endpoints now, from here, without a daemon or a database.

stdout is the result, as a table or as JSON; a failing endpoint is exit code 4. What could not be judged fails nothing.
"""

from __future__ import annotations

import os
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.language import Message, reader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from rich.table import Table
    from rich.text import Text

    from checks.contract import Check, Finding, Look
    from monitor.probe import Override, ProbeSettings, Visit

FAILING = 4
NO_ANSWER, GONE = "no-answer", "erased"
ARROW = {"ja": "→", "en": "→ "}  # a Japanese sentence is one word to rich, which would stand below a lonely arrow
VERDICTS = {
    "pass": ("適合", "pass", "green"),
    "fail": ("不適合", "FAIL", "bold red"),
    "unknown": ("未確認", "unknown", "yellow"),
}
SEVERITIES = {"low": "低", "medium": "中", "high": "高", "critical": "緊急"}


@dataclass(frozen=True, slots=True)
class Looked:
    """One look at one URL."""

    url: str
    kind: str
    look: Look

    @property
    def unreached(self) -> bool:
        """Nobody answered. To the daemon that is `availability`'s to say, so that a host that is down is one case; but
        whoever asks for one check alone has nobody else to say it. Of what has to be gone, silence says nothing.
        """
        return self.look.reason == NO_ANSWER and "trouble" in self.look.observed and self.kind != GONE

    @property
    def verdict(self) -> str:
        return "fail" if self.unreached else self.look.verdict.value

    def as_row(self) -> dict[str, Any]:
        """The stable form of `--json`."""
        row = {
            "url": self.url,
            "check": self.kind,
            "verdict": self.verdict,
            "findings": [
                {"rule": finding.rule, "severity": finding.severity.word, "detail": finding.detail}
                for finding in (*self.look.findings, *self._refusal(), *self._silence())
            ],
            "observed": dict(self.look.observed),
            "took_ms": self.look.took_ms,
        }
        return row | ({"reason": self.look.reason} if self.look.reason else {})

    def _refusal(self) -> Iterator[Finding]:
        """That the guard refused is listed beside the findings as well: it is the one thing here that the reader can
        change. The verdict stays `unknown`.
        """
        from checks.rulebook import REASONS

        if self.look.reason.startswith("guard."):
            yield REASONS[self.look.reason].found("{why}", why=self.look.observed.get("detail", ""))

    def _silence(self) -> Iterator[Finding]:
        from checks.contract import Finding, Severity

        if self.unreached:
            yield Finding(f"{self.kind}.{NO_ANSWER}", Severity.HIGH, self.look.observed.get("detail", ""))


def _ca_file(_context: click.Context, _option: click.Parameter, path: Path | None) -> Path | None:
    try:
        if path is not None:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise click.BadParameter(f"{path} holds no certificates in PEM form") from error
    return path


def _resolve(_context: click.Context, _option: click.Parameter, texts: Sequence[str]) -> tuple[Override, ...]:
    if not texts:
        return ()
    from monitor.probe import Override

    try:
        return tuple(Override.of(text) for text in texts)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _resolvers(_context: click.Context, _option: click.Parameter, texts: Sequence[str]) -> tuple[str, ...]:
    if texts:
        from monitor.probe import resolver_at

        try:
            for text in texts:
                resolver_at(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return tuple(texts)


def _urls(_context: click.Context, _argument: click.Parameter, texts: Sequence[str]) -> list[str]:
    from monitor.probe import read_target

    urls = [text if "://" in text else f"https://{text}" for text in texts]
    try:
        for url in urls:
            read_target(url)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return urls


def _canonical(url: str) -> str:
    from monitor.probe import read_target

    return str(read_target(url).url)


def _only(_context: click.Context, _option: click.Parameter, texts: Sequence[str]) -> list[str]:
    from checks import CHECKS

    named = [kind.strip() for text in texts for kind in text.split(",")]
    unknown = [kind for kind in named if kind not in CHECKS]
    if unknown:
        raise click.BadParameter(f"there is no check {', '.join(map(repr, unknown))}; there are {', '.join(CHECKS)}")
    return named


def _settings(
    _context: click.Context, _option: click.Parameter, texts: Sequence[str]
) -> Mapping[str, Mapping[str, Any]]:
    """Options by kind of check, as an endpoint in the registry has them."""
    import tomllib

    from checks import CHECKS
    from checks.options import BadOptions, configured

    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        name, equals, said = text.partition("=")
        kind, dot, option = name.strip().partition(".")
        if kind not in CHECKS or not dot or not equals:
            raise click.BadParameter(f"{text!r} is not KIND.OPTION=VALUE, for example tls.notice_days=60")
        try:
            value = tomllib.loads(f"value = {said}")["value"]
        except tomllib.TOMLDecodeError:
            value = said.strip()
        found.setdefault(kind, {})[option] = value
    for kind, options in found.items():
        try:
            configured(CHECKS[kind], options)
        except BadOptions as error:
            raise click.BadParameter("; ".join(f"{kind}.{name}: {why}" for name, why in error.wrong.items())) from error
    return found


@click.command()
@click.argument("urls", nargs=-1, callback=_urls, metavar="URL...")
@click.option("--only", "named", multiple=True, callback=_only, metavar="KIND,...", help="Only these checks.")
@click.option(
    "--set",
    "options",
    multiple=True,
    callback=_settings,
    metavar="KIND.OPTION=VALUE",
    help="An option of a check, as in the registry; naming one asks for that check.",
)
@click.option(
    "--resolve", multiple=True, callback=_resolve, metavar="HOST:PORT:ADDR", help="Look there instead of asking DNS."
)
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_ca_file,
    help="Trust these authorities as well (PEM).",
)
@click.option(
    "--nameserver",
    "nameservers",
    multiple=True,
    callback=_resolvers,
    metavar="ADDR[:PORT]",
    help="Ask this resolver, not the system's.",
)
@click.option("--allow-private", is_flag=True, help="Look at addresses that are not public, too.")
@click.option(
    "--browser",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Chromium to open pages in (cookies.browser=true).",
)
@click.option("--timeout", type=click.FloatRange(0.1, 300), default=20.0, show_default=True, help="Seconds for each.")
@click.option("--rules", is_flag=True, help="Look at nothing: list the rules, with the version of each.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with stable keys.")
@click.pass_context
def check(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: click.Context,
    urls: list[str],
    named: list[str],
    options: Mapping[str, Mapping[str, Any]],
    resolve: tuple[Override, ...],
    ca_file: Path | None,
    nameservers: tuple[str, ...],
    allow_private: bool,
    browser: Path | None,
    timeout: float,
    rules: bool,
    as_json: bool,
) -> None:
    """Look at endpoints now, without a daemon or a database."""
    if rules:
        from monitor.cli.rules import show_rules

        show_rules(as_json=as_json)
        return
    if not urls:
        raise click.MissingParameter(ctx=context, param_hint="'URL...'", param_type="argument")
    import asyncio

    from monitor import __version__
    from monitor.probe import ProbeSettings

    placed = set() if nameservers else {one.host for one in resolve}
    pairs = list(_pairs(urls, named, options, placed))
    if not pairs:
        raise click.UsageError(f"none of the checks {', '.join(named or options)} fits {', '.join(urls)}")
    agent = ProbeSettings.named(__version__, os.environ.get("ITAKU_WEB__BASE_URL", ""))
    settings = ProbeSettings(
        timeout=timeout,
        allow_all_private=allow_private,
        ca_file=ca_file,
        user_agent=agent,
        resolve=resolve,
        nameservers=nameservers,
        browser=browser,
    )
    looked = asyncio.run(_look(settings, pairs))
    if as_json:
        import json

        click.echo(json.dumps([one.as_row() for one in looked], ensure_ascii=False, indent=2))
    else:
        _show(looked, reader())
    context.exit(FAILING if any(one.verdict == "fail" for one in looked) else 0)


def _pairs(
    urls: Iterable[str], named: Collection[str], options: Mapping[str, Mapping[str, Any]], placed: Collection[str]
) -> Iterator[tuple[str, str, Check[Any]]]:
    """Which checks are made of which URL: those that are named or have options; without names, all that fit and need
    to be told nothing. DNS is not asked about a host whose address was given by hand, unless somebody names the check.
    """
    from checks import CHECKS
    from checks.contract import Scope
    from checks.names import host_of
    from checks.options import configured

    for url in urls:
        there = _canonical(url)
        by_hand = host_of(there) in placed or "*" in placed
        for kind, look in CHECKS.items():
            in_dns = look.scope in {Scope.HOST, Scope.DOMAIN}
            usual = not named and not look.named_only and not (in_dns and by_hand)
            if (usual or kind in named or kind in options) and look.suits(there):
                yield url, kind, configured(look, options.get(kind, {}))


async def _look(settings: ProbeSettings, pairs: Sequence[tuple[str, str, Check[Any]]]) -> list[Looked]:
    import asyncio

    from monitor import clock
    from monitor.probe import Probe

    async def one(url: str, kind: str, check: Check[Any], visit: Visit) -> Looked:
        return Looked(url, kind, check.judge(await check.observe(_canonical(url), visit), clock.now()))

    async with Probe(settings) as probe:
        visits = {url: probe.visit() for url, _, _ in pairs}
        return await asyncio.gather(*(one(url, kind, check, visits[url]) for url, kind, check in pairs))


def _show(looked: Sequence[Looked], language: str) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    for url in dict.fromkeys(one.url for one in looked):
        console.print(Text(url, style="bold"))
        console.print(_table([one for one in looked if one.url == url], language))


def _table(looked: Sequence[Looked], language: str) -> Table:
    """One row for each check; checks that have the same to say share one."""
    from rich.table import Table
    from rich.text import Text

    rows: dict[tuple[str, str], tuple[Text, list[str]]] = {}
    for one in looked:
        words = Text("\n").join(_lines(one, language))
        rows.setdefault((one.verdict, words.plain), (words, []))[1].append(one.kind)
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_column(overflow="fold")
    for (verdict, _), (words, kinds) in rows.items():
        ja, en, style = VERDICTS[verdict]
        table.add_row(Text(f"  {ja if language == 'ja' else en}", style=style), Text("\n".join(kinds)), words)
    return table


def _lines(one: Looked, language: str) -> Iterator[Text]:
    """What a person needs of one look: how it went, or each finding with what to do about it."""
    from rich.text import Text

    from checks import CHECKS
    from checks.rulebook import REASONS

    look, rules = one.look, CHECKS[one.kind].rules
    if look.reason:
        reason = REASONS[look.reason]
        title = Message("Nobody answered there.").in_(language) if one.unreached else reason.title.said(language)
        yield Text(title)
        yield Text(_what_happened(look, language) or reason.explanation.said(language), style="dim")
        if look.reason != NO_ANSWER:  # what to do stands beside availability, if anything is to be done
            yield Text(ARROW[language] + reason.remedy.said(language))
    elif not look.findings:
        yield Text(_summary(CHECKS[one.kind], look))
    for finding in look.findings:
        rule, word = rules[finding.rule], finding.severity.word
        degree = SEVERITIES[word] if language == "ja" else word
        yield Text(f"[{degree}] {rule.title.said(language)} ({finding.rule})", style="bold")
        yield Text(_detail(finding.detail, language), style="dim")
        yield Text(ARROW[language] + rule.remedy.said(language))
    if look.findings and (parts := look.observed.get("not_assessed")):
        left = Message("Not assessed this time: {parts}", {"parts": ", ".join(parts)})
        yield Text(left.in_(language), style="dim")


def _detail(detail: str, language: str) -> str:
    from checks.detail import parts_of

    parts = parts_of(detail)
    return Message.of(parts).in_(language) if parts else detail


def _what_happened(look: Look, language: str) -> str:
    detail, status = look.observed.get("detail"), look.observed.get("status")
    return _detail(detail, language) if detail else f"HTTP {status}" if status and look.reason == NO_ANSWER else ""


def _summary(check: Check[Any], look: Look) -> str:
    """What a check that found nothing has seen, in a line."""
    from checks.looking import Telling

    seen = check.gist(look.observed) if isinstance(check, Telling) else ""
    return seen or " ".join(filter(None, [str(look.observed.get("status", "")), f"{look.took_ms:.0f} ms"]))
