"""Stand-ins for the parties' sites: most are well kept, some are not, so that the looks meet something real."""

from __future__ import annotations

import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

import trustme
from aiohttp import web

from monitor import clock
from monitor.demo.zone import Zone, serving
from monitor.probe import Override

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.demo.zone import Key

GOOD = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
}
LAX = {"Server": "printing-press/2.1"}


#: What a well-kept domain says, by what stands before it.
NAMES_OF_A_DOMAIN = {
    ("", "NS"): ["ns1.names.example.", "ns2.names.example."],
    ("", "MX"): ["10 mail.names.example."],
    ("", "TXT"): ['"v=spf1 mx -all"'],
    ("", "CAA"): ['0 issue "authority.example"'],
    ("www", "A"): ["192.0.2.1"],
}
POLICY = "v=DMARC1; p=reject; rua=mailto:reports@{domain}"


@dataclass(frozen=True)
class Site:
    """How a stand-in behaves. `days`: how long its certificate is still valid; negative: since when it is not."""

    headers: dict[str, str]
    status: int = 200
    days: int = 200
    host: str = ""
    trusted: bool = True
    asks: tuple[str, ...] = ()  #: hosts that its page makes browsers talk to
    contact: bool = True  #: whether it says to whom weaknesses are told (security.txt)
    names: dict[str, str] = field(default_factory=dict)  #: what its domain says otherwise than a well-kept one


WELL = Site(GOOD)
ODD = {
    "www.tsukimizaka-print.example": Site(LAX, contact=False, names={"_dmarc": "v=DMARC1; p=none"}),
    "www.tamatebako-prize.example": Site(GOOD, days=-3),
    "www.hibari-contact.example": Site(GOOD, days=9),
    "www.komorebi-logistics.example": Site(GOOD, status=503),
    "www.kikoeru-survey.example": Site(GOOD, host="survey.invalid.example"),
    # Its attestation says otherwise: a contradiction, as soon as two looks have seen it.
    "www.aikagi-id.example": Site({name: said for name, said in GOOD.items() if name != "Strict-Transport-Security"}),
    "www.namiji-analytics.example": Site(
        {**GOOD, "Content-Security-Policy": "default-src * 'unsafe-inline' 'unsafe-eval'"}
    ),
    "www.kazaguruma-ads.example": Site(GOOD, status=403),
    "www.hon-no-komichi.example": Site(GOOD, trusted=False),
    # A page of the group itself: one of the two that it makes browsers talk to is not in the published table.
    "www.impress.example": Site(GOOD, asks=("stats.namiji-analytics.example", "tag.yukiusagi-video.example")),
}
NAMES = (
    "tsukimizaka-print",
    "suzukake-mailing",
    "komorebi-logistics",
    "hibari-contact",
    "tamatebako-prize",
    "kotori-pay",
    "aikagi-id",
    "kikoeru-survey",
    "namiji-analytics",
    "fumibako-mail",
    "kumonoie-cloud",
    "cobalt-harbor",
    "straitview-data",
    "kazaguruma-ads",
    "hon-no-komichi",
    "impress",
    "impress-holdings",
)
#: What is published on pages of the group itself, at `/privacy`.
PRIVACY = (
    "この見本のページは、個人情報の取扱いについて定めたものです。",
    "お預かりした個人情報は、あらかじめお知らせした利用目的の範囲で取り扱います。",
    "利用目的の達成に必要な範囲で、取扱いの一部を外部に委託することがあります。委託先は基準に沿って選び、必要かつ適切な監督を行います。",
    "開示、訂正、利用停止などのご請求は、下記の窓口で承ります。",
    "この内容を改めるときは、このページでお知らせします。",
)


class StandIns:
    """All stand-ins, each on a port of its own on loopback. `authority` is the file to trust, `overrides` lead
    there.
    """

    def __init__(self, home: Path) -> None:
        self.authority = home / "stand-in-authority.pem"
        self.overrides: tuple[Override, ...] = ()
        self._known, self._unknown = trustme.CA(), trustme.CA()
        self._runners: list[web.AppRunner] = []
        self._stack = AsyncExitStack()
        self.nameserver = ""

    async def __aenter__(self) -> Self:
        self._known.cert_pem.write_to_path(str(self.authority))
        hosts = [f"www.{name}.example" for name in NAMES]
        self.overrides = tuple([await self._start(host, ODD.get(host, WELL)) for host in hosts])
        self.nameserver = await self._stack.enter_async_context(serving(Zone(_records(hosts))))
        return self

    async def __aexit__(self, *_trouble: object) -> None:
        await self._stack.aclose()
        for runner in self._runners:
            await runner.cleanup()

    async def _start(self, host: str, kept: Site) -> Override:
        app = web.Application()
        app.router.add_get("/.well-known/{tail:.*}", _well_known(kept))
        app.router.add_get("/{tail:.*}", _page(host, kept))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._runners.append(runner)
        listener = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._context(host, kept))
        await listener.start()
        return Override(host, 443, ("127.0.0.1",), to_port=runner.addresses[0][1])

    def _context(self, host: str, kept: Site) -> ssl.SSLContext:
        authority = self._known if kept.trusted else self._unknown
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(kept.host or host, not_after=clock.now() + timedelta(days=kept.days)).configure_cert(
            context
        )
        return context


def _page(host: str, kept: Site) -> Any:
    asks = "".join(f'<script async src="https://{other}/tag.js"></script>' for other in kept.asks)
    text = f"<!doctype html><title>{host}</title>{asks}<h1>{host}</h1><p>A stand-in.</p>"

    async def answer(request: web.Request) -> web.Response:
        more = "".join(f"<p>{line}</p>" for line in PRIVACY) if request.path == "/privacy" else ""
        return web.Response(text=text + more, status=kept.status, content_type="text/html", headers=kept.headers)

    return answer


def _well_known(kept: Site) -> Any:
    ends = (clock.now() + timedelta(days=180)).replace(microsecond=0).isoformat()

    async def answer(request: web.Request) -> web.Response:
        if not kept.contact or request.match_info["tail"] != "security.txt":
            raise web.HTTPNotFound
        text = f"Contact: mailto:security@{request.host.partition(':')[0].removeprefix('www.')}\nExpires: {ends}\n"
        return web.Response(text=text, status=kept.status, headers=kept.headers)

    return answer


def _records(hosts: list[str]) -> dict[Key, list[str]]:
    found: dict[Key, list[str]] = {
        ("mail.names.example", "A"): ["192.0.2.25"],
        ("ns1.names.example", "A"): ["192.0.2.53"],
        ("ns2.names.example", "A"): ["192.0.2.54"],
    }
    for host in hosts:
        domain = host.removeprefix("www.")
        found |= {(f"{at}.{domain}".lstrip("."), kind): said for (at, kind), said in NAMES_OF_A_DOMAIN.items()}
        said = ODD.get(host, WELL).names.get("_dmarc", POLICY.format(domain=domain))
        found[f"_dmarc.{domain}", "TXT"] = [f'"{said}"']
    return found
