"""What people have done since a file was applied holds, until a file says something else than it said before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import WHOLE, engagement, registry

from monitor import ledger, plugins, tables
from monitor.mistakes import Invalid
from monitor.refusal import Refused
from monitor.registry.apply import apply, plan, set_fields
from monitor.registry.export import export
from monitor.registry.lifecycle import NEXT, move
from monitor.registry.merging import merge
from monitor.registry.read import read
from monitor.registry.roster import roster
from monitor.registry.since import Deed, kept, taken_back

AT = datetime(2026, 9, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SPECS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2))


@pytest.fixture
def say(tmp_path):
    async def applied(text, at=AT, **how):
        file = tmp_path / "registry.toml"
        file.write_text(text, encoding="utf-8")
        return await apply(read([file], plugins.known()), at, {}, **how)

    return applied


async def state():
    return (await tables.Engagement.get(key="dm")).state, (await (await roster()).engagement("dm")).state


@given(SPECS, SPECS)
def test_a_file_that_says_what_it_said_before_changes_nothing(declared, held):
    assert merge(declared, held, declared) == held


@given(SPECS, SPECS, SPECS)
def test_what_a_file_says_anew_holds_and_the_rest_stays(declared, held, stated):
    found = merge(declared, held, stated)
    for name in "abcd":
        wanted = stated if stated.get(name) != declared.get(name) else held
        assert found.get(name) == wanted.get(name)


async def test_a_file_that_still_says_candidate_throws_no_active_engagement_back(store, say):
    candidate = registry(engagement("dm", state="candidate"))
    await say(candidate)
    await move("dm", "active", AT)
    assert await say(candidate, AT + DAY) == []
    assert await state() == ("active", "active")
    (change,) = await say(candidate.replace('"candidate"', '"suspended"'), AT + 2 * DAY)
    assert dict(change.fields) == {"state": (None, "suspended")}  # what is as the default says is left out
    assert await state() == ("suspended", "suspended")


async def test_other_changes_of_the_file_hold_beside_what_people_did(store, say):
    candidate = registry(engagement("dm", state="candidate", title="Posting"))
    await say(candidate)
    await move("dm", "active", AT)
    await set_fields("engagement", "dm", {"child_data": True}, AT)
    await say(candidate.replace("Posting", "Printing"), AT + DAY)
    entry = await (await roster()).engagement("dm")
    assert (entry.title, entry.state, entry.child_data) == ("Printing", "active", True)


async def test_an_export_that_was_applied_is_what_files_said_last(store, say):
    candidate = registry(engagement("dm", state="candidate"))
    await say(candidate)
    await move("dm", "active", AT)
    exported = await export()
    assert await say(exported, AT + DAY) == []
    await move("dm", "suspended", AT + 2 * DAY)
    assert await say(exported, AT + 3 * DAY) == []
    assert await state() == ("suspended", "suspended")
    assert await say(candidate, AT + 4 * DAY), "another file than the last one is a statement"


async def test_what_was_done_to_a_company_stays_under_an_old_file_and_is_told(store, say):
    old = registry(engagement("dm"))
    await say(old)
    await set_fields("company", "impress", {"member_until": "2027-03-31"}, AT + DAY, "person/7")
    found = await declared(old)
    assert await kept(found) == [Deed("company", "impress", "member_until", AT + DAY, "person/7")]
    assert await taken_back(await plan(found, AT + 2 * DAY)) == []
    assert await say(old, AT + 2 * DAY) == []
    (change,) = await say(old.replace('"Impress"', '"Impress Books"'), AT + 3 * DAY)
    assert list(change.fields) == ["name"]
    assert (await tables.Company.get(key="impress")).spec["member_until"] == "2027-03-31"


async def test_what_a_file_would_take_back_is_told_with_its_day_and_who_did_it(store, say):
    old = registry(engagement("dm"))
    await say(old)
    await set_fields("company", "impress", {"member_until": "2027-03-31"}, AT + DAY, "person/7")
    new = await declared(old.replace('name = "Impress"', 'name = "Impress"\nmember_until = 2030-03-31', 1))
    assert await taken_back(await plan(new, AT + 2 * DAY)) == [
        Deed("company", "impress", "member_until", AT + DAY, "person/7")
    ]
    assert await kept(new) == []


async def declared(text):
    with TemporaryDirectory() as folder:
        file = Path(folder) / "registry.toml"
        file.write_text(text, encoding="utf-8")
        return read([file], plugins.known())


async def test_each_step_is_one_line_and_a_step_that_there_is_not_is_refused_with_the_ways(store, say):
    await say(registry(engagement("dm", state="candidate")))
    before, _ = await ledger.head()
    await move("dm", "active", AT, "person/1")
    (line,) = [one async for one in ledger.lines(before + 1) if one["type"] == "engagement.state"]
    told = {"engagement": "dm", "party": "acme", "state": "active", "was": "candidate"}
    assert (line["data"], line["actor"], line["company"]) == (told, "person/1", "impress")
    with pytest.raises(Refused, match="state-active") as caught:
        await move("dm", "candidate", AT)
    assert "suspended" in caught.value.message.in_("en")
    with pytest.raises(Refused, match="state-already-active"):
        await move("dm", "active", AT)
    with pytest.raises(Refused, match="no-such-engagement"):
        await move("nothing", "active", AT)


def test_every_state_is_reached_from_the_first_and_only_what_is_closed_leads_nowhere():
    reached, edge = set(), {"candidate"}
    while edge:
        reached |= edge
        edge = {to for state in edge for to in NEXT[state]} - reached
    assert reached == set(NEXT)
    assert [state for state, ways in NEXT.items() if not ways] == ["closed"]


async def test_who_is_a_child_is_a_dated_setting_that_is_exported_again(store, say):
    minors = "[minors]\nthreshold = [{ from = 2026-01-01, age = 15 }, { from = 2028-04-01, age = 16 }]\n"
    await say(minors + registry(engagement("dm")))
    found = (await roster()).minors
    assert [found.age_on(date(2028, 3, 31)), found.age_on(date(2028, 4, 1)), found.age_on(date(2020, 1, 1))] == [
        15,
        16,
        15,
    ]
    kept = await export()
    assert await say(kept, AT + DAY) == []
    (change,) = await say(kept.replace("age = 16", "age = 18"), AT + DAY)
    assert (change.kind, (await roster()).minors.age_on(date(2028, 4, 1))) == ("minors", 18)


async def test_a_candidate_may_name_a_purpose_that_is_to_be_published_and_others_may_not(store, say):
    await say(registry(engagement("dm", state="candidate").replace('"p03"', '"p77"')))
    with pytest.raises(Invalid, match="1 mistake"):
        await say(registry(engagement("dm", state="active").replace('"p03"', '"p77"')))


async def test_a_plan_of_the_same_file_says_nothing_after_an_act(store, say, tmp_path):
    text = registry(engagement("dm", state="candidate"))
    await say(text)
    await move("dm", "rejected", AT)
    assert await plan(read([tmp_path / "registry.toml"], plugins.known()), AT + DAY) == []


COMPLETE = dict(more=WHOLE, whole=False, **{"class": "trustee"})


@pytest.mark.parametrize("was", ["candidate", "under_review", "approved", "rejected"])
async def test_a_file_entrusts_nothing_that_a_person_could_not_activate(store, say, was):
    bare = registry(engagement("dm", whole=False, state=was))
    await say(bare)
    for state in ("active", "ending"):
        with pytest.raises(Invalid) as error:
            await say(bare.replace(f'"{was}"', f'"{state}"'), AT + DAY)
        (mistake,) = error.value.mistakes
        said = mistake.in_("en")
        assert 'engagement "dm": state: cannot begin yet. Missing: an accepted selection review' in said
        assert "contract clauses 1, 2, 3, 4, 5, 6, 7, 8" in said
        assert "what the other side is to us" in said
    assert (await tables.Engagement.get(key="dm")).state == was


async def test_a_state_that_a_file_leaves_out_is_no_way_round_the_review(store, say):
    bare = registry(engagement("dm", whole=False, state="candidate"))
    await say(bare)
    with pytest.raises(Invalid, match="1 mistakes"):
        await say(bare.replace('state = "candidate"', ""), AT + DAY)


async def test_a_candidate_that_left_does_not_come_back_as_active(store, say):
    await say(registry(engagement("dm", whole=False, state="candidate")))
    await say(registry(), AT + DAY, prune=True)
    with pytest.raises(Invalid):
        await say(registry(engagement("dm", whole=False)), AT + 2 * DAY)


async def test_what_has_all_that_it_needs_begins_by_a_file(store, say):
    await say(registry(engagement("dm", state="candidate", **{**COMPLETE, "more": ""})))
    ready = registry(engagement("dm", **{**COMPLETE, "more": WHOLE.replace("2020-09-01", "2026-08-01")}))
    assert await say(ready, AT + DAY)
    assert await state() == ("active", "active")


async def test_an_old_ledger_that_first_comes_as_active_is_taken_over_as_it_is(store, say):
    assert await say(registry(engagement("dm", whole=False)))
    assert await state() == ("active", "active")


async def test_a_purpose_that_the_same_file_publishes_counts_as_published(store, say):
    fresh = WHOLE.replace("2020-09-01", "2026-08-01")
    waiting = registry(engagement("dm", state="candidate", **{**COMPLETE, "more": fresh}))
    await say(waiting)
    more = waiting.replace('state = "candidate"', "").replace('purposes = ["p03"]', 'purposes = ["p03", "p04"]')
    published = '\n[[purpose]]\nkey = "p04"\ntext = "Sending what was ordered"\n'
    assert await say(more + published, AT + DAY)
    assert await state() == ("active", "active")
