"""Data that went further than anybody had approved, and names that nobody had reported."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from monitor.calendar import DAY
from monitor.hearing.chain.finding import let_in
from monitor.hearing.chain.rules import names_in, unknown
from monitor.tables import SubEntrustment
from tests.promises.chain import SUBS, asks, done, event, running
from tests.stage import engagement, last_accepted, play, registry

if TYPE_CHECKING:
    from pathlib import Path

DECISION = "sub-entrustment-decision"


def handed(at: str, on: str, party: str = "sub-co") -> str:
    return event(at, "data_handed", party=f'"{party}"', on=on)


async def test_data_handed_before_the_approval_is_a_case(tmp_path: Path) -> None:
    told = await play(
        running(), "2026-09-01", "2026-09-11", asks(), handed("2026-09-10T10:00", "2026-09-09"), tmp=tmp_path
    )
    [case] = told.of("case_opened")
    assert (case["rule"], case["engagement"], case["party"], case["company"]) == (
        "unauthorised_subentrust", "dm", "sub-co", "impress",
    )  # fmt: skip
    assert not [line for line in told.of("mail", case=case["case"]) if "vendor" in line["audience"]]


async def test_an_approval_that_came_later_does_not_undo_it(tmp_path: Path) -> None:
    late = [done("2026-09-10T09:00", DECISION), handed("2026-09-10T10:00", "2026-09-09")]
    told = await play(running(), "2026-09-01", "2026-09-11", asks(), *late, tmp=tmp_path)
    assert [line["rule"] for line in told.of("case_opened")] == ["unauthorised_subentrust"]


async def test_data_handed_on_the_day_of_the_approval_is_as_it_should_be(tmp_path: Path) -> None:
    fine = [done("2026-09-10T09:00", DECISION), handed("2026-09-10T10:00", "2026-09-10")]
    told = await play(running(), "2026-09-01", "2026-09-11", asks(), *fine, tmp=tmp_path)
    assert not told.of("case_opened")
    assert not told.of("refused")


async def test_data_handed_to_somebody_of_whom_nobody_ever_spoke_is_a_case_once(tmp_path: Path) -> None:
    twice = [handed("2026-09-10T10:00", "2026-09-09", "new-co"), handed("2026-09-11T10:00", "2026-09-10", "new-co")]
    told = await play(running(), "2026-09-01", "2026-09-12", *twice, tmp=tmp_path)
    assert [line["rule"] for line in told.of("case_opened")] == ["unauthorised_subentrust"]


async def test_whom_an_old_ledger_has_in_the_tree_may_have_the_data(tmp_path: Path) -> None:
    below = engagement("dm/sub", party="sub-co", under="dm", attestation=last_accepted("2026-08-01"))
    old = registry(engagement(attestation=last_accepted("2026-08-01")), below, parties=SUBS)
    told = await play(old, "2026-09-01", "2026-09-11", handed("2026-09-10T10:00", "2026-09-09"), tmp=tmp_path)
    assert not told.of("case_opened")


def names(at: str, *parties: str) -> str:
    said = ", ".join(f'"{name}"' for name in parties)
    return event(at, "submit", sub_parties=f"[{said}]")


DUE = running().replace("last_accepted_on = 2026-08-01", "last_accepted_on = 2025-10-01")


async def test_a_name_that_is_not_in_the_tree_is_a_case_of_the_contracting_company_alone(tmp_path: Path) -> None:
    told = await play(
        DUE, "2026-09-01", "2026-09-12", asks(), names("2026-09-10T10:00", "Sub Works", "sub-co", "Shadow Works"),
        tmp=tmp_path,
    )  # fmt: skip
    [case] = told.of("case_opened")
    assert (case["rule"], case["engagement"], case["company"]) == ("subentrust_unreported", "dm", "impress")
    assert {tuple(line["to"]) for line in told.of("mail", case=case["case"])} == {("managers@impress.example",)}
    assert told.of("submitted")


async def test_once_it_is_reported_the_case_is_closed(tmp_path: Path) -> None:
    told = await play(
        DUE, "2026-09-01", "2026-09-14", names("2026-09-10T10:00", "new-co"),
        asks("2026-09-11T10:00", party="new-co"), tmp=tmp_path,
    )  # fmt: skip
    assert [line["rule"] for line in told.of("case_closed")] == ["subentrust_unreported"]
    assert told.of("deadline", obligation=DECISION, party="new-co")


async def test_a_party_two_levels_below_is_in_the_tree(tmp_path: Path) -> None:
    first = engagement("dm/sub", party="acme", under="dm", attestation=last_accepted("2026-08-01"))
    second = engagement("dm/sub/two", party="sub-co", under="dm/sub", attestation=last_accepted("2026-08-01"))
    top = engagement(attestation=last_accepted("2025-10-01"))
    told = await play(
        registry(top, first, second, parties=SUBS), "2026-09-01", "2026-09-12",
        names("2026-09-10T10:00", "サブワークス（株）"), tmp=tmp_path,
    )  # fmt: skip
    assert not told.of("case_opened")


def test_a_list_names_those_who_stand_in_it_as_the_form_asks() -> None:
    text = (
        "例示運輸株式会社／東京都江東区／封入と発送／日本\nSee attachment\nShadow Works, Dublin, hosting, Ireland\n\n"
    )
    assert names_in(text) == ["例示運輸株式会社", "Shadow Works"]


@given(st.lists(st.text(alphabet="abc ＡＢＣ株式会社", min_size=1), max_size=5))
def test_whoever_is_known_under_a_name_is_never_unknown_under_it(known: list[str]) -> None:
    assert unknown(known, known) == []


def row(state: str, decided: date | None, ended: date | None = None) -> SubEntrustment:
    return SubEntrustment(state=state, decided_on=decided, ended_on=ended)


def test_what_is_told_after_the_end_is_judged_by_the_day_on_which_it_was_handed() -> None:
    begin, end = date(2026, 9, 3), date(2026, 9, 20)
    ended = row("ended", begin, end)
    assert [let_in(ended, day) for day in (begin - DAY, begin, end, end + DAY)] == [False, True, True, False]
    assert let_in(row("active", begin), end + DAY)
    assert not let_in(row("refused", begin), end)
    assert not let_in(row("undisclosed", None), end)


async def test_nobody_passes_work_on_to_itself(tmp_path: Path) -> None:
    asked = [event("2026-09-10T10:00", "sub_entrust", party=f'"{name}"') for name in ("acme", "ACME printing")]
    told = await play(running(), "2026-09-01", "2026-09-11", *asked, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["same-party", "same-party"]
    assert not told.of("deadline")


async def test_silence_lets_nobody_in_below_a_work_that_is_suspended(tmp_path: Path) -> None:
    asked = event("2026-09-10T10:00", "sub_entrust", party='"sub-co"', authorisation='"general"')
    stopped = event("2026-09-20T10:00", "move", to='"suspended"', reason='"Trouble abroad"')
    told = await play(running(), "2026-09-01", "2026-10-20", asked, stopped, tmp=tmp_path)
    (duty,) = told.of("deadline", obligation=DECISION)
    assert [line["due_on"] for line in told.of("overdue", obligation=DECISION)] == [duty["due_on"]]
    assert not told.of("accepted", obligation=DECISION)
