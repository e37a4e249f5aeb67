"""Pages for everybody and for machines: how we look at endpoints, alive, ready, metrics."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from checks.rulebook import REASONS
from monitor.language import Message
from monitor.measures import REGISTRY, measure
from monitor.web.pages import language_of, moment, page
from monitor.web.site import SITE
from monitor.web.words import topic_name


async def about_monitoring(request: web.Request) -> web.StreamResponse:
    """What we look at from outside, how often, and how to object."""
    site, language = request.app[SITE], language_of(request)
    judged = {name: rule for name, rule in site.rules.items() if name not in REASONS}
    by_kind = {
        kind: {name: rule for name, rule in judged.items() if name.startswith(f"{kind}.")} for kind in site.rhythms
    }
    looks = [
        (topic_name(kind, language), _every(seconds, language), by_kind[kind]) for kind, seconds in site.rhythms.items()
    ]
    return page(request, "web/about-monitoring.html", looks=looks, reasons=REASONS)


def _every(seconds: int, language: str) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    text = (
        "every {count} hours, unless the company chose otherwise"
        if hours
        else "every {count} minutes, unless the company chose otherwise"
    )
    return Message(text, {"count": hours or minutes}).in_(language)


async def healthz(_request: web.Request) -> web.StreamResponse:
    """Alive: this process answers."""
    return web.json_response({"alive": True})


async def readyz(request: web.Request) -> web.StreamResponse:
    """Able to work: database, rhythm, outbox, mail server, and nothing forgotten. 503 with the reason if not."""
    health = request.app[SITE].health
    found = await health.ready(moment()) if health else {}
    ready = all(good for good, _ in found.values())
    parts = {name: {"ok": good, "says": says} for name, (good, says) in found.items()}
    return web.json_response({"ready": ready, "parts": parts}, status=200 if ready else 503)


async def metrics(request: web.Request) -> web.StreamResponse:
    """For Prometheus."""
    health = request.app[SITE].health
    if health:
        await measure(health, moment())
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def robots(_request: web.Request) -> web.StreamResponse:
    return web.Response(text="User-agent: *\nAllow: /joint-use\nAllow: /external-transmission\nDisallow: /\n")


ROUTES = [
    web.get("/about-monitoring", about_monitoring),
    web.get("/healthz", healthz),
    web.get("/readyz", readyz),
    web.get("/metrics", metrics),
    web.get("/robots.txt", robots),
]
