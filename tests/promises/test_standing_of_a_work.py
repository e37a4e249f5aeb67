"""Where a work stands follows its dates: nobody has to write down that a day has come, and no day takes anything back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import ledger, plugins, tables
from monitor.calendar import DAY
from monitor.promises.standing import Ground, standing, standing_of
from monitor.registry.apply import apply
from monitor.registry.format import BEFORE, Engagement
from monitor.registry.format.engagement import State
from monitor.registry.lifecycle import move
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.tables.store import MEMORY, opened
from tests.stage import engagement, registry

FIRST, LAST = date(2026, 4, 1), date(2026, 9, 30)
STATES = st.sampled_from(get_args(State))
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
#: How far each state is on its way; before the first data goes out, and where none ever will, days change nothing.
WAY = ("active", "suspended", "ending", "deletion_pending", "closed")


def work(state="active", **contract):
    said = {"key": "dm", "company": "c", "party": "p", "kind": "trustee", "starts_on": FIRST, "state": state}
    return Engagement.model_validate(said | {"contract": contract})


ABOVE = work("suspended")
GROUNDS = st.builds(
    Ground, st.none() | DAYS, gone=st.booleans(), asked=st.booleans(), above=st.sampled_from([None, ABOVE])
)


@given(STATES, GROUNDS, st.none() | DAYS, st.lists(DAYS, min_size=2))
def test_days_that_pass_without_an_act_only_ever_lead_forward(said, ground, term, days):
    entry = work(said, expires_on=term)
    found = [standing(entry, day, ground).state for day in sorted(days)]
    if said in BEFORE | {"rejected"}:
        assert set(found) == {said}
    else:
        assert [WAY.index(one) for one in found] == sorted(WAY.index(one) for one in found)


@given(STATES, GROUNDS, DAYS)
def test_nothing_is_over_before_its_last_day_is_and_nothing_goes_on_after_it(said, ground, day):
    found = standing(work(said), day, ground)
    if said in BEFORE | {"rejected", "closed"}:
        return
    over = ground.last_day is not None and day > ground.last_day
    assert (found.state in {"deletion_pending", "closed"}) == (
        over or (said == "deletion_pending" and not ground.last_day)
    )


ENDS, GONE = Ground(LAST), Ground(LAST, gone=True)
STANDS = {
    "no end is known": (work(), Ground(), LAST, "active", "Active"),
    "its last day is known": (work(), ENDS, FIRST, "ending", "Ending"),
    "on its last day": (work(), ENDS, LAST, "ending", "Ending"),
    "the day after": (work(), ENDS, LAST + DAY, "deletion_pending", "Deletion pending"),
    "all is confirmed": (work(), GONE, LAST + DAY, "closed", "Work closed"),
    "it came back": (work("closed"), Ground(LAST, gone=True, asked=True), LAST + DAY, "deletion_pending", "Deletion pending (in the register: Work closed)"),
    "a term that does not renew": (work(expires_on=LAST), Ground(), FIRST, "ending", "Ending"),
    "that term is over": (work(expires_on=LAST), Ground(), LAST + DAY, "ending", "Ending"),
    "a term that renews": (work(expires_on=LAST, auto_renew=True), Ground(), LAST + DAY, "active", "Active"),
    "suspended with an end": (work("suspended"), ENDS, LAST, "suspended", "Suspended"),
    "suspended past it": (work("suspended"), ENDS, LAST + DAY, "deletion_pending", "Deletion pending (in the register: Suspended)"),
    "said to wait too early": (work("deletion_pending"), ENDS, LAST, "ending", "Ending (in the register: Deletion pending)"),
    "said to be ending without an end": (work("ending"), Ground(), LAST, "ending", "Ending"),
    "below one that is suspended": (work(), Ground(above=ABOVE), LAST, "suspended", "Suspended"),
    "its end is known, below one that is suspended": (work(), Ground(LAST, above=ABOVE), LAST, "suspended", "Suspended"),
    "over, below one that is suspended": (work(), Ground(LAST, above=ABOVE), LAST + DAY, "deletion_pending", "Deletion pending"),
    "never begun": (work("candidate"), ENDS, LAST + DAY, "candidate", "Candidate"),
    "turned down": (work("rejected"), ENDS, LAST + DAY, "rejected", "Rejected"),
}  # fmt: skip


@pytest.mark.parametrize(("entry", "ground", "day", "state", "words"), STANDS.values(), ids=STANDS)
def test_a_state_is_said_as_the_dates_have_it_and_with_what_contradicts_them(entry, ground, day, state, words):
    found = standing(entry, day, ground)
    assert (found.state, found.words("en")) == (state, words)
    quiet = state == entry.state and (state not in {"ending", "candidate"})
    assert bool(found.why("en")) != quiet
    assert found.why("ja") == "" if quiet else found.why("ja") != found.why("en")


AT = datetime(2026, 10, 5, tzinfo=UTC)


@pytest.fixture
async def stands(tmp_path):
    async def told(text, day=date(2026, 10, 5), key="dm"):
        file = tmp_path / "registry.toml"
        file.write_text(text, encoding="utf-8")
        await apply(read([file], plugins.known()), AT, {})
        present = await roster()
        return (await standing_of(await present.engagement(key), present, day)).state

    async with opened(MEMORY, create=True):
        yield told


def tree(top="", sub="", **fields):
    """Two levels below a work that ended on 30 September."""
    whole = [
        engagement(ends_on="2026-09-30", more=top, **fields),
        engagement("sub", under="dm", more=sub),
        engagement("sub/two", under="sub", more="  [engagement.deletion]\n  accepted_on = 2026-10-02\n"),
    ]
    return registry(*whole)


CONFIRMED = "  [engagement.deletion]\n  accepted_on = 2026-10-01\n"


async def test_a_work_is_closed_once_every_party_below_and_every_place_has_confirmed(stands):
    assert await stands(tree()) == "deletion_pending"
    assert await stands(tree(CONFIRMED)) == "deletion_pending"
    assert await stands(tree(CONFIRMED, CONFIRMED)) == "closed"
    assert await stands(tree(CONFIRMED, CONFIRMED), date(2026, 9, 30)) == "ending"
    whose = {"engagement_id": "sub", "company_id": "impress", "party_id": "acme"}
    days = dict.fromkeys(("nominal_on", "base_on", "due_on", "meant_on"), LAST)
    instants = dict.fromkeys(("since", "opens_at", "planned_at"), AT)
    said = {"kind": "deletion", "state": "accepted", "roll": "none", "ladder": "", "accepted_on": LAST + 2 * DAY}
    duty = await tables.Obligation.create(**whose, **days, **instants, **said)
    one = await tables.Disposal.create(**whose, obligation_id=duty.id, state="backup_pending", accepted_on=LAST)
    await tables.DisposalPlace.create(disposal_id=one.id, name="tapes", state="backup_pending")
    assert await stands(tree(CONFIRMED, CONFIRMED)) == "deletion_pending"
    await tables.DisposalPlace.all().update(state="deleted")
    assert await stands(tree(CONFIRMED, CONFIRMED)) == "closed"
    await tables.Obligation.all().update(engagement_id="dm", state="open")
    assert await stands(tree(CONFIRMED, CONFIRMED)) == "deletion_pending"  # content is served again


async def test_what_is_below_a_suspended_work_is_suspended_until_that_one_is_back_and_nothing_is_written(stands):
    text = registry(engagement(), engagement("sub", under="dm"), engagement("sub/two", under="sub"))
    assert await stands(text, key="sub/two") == "active"
    await move("dm", "suspended", AT)
    seen = await ledger.head()
    assert await stands(text, key="sub/two") == "suspended"
    assert (await tables.Engagement.get(key="sub/two")).state == "active"
    assert await ledger.head() == seen
    await move("dm", "active", AT + timedelta(hours=1))
    assert await stands(text, key="sub/two") == "active"
