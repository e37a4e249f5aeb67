"""What people do with workbooks and sheets, one act after the other, each with the line that it leaves in the ledger."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from monitor.questionnaire import thaw
from monitor.tables import FrozenRequest
from tests.journey.manager import signed_in
from tests.journey.vendor import answered, gets, path_of, posts

sys.path += [str(Path(__file__).parents[1] / one) for one in ("offline", "questionnaire", "evidence")]

from evidence_corpus import pdf
from filled import text

from monitor.offline.sheets import grids

REVIEWERS, NAME = "reviewers@impress.example", "審査 一"
CAME: dict[str, Any] = {
    "entry_channel": "paper", "entry_received_year": "2026", "entry_received_month": "4", "entry_received_day": "1",
    "entry_signer": "署名 人", "entry_by": NAME, "entry_scan": ("回答書.pdf", pdf()),
}  # fmt: skip


async def _question() -> tuple[str, str]:
    """The first section and a question there that is answered by yes or no."""
    section = thaw((await FrozenRequest.get()).body).sections[0]
    return section.id, next(one.id for one in section.questions if one.type == "yes_no")


async def hands_in_workbook(house, client):
    base = f"{path_of(house.link())}/en"
    async with client.get(f"{base}/workbook.xlsx") as response:
        content = await response.read()
    rows = {row[0]: number for grid in grids(content) for number, row in enumerate(grid.rows, start=1)}
    filled = text(content, f"F{rows[(await _question())[1]]}", "Yes")
    return await posts(client, f"{base}/workbook", {"workbook": ("filled.xlsx", filled)})


async def takes_over(house, client):
    _, place = await hands_in_workbook(house, client)
    seen = dict(re.findall(r'name="(seen_[^"]+)" value="(\d+)"', await gets(client, place)))
    return await posts(client, place, {"take": "1", **seen})


async def asks_by_number(house, client):
    sheet = await gets(client, f"{path_of(house.link())}/en/print")
    code = re.search(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4})</b>", sheet)[1]
    return await posts(client, f"/p/{code}", {})


async def begins_entry(house, client):
    await signed_in(house, client, REVIEWERS)
    return await posts(client, "/duty/1/entry", CAME)


async def enters_answer(house, client):
    await begins_entry(house, client)
    section, question = await _question()
    return await posts(client, f"/duty/1/entry/en/s/{section}", {question: "yes", f"{question}_version": "0"})


async def gives_entry_up(house, client):
    await begins_entry(house, client)
    return await posts(client, "/duty/1/entry/en/drop", {"drop_by": NAME})


async def hands_entry_in(house, client):
    from monitor.obligations import paper

    await begins_entry(house, client)
    await answered(1)
    entry = await paper.under_way(1)
    await paper.note(entry, [one.id for one in thaw((await FrozenRequest.get()).body).questions], "person/1")
    listed = await gets(client, "/duty/1/entry/en/check")
    seen = re.findall(r'name="seen" value="([0-9a-f]{64})"', listed)[0]
    return await posts(client, "/duty/1/entry/en/submit", {"submit_by": NAME, "seen": seen})


async def records_showing(house, client):
    await signed_in(house, client, REVIEWERS)
    asked = thaw((await FrozenRequest.get()).body).questions
    said = {"question": next(one.id for one in asked if one.evidence), "by": NAME, "place": "本社", "what": "入退室記録",
            "seen_year": "2026", "seen_month": "4", "seen_day": "1"}  # fmt: skip
    return await posts(client, "/duty/1/shown", {f"shown_{name}": value for name, value in said.items()})


ENTRY = "/duty/{id}/entry"
OFFLINE = [
    ("/f/{token}/{language}/workbook", hands_in_workbook, "workbook.received", "link/"),
    ("/f/{token}/{language}/workbook/{id}", takes_over, "workbook.taken", "link/"),
    ("/p/{code}", asks_by_number, "link.asked", "vendor"),
    (ENTRY, begins_entry, "entry.begun", "person/"),
    (f"{ENTRY}/{{language}}/s/{{section}}", enters_answer, "answer.saved", "person/"),
    (f"{ENTRY}/{{language}}/drop", gives_entry_up, "entry.dropped", "person/"),
    (f"{ENTRY}/{{language}}/submit", hands_entry_in, "entry.submitted", "person/"),
    ("/duty/{id}/shown", records_showing, "evidence.shown", "person/"),
]
