"""A place whose deletion was confirmed serves again: the order opens anew, due 7 days later, and a critical case."""

from __future__ import annotations

import pytest
from stage import engagement, event, last_accepted, registry

PORTAL = "https://portal.acme.example/orders.csv"
OTHER = "https://backup.acme.example/dump/"
PLACES = f"""
  [[engagement.place]]
  name = "Order portal"
  kind = "prod"
  url = "{PORTAL}"
  [[engagement.place]]
  name = "Night backup"
  kind = "backup"
  url = "{OTHER}"
  [[engagement.place]]
  name = "Paper"
  kind = "paper"
"""
CONFIRMED = "\n  [engagement.deletion]\n  accepted_on = 2026-09-01\n"
ENDED = {"ends_on": "2026-08-31", "attestation": last_accepted("2026-03-01")}


def work(key="dm", *, more=PLACES + CONFIRMED, **fields):
    return engagement(key, more=more, **(ENDED | fields))


def again(at, url=PORTAL):
    return event(at, "served_again", None, url=url)


def answered(day, *, accepted=True):
    deeds = [event(f"{day}T10:00", "submit", obligation="deletion")]
    return [*deeds, event(f"{day}T11:00", "accept", obligation="deletion")] if accepted else deeds


async def test_the_order_opens_again_at_once_due_seven_days_later(world):
    told = await world(registry(work()), "2026-09-01", "2026-09-11", again("2026-09-02T10:00"))
    (opened,) = told.of("opened")
    assert opened == {
        "at": "2026-09-02T10:00:00+09:00", "what": "opened", "engagement": "dm", "obligation": "deletion",
        "party": "acme", "due_on": "2026-09-09", "reason": "served-again", "url": PORTAL, "company": "impress",
    }  # fmt: skip
    assert told.days("vendor", obligation="deletion") == [("T-30", "09-02"), ("T-1", "09-08"), ("T+1", "09-10")]
    assert [line["due_on"] for line in told.of("overdue")] == ["2026-09-09"]


async def test_the_case_is_critical_and_goes_to_the_responsible_company_at_any_hour(world):
    sister = engagement("mag", "sister", attestation=last_accepted("2026-08-01"))
    told = await world(registry(work(), sister), "2026-09-01", "2026-10-07", again("2026-10-03T03:00"))
    (case,) = told.of("case_opened")
    assert (case["company"], case["severity"], case["check"], case["url"]) == ("impress", "critical", "erased", PORTAL)
    first = told.of("mail", rung="C+0")
    assert {tuple(line["audience"]): line["at"] for line in first} == {
        ("vendor",): "2026-10-03T03:00:00+09:00",
        ("managers", "privacy_office"): "2026-10-03T03:00:00+09:00",
    }
    assert not [line for line in told.of("mail") if line["company"] == "sister"]


async def test_out_of_hours_it_is_due_seven_days_after_it_was_seen_and_asked_for_with_the_next_mails(world):
    night = await world(registry(work()), "2026-09-01", "2026-09-30", again("2026-09-09T20:00"))
    assert [line["due_on"] for line in night.of("opened")] == ["2026-09-16"]
    assert night.days("vendor", obligation="deletion")[:2] == [("T-30", "09-10"), ("T-1", "09-15")]
    assert night.of("due_moved") == []


async def test_a_due_date_on_a_closed_day_rolls_as_the_engagement_says(world):
    for roll, due in (("following", "2026-10-13"), ("preceding", "2026-10-09"), ("none", "2026-10-10")):
        told = await world(registry(work(roll=roll)), "2026-09-01", "2026-10-04", again("2026-10-03T03:00"))
        assert [line["due_on"] for line in told.of("opened")] == [due]


async def test_only_a_new_accepted_answer_closes_it_and_the_old_one_stays(world):
    toml = registry(work(more=PLACES))
    told = await world(
        toml, "2026-09-01", "2026-12-01", *answered("2026-09-10"), again("2026-10-01T10:00"), *answered("2026-10-05"),
    )  # fmt: skip
    assert [line["due_on"] for line in told.of("opened")] == ["2026-09-30", "2026-10-08"]
    assert [line["at"][:10] for line in told.of("accepted")] == ["2026-09-10", "2026-10-05"]
    assert told.of("cancelled") == []


async def test_content_that_goes_again_by_itself_closes_the_case_and_not_the_order(world):
    gone = [event(f"2026-09-03T10:0{n}", "observe", None, url=PORTAL, check="erased", verdict="pass") for n in (0, 5)]
    told = await world(registry(work()), "2026-09-01", "2026-09-30", again("2026-09-02T10:00"), *gone)
    assert [line["at"][:10] for line in told.of("case_closed")] == ["2026-09-03"]
    assert (told.of("cancelled"), told.of("accepted")) == ([], [])
    assert [line["at"][:10] for line in told.of("overdue")] == ["2026-09-10"]


async def test_the_watch_goes_on_after_a_new_confirmation(world):
    told = await world(
        registry(work()), "2026-09-01", "2026-11-01",
        again("2026-09-02T10:00"), *answered("2026-09-04"), again("2026-10-01T10:00"),
    )  # fmt: skip
    assert [line["due_on"] for line in told.of("opened")] == ["2026-09-09", "2026-10-08"]


async def test_what_was_seen_before_a_confirmation_does_not_open_it_again(world):
    told = await world(
        registry(work()), "2026-09-01", "2026-11-01",
        again("2026-09-02T10:00"), *answered("2026-09-04"), event("2026-09-07T10:00", "end", on="2026-08-30"),
    )  # fmt: skip
    assert len(told.of("opened")) == 1


async def test_while_one_order_is_open_or_under_review_no_second_one_opens(world):
    told = await world(
        registry(work()), "2026-09-01", "2026-09-20",
        again("2026-09-02T10:00"), again("2026-09-03T10:00"), again("2026-09-03T11:00", OTHER),
        *answered("2026-09-04", accepted=False), again("2026-09-07T10:00"),
    )  # fmt: skip
    assert [line["due_on"] for line in told.of("opened")] == ["2026-09-09"]
    assert told.of("due_moved") == []


async def test_a_closed_engagement_is_asked_again_too(world):
    told = await world(registry(work(state="closed")), "2026-09-01", "2026-09-05", again("2026-09-02T10:00"))
    assert [line["obligation"] for line in told.of("opened")] == ["deletion"]
    assert len(told.of("mail", rung="T-30", audience=["vendor"])) == 1


async def test_each_company_whose_data_lay_there_asks_for_its_own(world):
    both = registry(work("dm"), work("mag", company="sister"))
    told = await world(both, "2026-09-01", "2026-09-03", again("2026-09-02T10:00"))
    assert {(line["engagement"], line["company"]) for line in told.of("opened")} == {
        ("dm", "impress"),
        ("mag", "sister"),
    }
    assert {line["company"] for line in told.of("case_opened")} == {"impress", "sister"}


@pytest.mark.parametrize(
    ("engagements", "url"),
    [
        ([work(more=PLACES)], PORTAL),
        ([work()], "https://elsewhere.acme.example/"),
        ([work(ends_on="2027-08-31")], PORTAL),
        ([work(), work("mag", company="sister", ends_on="2027-08-31", more=PLACES)], PORTAL),
    ],
    ids=["not confirmed", "no such place", "not ended", "others' data may lie there"],
)
async def test_where_nothing_was_certified_nothing_opens(world, engagements, url):
    told = await world(registry(*engagements), "2026-09-01", "2026-09-01T12:00", again("2026-09-01T10:00", url))
    assert [(line["reason"], line["url"]) for line in told.of("refused")] == [("nothing-certified", url)]
    assert told.of("case_opened") == []


async def test_an_end_that_moves_later_withdraws_it(world):
    later = event("2026-09-03T10:00", "end", on="2027-03-31")
    told = await world(registry(work()), "2026-09-01", "2026-09-10", again("2026-09-02T10:00"), later)
    assert [(line["reason"], line["at"][:10]) for line in told.of("cancelled")] == [("not-ended", "2026-09-03")]


async def test_nothing_is_seen_while_the_service_is_down(world):
    down = event("2026-09-02T09:00", "down", None, until="2026-09-02T12:00")
    told = await world(registry(work()), "2026-09-01", "2026-09-03", down, again("2026-09-02T10:00"))
    assert [line["reason"] for line in told.of("refused")] == ["down"]
