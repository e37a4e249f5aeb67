"""What the looks at pages say of a published host, and of which recipients a consent is not confirmed. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from checks.cookies import Cookies, Opened
from monitor.calendar import Calendar
from monitor.promises.transmissions import Standing, concerns, standing, unconfirmed
from monitor.registry.format import ExternalTransmission
from tests.checks.looked_at import served

DAY = date(2026, 9, 30)
CALENDAR = Calendar(ZoneInfo("Asia/Tokyo"))
HTML = ("Content-Type", "text/html")
STATS = b'<script src="https://cdn.stats.example/a.js"></script>'


def seen(body, before, on, *, published=("stats.example", "ads.example"), **changes):
    at = datetime(2026, 9, on, tzinfo=UTC)
    return Cookies(published=published).judge(Opened(served(HTML, body=body, **changes)), at, before).keep


def told(**fields):
    said = {"host": "stats.example", "recipient": "Stats", "information": "pages", "purpose": "counting"}
    return ExternalTransmission.model_validate(said | fields)


def test_looks_remember_since_when_a_published_host_is_not_used_and_forget_it_when_it_is_back():
    first = seen(STATS, {}, 1)
    assert (first["there"], first["unseen"]) == (["stats.example"], {"ads.example": "2026-09-01T00:00:00+00:00"})
    later = seen(b"", first, 5)
    assert later["unseen"] == {"stats.example": "2026-09-05T00:00:00+00:00", "ads.example": "2026-09-01T00:00:00+00:00"}
    assert seen(STATS, later, 9)["unseen"] == {"ads.example": "2026-09-01T00:00:00+00:00"}
    assert seen(STATS, later, 9, published=("stats.example",))["unseen"] == {}


def test_a_page_that_was_not_seen_whole_says_nothing_new_of_what_it_lacks():
    first = seen(STATS, {}, 1)
    half = seen(b"", first, 5, truncated=True)
    assert (half["there"], half["unseen"]) == (first["there"], first["unseen"])
    assert seen(b"", {}, 5, truncated=True)["unseen"] == {}


@pytest.mark.parametrize(
    ("memories", "found"),
    [
        ([], None),
        ([{}], None),
        ([{"there": ["stats.example"], "unseen": {}}], Standing()),
        ([{"unseen": {"stats.example": "2026-08-31T00:00:00+00:00"}}], Standing(date(2026, 8, 31))),
        ([{"unseen": {"stats.example": "2026-08-31T00:00:00+00:00"}}, {"unseen": {"stats.example": "2026-09-02T00:00:00+00:00"}}], Standing(date(2026, 9, 2))),
        ([{"unseen": {"stats.example": "2026-08-31T00:00:00+00:00"}}, {"there": ["stats.example"]}], Standing()),
        ([{"unseen": {"stats.example": "2026-08-31T20:00:00+00:00"}}], Standing(date(2026, 9, 1))),  # the group's day
        ([{"unseen": {"stats.example": "2026-08-31T00:00:00+00:00"}}, {}], None),  # the other page was not looked at with it yet
    ],
)  # fmt: skip
def test_a_host_is_unused_only_when_no_page_uses_it(memories, found):
    assert standing("stats.example", memories, CALENDAR) == found


def test_a_host_is_asked_about_after_so_many_days():
    assert Standing(date(2026, 8, 31)).stale(DAY, 30)
    assert not Standing(date(2026, 9, 1)).stale(DAY, 30)
    assert not Standing().stale(DAY, 0)


def test_a_consent_is_needed_where_the_recipient_links_to_persons_and_confirmed_from_its_day_on():
    assert unconfirmed(told(personal_related=True), DAY)
    assert unconfirmed(told(personal_related=True, consent_confirmed_on="2026-10-01"), DAY)
    assert not unconfirmed(told(personal_related=True, consent_confirmed_on="2026-09-30"), DAY)
    assert not unconfirmed(told(), DAY)


def test_an_entry_without_companies_concerns_all():
    assert concerns(told(), ["sister"])
    assert concerns(told(companies=["impress", "sister"]), ["sister"])
    assert not concerns(told(companies=["impress"]), ["sister"])
