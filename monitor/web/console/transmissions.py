"""The register of external transmission: what is published, what pages really do, which consent is not confirmed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor import tables
from monitor.evidence import content_disposition
from monitor.language import Message, say_day
from monitor.promises.transmissions import published, unconfirmed, unpublished
from monitor.web.console.looking import console_page
from monitor.web.console.session import reader
from monitor.web.console.works import companies
from monitor.web.pages import language_of, moment
from monitor.web.words import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from monitor.promises.transmissions import Published, Standing, Unpublished
    from monitor.registry.format import Party
    from monitor.web.console.session import Reader

FORMULA = ("=", "+", "-", "@", "\t", "\r")  #: what a spreadsheet would compute


@dataclass(frozen=True)
class Shown:
    """All that page and sheet tell. `parties`: by key, whoever is named; `works`: of each, those of the reader."""

    table: Sequence[Published]
    lacking: Sequence[Unpublished]
    parties: Mapping[str, Party]
    works: Mapping[str, list[str]]


async def _shown(request: web.Request, who: Reader) -> Shown:
    keys = companies(request, who)
    rows = tables.Engagement.filter(company_id__in=keys, retired_at=None).order_by("key")
    works: dict[str, list[str]] = {}
    for key, party in await rows.values_list("key", "party_id"):
        works.setdefault(str(party), []).append(str(key))
    whole = who.everywhere and not request.query.get("company")
    table, lacking = await published(keys, who.present.calendar), await unpublished(None if whole else works)
    whose = {one.entry.party for one in table if one.entry.party} | {one.party for one in lacking}
    return Shown(table, lacking, await who.present.parties(whose), works)


async def transmissions_page(request: web.Request) -> web.StreamResponse:
    """What asks for something first, the whole table last."""
    who, language = await reader(request), language_of(request)
    day = who.present.calendar.day_of(moment())
    after = who.present.group.external_transmissions.on(day).unseen_days
    shown = await _shown(request, who)
    rows = [_row(one, shown, language) for one in shown.table]
    cases = await _cases(shown.lacking, who)
    stale = [row for row, one in zip(rows, shown.table, strict=True) if one.standing and one.standing.stale(day, after)]
    asking = [row for row, one in zip(rows, shown.table, strict=True) if unconfirmed(one.entry, day)]
    return console_page(
        request, who, "external-transmissions.html", rows=rows, stale=stale, asking=asking, after=after,
        lacking=[_lack(one, shown, cases, who, language) for one in shown.lacking],
        company=request.query.get("company", ""),
    )  # fmt: skip


async def _cases(lacking: Sequence[Unpublished], who: Reader) -> dict[int, int]:
    """The open case of each watch that the reader may see."""
    found = tables.Case.filter(watch_id__in={one.watch.id for one in lacking}, closed_at=None).order_by("-id")
    return {row.watch_id: row.id for row in await found if row.watch_id and who.sees(row.company_id)}


def _lack(one: Unpublished, shown: Shown, cases: Mapping[int, int], who: Reader, language: str) -> dict[str, Any]:
    calendar = who.present.calendar
    return {
        "host": one.finding.key,
        "url": one.watch.url,
        "party": named(shown.parties[one.party], language),
        "since": say_day(calendar.day_of(one.finding.first_seen_at), language),
        "last": say_day(calendar.day_of(one.finding.last_seen_at), language),
        "case": f"/case/{cases[one.watch.id]}" if one.watch.id in cases else "",
    }


def _row(one: Published, shown: Shown, language: str) -> dict[str, Any]:
    entry, ja = one.entry, language == "ja"
    party = shown.parties.get(entry.party or "")
    return {
        "host": entry.host,
        "recipient": (entry.recipient_ja if ja else None) or entry.recipient,
        "party": named(party, language) if party else "",
        "works": [f"/engagement/{key}" for key in shown.works.get(entry.party or "", ())],
        "information": (entry.information_ja if ja else None) or entry.information,
        "purpose": (entry.purpose_ja if ja else None) or entry.purpose,
        "sites": entry.sites,
        "opt_out": entry.opt_out or "",
        "personal": entry.personal_related,
        "consent": entry.consent or "",
        "confirmed": say_day(entry.consent_confirmed_on, language) if entry.consent_confirmed_on else "",
        "label": _label(one.standing),
        "state": _state(one.standing, language),
    }


def _label(standing: Standing | None) -> str:
    if standing is None:
        return "cancelled"
    return "accepted" if standing.seen else "open"


def _state(standing: Standing | None, language: str) -> str:
    if standing is None:
        return Message("Not looked at yet").in_(language)
    since = standing.unseen_since
    return (Message("Not used since {day}", {"day": since}) if since else Message("In use")).in_(language)


async def transmissions_sheet(request: web.Request) -> web.StreamResponse:
    """The table and what it lacks, as CSV: one line for each host, or for each page that uses one unpublished."""
    who, language = await reader(request), language_of(request)
    shown, out = await _shown(request, who), io.StringIO()
    day = who.present.calendar.day_of(moment())
    writer = csv.writer(out)
    heads = (
        Message("Host"), Message("State"), Message("Recipient"), Message("Party"), Message("Information that is sent"),
        Message("Purpose of use"), Message("Companies"), Message("Sites"), Message("Refused at"),
        Message("Linked to persons"), Message("Consent confirmed on"), Message("First seen"), Message("Last seen"),
    )  # fmt: skip
    writer.writerow([head.in_(language) for head in heads])
    lines = [*(_published(one, shown, language, day) for one in shown.table)]
    lines += [_unpublished(one, shown, who, language) for one in shown.lacking]
    writer.writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in line] for line in lines)
    name = f"external-transmission-{day.isoformat()}.csv"
    headers = {"Content-Disposition": content_disposition(name)}
    return web.Response(body=out.getvalue().encode("utf-8-sig"), content_type="text/csv", headers=headers)


def _published(one: Published, shown: Shown, language: str, day: date) -> list[str]:
    entry, row = one.entry, _row(one, shown, language)
    confirmed = entry.consent_confirmed_on.isoformat() if entry.consent_confirmed_on else ""
    linked = Message("yes") if entry.personal_related else Message("no")
    return [
        entry.host, row["state"], row["recipient"], row["party"], row["information"], row["purpose"],
        " ".join(entry.companies), " ".join(entry.sites), row["opt_out"], linked.in_(language),
        Message("not confirmed").in_(language) if unconfirmed(entry, day) else confirmed, "", "",
    ]  # fmt: skip


def _unpublished(one: Unpublished, shown: Shown, who: Reader, language: str) -> list[str]:
    days = [who.present.calendar.day_of(at).isoformat() for at in (one.finding.first_seen_at, one.finding.last_seen_at)]
    party = named(shown.parties[one.party], language)
    state = Message("In use, not published").in_(language)
    return [one.finding.key, state, "", party, *[""] * 3, one.watch.url, *[""] * 3, *days]
