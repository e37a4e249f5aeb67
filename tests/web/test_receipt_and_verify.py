"""What a party takes away, and how anybody tells that it is ours: over real HTTP and real SMTP."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import threading
from email import message_from_bytes, policy

import pytest
from icalendar import Calendar
from running import Ground
from test_form import fill, get, plain_path, post

from monitor import clock, ledger, receipt, tables
from monitor.building import signing
from monitor.keys import renew_keys
from monitor.obligations import acts
from monitor.obligations.authority import Authority
from monitor.receipt import Verdict, examine
from monitor.receipt.document import hashed
from monitor.web import verifying

CODE = re.compile(r"[2-9CDFGHJKMNPQRTVWXY]{4}-[2-9CDFGHJKMNPQRTVWXY]{4}")


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


def opened_mail(running, to="privacy@acme.example"):
    return message_from_bytes(running.mails(to)[-1].raw, policy=policy.default)


def attached(mail, name):
    return next(part for part in mail.walk() if part.get_filename() == name)


def forged(text):
    """The same, about somebody else and signed with a key of the forger's own: sound in itself."""
    said = json.loads(text)
    said["declared"]["name"] = "Evil"
    said["parts"]["declared"] = hashed(said["declared"])
    del said["signature"]
    said["signature"] = receipt.Signing([b"x" * 32]).sign(ledger.canonical(said).encode())
    assert examine(json.dumps(said)).verdict is Verdict.SOUND
    return json.dumps(said)


async def test_a_party_answers_takes_its_receipt_along_and_anybody_can_examine_it(running):
    async with running.client() as client:
        asked = running.mails("privacy@acme.example")[-1]
        base = plain_path(running.link()) + "/en"
        await fill(client, base)
        await post(client, f"{base}/declare", {"name": "T. Tester", "title": "Privacy", "declared": "agreed"})
        await running.work()
        page = await get(client, f"{base}/done")
        assert "What happens next" in page
        assert "receipt.json" in page
        text = await get(client, f"{base}/receipt.json")
        assert text == await get(client, f"{base}/receipt.json")
        found = examine(text, [])
        assert found.verdict is Verdict.SOUND
        held = json.loads(text)
        assert held["declared"] == {"name": "T. Tester", "title": "Privacy"}
        lines = [line async for line in ledger.lines()]
        assert held["ledger"]["line"] in lines

        told = running.mails("privacy@acme.example")[-1]
        view = plain_path(re.search(r"http://127\S+/f/\S+", told.text)[0])
        assert view not in base
        assert await get(client, f"{view}/en/receipt.json") == text
        await post(client, f"{view}/en/declare", {"name": "A", "title": "B", "declared": "agreed"})
        assert await tables.Submission.all().count() == 1

        first, second = CODE.search(asked.text)[0], CODE.search(told.text)[0]
        assert first != second
        assert first in await get(client, f"{base}/done")
        said = await get(client, f"/verify/en?code={first.lower().replace('-', '%20')}")
        assert "Impress asked acme.example on" in said
        assert "Acme Printing" not in said
        assert "We do not know this code" in await get(client, "/verify/en?code=2222-2222")
        assert "privacy@acme.example" not in said + await get(client, "/verify?code=abc", 422)
        assert "打ち間違い" in await get(client, "/verify/ja?code=AAAA-BBBB", 422), "eight signs are eight"

        _, genuine = await post(client, "/verify/en", {"file": ("receipt.json", text.encode())}, status=200)
        assert "This receipt is genuine" in genuine
        assert "Answered by" in genuine
        _, strangers = await post(client, "/verify/en", {"file": ("r.json", forged(text).encode())}, status=200)
        assert "not of the signer" in strangers
        assert not {word for word in ("Asked by", "Impress", "Answered by", "Evil") if word in strangers}
        _, changed = await post(
            client, "/verify/en", {"receipt": text.replace("T. Tester", "S. Omeone"), "file": ("", b"")}, status=200
        )
        assert "Changed, or its hash was: who declared the answers." in changed
        _, empty = await post(client, "/verify/en", {"receipt": "", "file": ("", b"")}, status=422)
        assert "Choose the file" in empty


async def test_receipts_of_strangers_are_examined_one_at_a_time_while_everybody_else_is_served(running, monkeypatch):
    loop, begun, served, inside, most = asyncio.get_running_loop(), asyncio.Event(), threading.Event(), [], []

    def slow(text, keys):
        inside.append(text)
        most.append(len(inside))
        loop.call_soon_threadsafe(begun.set)
        served.wait(5)
        inside.remove(text)
        return examine(text, keys)

    monkeypatch.setattr(verifying.receipt, "examine", slow)
    async with running.client() as client, asyncio.timeout(20):
        forms = [{"receipt": text, "file": ("", b"")} for text in ("{1", "{2")]
        sent = [asyncio.ensure_future(post(client, "/verify/en", form, status=200)) for form in forms]
        await begun.wait()
        await get(client, "/verify/en")
        assert inside, "it was examined before anybody else was served"
        served.set()
        for _, told in await asyncio.gather(*sent):
            assert "cut off" in told
    assert most == [1, 1]


async def test_what_is_far_longer_than_a_receipt_is_not_examined_for_strangers(running):
    async with running.client() as client:
        for many in (1, 4):  # in one field, or in several that nobody asked for
            half = "x" * (verifying.LARGEST // many + 1)
            sent = {"receipt": half} | {f"more{number}": half for number in range(many - 1)}
            _, told = await post(client, "/verify/en", sent | {"file": ("", b"")}, status=422)
            assert "longer than what is examined here (512 KB)" in told


async def test_a_copy_goes_to_colleagues_only_once_and_not_to_many_and_each_can_read_it(running):
    async with running.client() as client:
        base = plain_path(running.link()) + "/en"
        duty = await tables.Obligation.get()
        await post(client, f"{base}/copy", {"email": "early@acme.example"})
        await acts.submit(duty.id, clock.now())
        await post(client, f"{base}/copy", {}, status=422)
        _, refused = await post(client, f"{base}/copy", {"email": "x@elsewhere.example"}, status=422)
        assert 'value="x@elsewhere.example"' in refused
        for _ in range(2):
            await post(client, f"{base}/copy", {"email": "ＢＯＳＳ@acme.example"})
        await running.work()
        copies = running.mails("boss@acme.example")
        assert len(copies) == 1
        assert "/f/itk_" in copies[0].text
        assert not running.mails("early@acme.example")
        for number in range(4):
            await post(client, f"{base}/copy", {"email": f"c{number}@acme.example"})
        _, many = await post(client, f"{base}/copy", {"email": "c9@acme.example"}, status=422)
        assert "No more copies" in many
        await running.work()
        for reader in ("boss", *(f"c{number}" for number in range(4)), "privacy"):
            (link,) = re.findall(r"http://127\S+/f/\S+", running.mails(f"{reader}@acme.example")[-1].text)
            await get(client, f"{plain_path(link)}/en/done")


async def test_the_due_date_goes_into_a_calendar_and_a_later_one_takes_its_place(running):
    duty = await tables.Obligation.get()
    opening = opened_mail(running)
    part = attached(opening, "due.ics")
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "PUBLISH"
    first = Calendar.from_ical(part.get_content()).walk("VEVENT")[0]
    assert first["DTSTART"].dt == duty.due_on
    assert "/f/" not in part.get_content()
    assert "acme.example" not in part.get_content()
    assert len(first.walk("VALARM")) == 2
    async with running.client() as client:
        base = plain_path(running.link()) + "/en"
        linked = Calendar.from_ical(await get(client, f"{base}/due.ics")).walk("VEVENT")[0]
        assert linked["UID"] == first["UID"]
        later = duty.due_on + (duty.due_on - clock.now().date())
        await tables.Obligation.filter(id=duty.id).update(told_on=duty.due_on)
        await acts.extend(duty.id, clock.now(), "person/1", later, "more time", authority=Authority.OFFICE)
        await running.work()
        moved = Calendar.from_ical(attached(opened_mail(running), "due.ics").get_content()).walk("VEVENT")[0]
        assert moved["UID"] == first["UID"]
        assert moved["SEQUENCE"] > first["SEQUENCE"]
        assert moved["DTSTART"].dt > first["DTSTART"].dt
        await acts.submit(duty.id, clock.now())
        foreseen = Calendar.from_ical(await get(client, f"{base}/due.ics")).walk("VEVENT")[0]
        assert foreseen["UID"] != first["UID"]
        assert foreseen["DTSTART"].dt > moved["DTSTART"].dt


async def test_a_key_that_was_changed_leaves_old_receipts_genuine(running):
    duty = await tables.Obligation.get()
    await acts.submit(duty.id, clock.now(), acts.Declaration("{}", hashlib.sha256(b"{}").hexdigest(), "T", "P"))
    async with running.client() as client:
        base = plain_path(running.link()) + "/en"
        text = await get(client, f"{base}/receipt.json")
    settings = running.house.settings
    renew_keys(settings.at_home(settings.links.receipt_keys))
    fresh = signing(settings)
    assert len(fresh.publics) == 2
    assert receipt.examine(text, fresh.publics).verdict is Verdict.GENUINE
    assert receipt.examine(text, fresh.publics[:1]).verdict is Verdict.STRANGER


@pytest.mark.browser
@pytest.mark.slow
async def test_the_pages_of_proof_are_barrier_free_in_both_languages(running, look):
    duty = await tables.Obligation.get()
    await acts.submit(duty.id, clock.now())
    for language in ("ja", "en"):
        for path in (f"{running.link()}/{language}/done", f"{running.base}/verify/{language}?code=2222-2222"):
            sight = await look(path, width=320, java_script_enabled=True)
            assert await sight.sticking_out() == []
            assert await sight.barriers() == []
            assert (sight.complaints, sight.outside) == ([], [])
            await sight.page.context.close()
