"""Plan and apply: what the files say becomes so in one transaction, once; what leaves is guarded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from stage import COMPANY, GROUP, PARTY, PURPOSE, SISTER, engagement, last_accepted, registry

from monitor import ledger, plugins, tables
from monitor.mistakes import Invalid
from monitor.obligations.planning import plan as plan_duties
from monitor.obligations.reconcile import Policy
from monitor.obligations.turning import turn
from monitor.registry.apply import apply, plan
from monitor.registry.differences import MODELS
from monitor.registry.read import Known, read
from monitor.registry.roster import roster
from monitor.simulation.forecast import caused
from monitor.tables.store import connection

AT = datetime(2026, 9, 1, tzinfo=UTC)
ASKED = engagement("dm", attestation=last_accepted("2025-09-20"))


@pytest.fixture
def declare(tmp_path):
    def make(*parts):
        file = tmp_path / "registry.toml"
        file.write_text("\n".join(parts), encoding="utf-8")
        return read([file], Known({kind: {"acme", "impress", "p03", "dm", "post"} for kind in MODELS}))

    return make


def said(changes):
    return [(change.action, change.kind, change.key) for change in changes]


async def everything():
    """All rows of the registry, its watches and the ledger, as values."""
    models = [tables.Group, *MODELS.values(), tables.Watch, tables.LedgerLine]
    return {model: await model.all().order_by(model._meta.pk_attr).values() for model in models}


async def test_a_plan_says_all_differences_and_changes_nothing(store, declare):
    before = await everything()
    changes = await plan(declare(registry(ASKED)), AT)
    assert said(changes) == [
        ("add", "group", "group"), ("add", "company", "impress"), ("add", "company", "sister"), ("add", "purpose", "p03"),
        ("add", "party", "acme"), ("add", "engagement", "dm"),
    ]  # fmt: skip
    assert await everything() == before


async def test_a_plan_says_which_mails_the_first_registry_would_cause(store, declare):
    mails = await caused(declare(registry(ASKED)), AT, plugins.equipment())
    assert {line["notice"] for line in mails} == {"rung"}
    assert {address for line in mails for address in line["to"]} >= {"privacy@acme.example"}


async def test_a_plan_says_only_the_mails_that_the_change_would_cause(store, declare):
    await apply(declare(registry(ASKED)), AT, plugins.looks())
    mails = await caused(declare(PARTY.replace("privacy@acme.example", "new@acme.example")), AT, plugins.equipment())
    assert {tuple(line["to"]) for line in mails} == {("new@acme.example",)}


async def test_a_plan_that_causes_no_mail_says_none(store, declare):
    await apply(declare(registry(ASKED)), AT, plugins.looks())
    assert await caused(declare(PURPOSE.replace("Delivering", "Sending")), AT, plugins.equipment()) == []


async def test_applying_twice_changes_nothing_and_writes_no_line(store, declare):
    assert len(await apply(declare(registry(ASKED)), AT, plugins.looks())) == 6
    before = await everything()
    assert await apply(declare(registry(ASKED)), AT + timedelta(days=1), plugins.looks()) == []
    assert await everything() == before


async def test_a_change_is_planned_with_old_and_new_and_enters_the_ledger_without_them(store, declare):
    await apply(declare(registry(ASKED)), AT, plugins.looks())
    (head, _), revision = await ledger.head(), (await roster()).revision
    changed = declare(registry(ASKED).replace('name = "Acme Printing"', 'name = "Acme Press"'))
    (change,) = await apply(changed, AT, plugins.looks())
    assert (change.action, change.kind, change.key) == ("change", "party", "acme")
    assert change.fields == {"name": ("Acme Printing", "Acme Press")}
    (line,) = [line async for line in ledger.lines(head + 1)]
    assert (line["type"], line["subject"], line["data"]["fields"]) == ("registry.change", "party/acme", ["name"])
    assert (await roster()).revision == revision + 1
    assert (await (await roster()).party("acme")).name == "Acme Press"


async def test_what_the_files_do_not_name_stays_without_prune(store, declare):
    await apply(declare(registry(ASKED)), AT, plugins.looks())
    assert await apply(declare(GROUP), AT, plugins.looks()) == []
    assert await tables.Engagement.filter(retired_at=None).count() == 1


CLOSED = engagement("dm", state="closed")
LEAVING = {
    "an engagement in force": (ASKED, "", 'engagement "dm": cannot leave: something is still owed under it.'),
    "a party that is named": (CLOSED, "party", 'party "acme": cannot leave: engagement "dm" names it.'),
    "a company that is named": (CLOSED, "company", 'company "impress": cannot leave: engagement "dm" names it.'),
    "a purpose that is named": (CLOSED, "purpose", 'purpose "p03": cannot leave: engagement "dm" names it.'),
}


@pytest.mark.parametrize(("had", "without", "words"), LEAVING.values(), ids=LEAVING.keys())
async def test_prune_lets_nothing_go_that_is_owed_or_named(store, declare, had, without, words):
    await apply(declare(registry(had)), AT, plugins.looks())
    kept = {"party": PARTY, "company": COMPANY, "purpose": PURPOSE}
    left = [text for kind, text in kept.items() if kind != without]
    before = await everything()
    with pytest.raises(Invalid) as caught:
        await apply(declare(GROUP, SISTER, *left, had if without else ""), AT, plugins.looks(), prune=True)
    assert any(words in mistake.in_("en") for mistake in caught.value.mistakes), caught.value.mistakes
    assert await everything() == before


async def test_prune_lets_go_what_is_closed_and_keeps_its_row(store, declare):
    await apply(declare(registry(CLOSED)), AT, plugins.looks())
    changes = await apply(declare(GROUP, COMPANY, PURPOSE), AT, plugins.looks(), prune=True)
    assert said(changes) == [
        ("retire", "company", "sister"),
        ("retire", "party", "acme"),
        ("retire", "engagement", "dm"),
    ]
    assert (await tables.Engagement.get(key="dm")).retired_at == AT
    assert await tables.Watch.filter(retired_at=None).count() == 0
    back = await apply(declare(registry(CLOSED)), AT, plugins.looks())
    assert said(back) == [
        ("restore", "company", "sister"),
        ("restore", "party", "acme"),
        ("restore", "engagement", "dm"),
    ]
    usual = {kind for kind, look in plugins.looks().items() if not look.named_only}
    assert set(await tables.Watch.filter(retired_at=None).values_list("check_kind", flat=True)) == usual


async def test_prune_waits_for_what_was_asked_even_where_the_end_has_passed(store, declare):
    await apply(declare(registry(engagement("dm", ends_on="2026-08-31"))), AT, plugins.looks())
    await plan_duties(AT, Policy())
    await turn(AT, plugins.shelf(), Policy())
    assert await tables.Obligation.filter(engagement_id="dm", state="open").exists()
    with pytest.raises(Invalid):
        await apply(declare(GROUP, COMPANY, SISTER, PURPOSE, PARTY), AT, plugins.looks(), prune=True)


async def test_a_bad_file_changes_nothing_of_the_good_one_beside_it(store, tmp_path):
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(registry(ASKED))
    bad.write_text(engagement("post", party="nobody"))
    with pytest.raises(Invalid):
        await apply(read([good, bad]), AT, plugins.looks())
    assert not await tables.Company.exists()


class Unplugged(Exception):  # noqa: N818 - what happens
    pass


def fail_at(monkeypatch, nth):
    """Let the database fail with its n-th call from now, reads and writes alike; the count of calls so far."""
    calls = [0]
    client = type(
        connection()._in_transaction().connection
        if hasattr(connection()._in_transaction(), "connection")
        else connection()._in_transaction().client
    )
    for name in ("execute_query", "execute_query_dict", "execute_insert", "execute_many", "execute_script", "commit"):
        real = getattr(client, name)

        def counted(self, *given, real=real, **named):
            calls[0] += 1
            if calls[0] == nth:
                raise Unplugged(calls[0])
            return real(self, *given, **named)

        monkeypatch.setattr(client, name, counted)
    return calls


@pytest.mark.slow
@pytest.mark.logs_errors  # the pool says that it resets a connection whose commit failed
async def test_a_crash_at_any_call_of_the_database_leaves_the_old_state_whole(store, declare, monkeypatch):
    await apply(declare(registry(ASKED, engagement("post", state="closed"))), AT, plugins.looks())
    before, revision = await everything(), (await roster()).revision
    new = declare(
        registry(ASKED.replace("2020-10-01", "2021-10-01"), engagement("more", under="dm"))
        .replace("Asia/Tokyo", "Asia/Seoul").replace("Acme Printing", "Acme Press").replace("www.acme", "new.acme")
    )  # fmt: skip
    survived = 0
    for nth in range(1, 200):
        with monkeypatch.context() as plugged:
            calls = fail_at(plugged, nth)
            try:
                await apply(new, AT, plugins.looks(), prune=True)
            except Unplugged:
                survived += 1
            else:
                break
        assert await everything() == before, f"call {nth}"
        assert (await roster()).revision == revision
    assert survived == calls[0] > 10
    assert (await ledger.verify()).seq > len(before[tables.LedgerLine])
    assert await apply(new, AT, plugins.looks(), prune=True) == []


DAYS = {
    "before joining": (date(2026, 3, 31), ("privacy_office",)),
    "the first day": (date(2026, 4, 1), ("managers",)),
    "the last day": (date(2027, 3, 31), ("managers",)),
    "the day after": (date(2027, 4, 1), ("privacy_office",)),
}


@pytest.mark.parametrize(("day", "roles"), DAYS.values(), ids=DAYS.keys())
async def test_who_is_responsible_goes_by_the_day(store, declare, day, roles):
    member = COMPANY.replace(
        'name = "Impress"', 'name = "Impress"\nmember_from = 2026-04-01\nmember_until = 2027-03-31'
    )
    await apply(declare(registry(companies=member + SISTER)), AT, plugins.looks())
    present = await roster()
    assert tuple(present.levels("impress", 1, day)) == roles
    assert present.responsible("impress", day) is (roles == ("managers",))
    assert tuple(present.levels("sister", 1, day)) == ("managers",)


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2026-03-31", False), ("2026-04-01", True), ("2027-03-31", True), ("2027-04-01", False)],
)
async def test_an_engagement_is_in_force_from_its_first_to_its_last_day(store, declare, day, holds):
    term = engagement("dm", starts_on="2026-04-01", ends_on="2027-03-31")
    await apply(declare(registry(term)), AT, plugins.looks())
    entry = await (await roster()).engagement("dm")
    assert entry.in_force_on(date.fromisoformat(day)) is holds
    assert not entry.in_force_on(date(2026, 6, 2), ends_on=date(2026, 6, 1)), "what hangs above ended"


async def test_somebody_away_is_stood_in_for_by_the_deputy(store, declare):
    person = '[[company.person]]\nemail = "managers@impress.example"\ndeputy = "stand-in@impress.example"\naway = [2026-08-10, 2026-08-21]\n'
    await apply(declare(registry(companies=COMPANY + person + SISTER)), AT, plugins.looks())
    present = await roster()
    told = {day: present.levels("impress", 1, date(2026, 8, day))["managers"] for day in (9, 10, 21, 22)}
    assert told == {
        9: ("managers@impress.example",),
        10: ("stand-in@impress.example",),
        21: ("stand-in@impress.example",),
        22: ("managers@impress.example",),
    }
