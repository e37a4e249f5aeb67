"""What a certificate says is still there: its company sees to it, whoever wrote it and by whatever way it came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from monitor import plugins, tables
from monitor.asked import frozen
from monitor.obligations import acts
from monitor.obligations.disposal import besides
from monitor.obligations.planning import plan
from monitor.obligations.turning import open_now
from monitor.own_duties import storage
from monitor.promises import disposal
from monitor.questionnaire import Answer, freeze_answers
from monitor.registry.apply import apply
from monitor.registry.read import read
from tests.promises.chain import SUBS, THREE, accepts, certifies, done, ended, event, place
from tests.stage import engagement, last_accepted, play, registry

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 9, 2, 1, tzinfo=UTC)
GONE = {"state": "deleted", "done-on": "2026-09-01"}
LEFT = "copies-erasure"


@pytest.mark.parametrize(("more", "due"), [({"purge_by": "2026-10-10"}, "2026-10-10"), ({}, "2026-10-16")])
async def test_what_is_still_there_is_seen_to_until_somebody_has_word_that_it_is_gone(
    more: dict[str, str], due: str, tmp_path: Path
) -> None:
    """Due on the day that the certificate names; else as many days after the acceptance as an order has."""
    script = [
        certifies("2026-09-15T10:00", *THREE, place("backup tapes", "remaining", **more)),
        accepts("2026-09-16T10:00"), done("2026-10-08T10:00", LEFT, on="2026-10-07"),
    ]  # fmt: skip
    told = await play(ended(), "2026-09-01", "2026-10-20", *script, tmp=tmp_path)
    assert [line["due_on"] for line in told.of("deadline", obligation=LEFT)] == [due]
    assert [(line["at"][:10], line["state"]) for line in told.of("state")] == [
        ("2026-09-16", "partial"), ("2026-10-08", "deletion_confirmed"),
    ]  # fmt: skip


async def test_a_work_stays_open_while_something_is_left_with_a_party_below(tmp_path: Path) -> None:
    lately = {"attestation": last_accepted("2026-03-01"), "ends_on": "2026-08-31"}
    below = engagement("dm/sub", party="sub-co", under="dm", **lately)
    sub = '"dm/sub"'
    script = [
        certifies("2026-09-16T10:00", place("all")), accepts("2026-09-17T10:00"),
        certifies("2026-09-16T11:00", place("tapes", "backup_pending", purge_by="2026-09-25"), engagement=sub),
        event("2026-09-17T11:00", "accept", obligation='"deletion"', engagement=sub),
        event("2026-09-18T10:00", "close"), done("2026-09-24T10:00", "backup-purge", engagement="dm/sub"),
        event("2026-09-25T10:00", "close"),
    ]  # fmt: skip
    tree = registry(engagement(**lately), below, parties=SUBS)
    told = await play(tree, "2026-09-01", "2026-09-30", *script, tmp=tmp_path)
    assert [line["reason"] for line in told.of("refused")] == ["dm/sub"]
    assert [line["at"][:10] for line in told.of("state", engagement="dm", state="closed")] == ["2026-09-25"]


async def certified(**said: Answer) -> tables.Disposal:
    """What the form's answers come to, once they are accepted."""
    duty = await tables.Obligation.get(kind="deletion")
    await open_now(duty, AT, plugins.shelf())
    answers = {f"place.1.{name}": Answer(value=value) for name, value in GONE.items()}
    answers |= {f"closing.{name}": answer for name, answer in said.items()}
    kept = freeze_answers(await frozen(str(duty.request_id)), answers)
    await acts.submit(duty.id, AT, acts.Declaration(kept.text, kept.sha256, "A", "B"))
    await acts.accept(duty.id, AT, await acts.person("m@impress.example", AT, "M"))
    await disposal.turn(AT)
    return await tables.Disposal.get()


@pytest.fixture
async def work(store: str, tmp_path: Path) -> Any:
    file = tmp_path / "registry.toml"
    one = '  [[engagement.place]]\n  name = "papers"\n  kind = "paper"\n'
    file.write_text(registry(engagement(ends_on="2026-08-31", more=one)), encoding="utf-8")
    await apply(read([file], plugins.known()), AT - timedelta(minutes=1), {})
    await plan(AT)
    return store


async def test_what_the_form_names_beside_the_places_is_left_as_well(work: str) -> None:
    row = await certified(
        elsewhere=Answer(value="no", comment="An old laptop."), subs=Answer(value="confirmed"),
        exceptions=Answer(value="One broken disk."),
    )  # fmt: skip
    assert row.state == "partial"
    owed = await tables.OwnDuty.filter(kind=LEFT, state="open").order_by("id")
    places = [await tables.DisposalPlace.get(id=int(duty.about["place"])) for duty in owed]
    assert [(one.kind, one.basis) for one in places] == [
        ("elsewhere", "An old laptop."), ("excepted", "One broken disk."),
    ]  # fmt: skip
    assert [storage(duty.about, "en") for duty in owed] == [
        "Places beside those of the inventory", "What the certificate excepts",
    ]  # fmt: skip


async def test_a_certificate_that_names_nothing_else_ends_it(work: str) -> None:
    row = await certified(elsewhere=Answer(value="yes"), exceptions=Answer(value="特になし。"))
    assert row.state == "deletion_confirmed"
    assert not await tables.OwnDuty.exists(kind=LEFT)


@pytest.mark.parametrize("text", ["なし", "特に ありません", "N/A", "－", "None."])
def test_saying_that_nothing_is_excepted_excepts_nothing(text: str) -> None:
    assert not besides({"closing.exceptions": Answer(value=text)})
