"""The party's form over real HTTP: nothing is lost, nothing leaks, nothing happens that a person did not do."""

from __future__ import annotations

import asyncio
import html
import io
import re
import struct
import zlib
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import aiohttp
import pytest
from running import Ground, Running

from monitor import clock, ledger, tables
from monitor.notices import about_duty
from monitor.obligations import acts, drafts
from monitor.registry.apply import set_fields


class Form(HTMLParser):
    """The forms of a page, as a scanner or a test sees them: fields with their values, buttons apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.names: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        if tag == "form":
            self.forms.append(
                {"method": said.get("method", "get"), "action": said.get("action"), "fields": {}, "names": set()}
            )
        elif tag in {"input", "textarea", "select"} and self.forms and said.get("name"):
            self.forms[-1]["names"].add(said["name"])
            if tag == "input" and said.get("type") not in {"radio", "checkbox", "file"}:
                self.forms[-1]["fields"][said["name"]] = said.get("value") or ""


@pytest.fixture
async def running(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


async def get(client, path, status=200):
    async with client.get(path) as response:
        assert response.status == status, await response.text()
        return await response.text()


async def declaring(client, base: str) -> str:
    """The page of the declaration, as the list to check leads there; the bare one where it does not."""
    async with client.get(f"{base}/check") as response:
        return next(iter(re.findall(r"/declare\?seen=[0-9a-f]{64}", await response.text())), "/declare")


async def post(client, path, fields, status=303, **more):
    if path.endswith("/declare") and "seen" not in fields:
        seen = (await declaring(client, path.removesuffix("/declare"))).partition("=")[2]
        fields = {**fields, "seen": seen}
    data = aiohttp.FormData(quote_fields=False)
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, tuple):
                data.add_field(name, io.BytesIO(one[1]), filename=one[0])
            else:
                data.add_field(name, one)
    async with client.post(path, data=data, allow_redirects=False, **more) as response:
        text = await response.text()
        assert response.status == status, f"{response.status}: {text[:2000]}"
        return response.headers.get("Location", ""), text


def plain_path(link: str) -> str:
    return re.sub(r"^http://[^/]+", "", link)


async def fill(client, base: str) -> None:
    """Answer everything as a diligent vendor would, section by section."""
    tasks = await get(client, f"{base}/tasks")
    for section in re.findall(rf'href="({re.escape(base)}/s/[a-z0-9.-]+)"', tasks):
        for _ in range(3):
            page = await get(client, section)
            fields = answers_for(page)
            await post(client, section, {**fields, "pause": "1"})
            if set(answers_for(await get(client, section))) == set(fields):
                break


def answers_for(page: str) -> dict[str, Any]:
    """Plausible answers for every field of a section's page."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    fields: dict[str, Any] = {name: html.unescape(value) for name, value in hidden}
    for name, value in re.findall(r'<input type="(?:radio|checkbox)"[^>]*name="([^"]+)" value="([^"]+)"', page):
        if value != "n/a":
            fields.setdefault(name, value)
    for name in re.findall(r'<textarea id="([^"]+)"', page):
        if name.endswith("_comment"):
            fields[name] = "You find the details in our handbook, chapter 4."
        elif not name.endswith("_reason"):
            fields[name] = "The work is done by our own staff in Tokyo."
    for name, numeric in re.findall(r'<input id="([^"]+)" name="[^"]+" type="text" value="[^"]*"([^>]*)', page):
        fields[name] = "１２" if "numeric" in numeric else "Head of administration"
    for name in re.findall(r'name="([^"]+)_year"', page):
        fields |= {f"{name}_year": "2031" if "until" in name else "2026", f"{name}_month": "4", f"{name}_day": "1"}
    return fields


async def test_a_vendor_answers_without_account_cookie_or_script_and_gets_a_receipt(running: Running) -> None:
    async with running.client() as client:
        link = plain_path(running.link())
        async with client.get(link) as response:
            assert response.url.path == f"{link}/ja/"
            assert "Set-Cookie" not in response.headers
        base = f"{link}/en"
        await fill(client, base)
        check = await get(client, f"{base}/check")
        assert "Nothing is missing" in check, re.findall(r'class="notice.*?</section>', check, re.DOTALL)[:1]
        await post(client, f"{base}/declare", {"name": "髙﨑 さつき", "title": "Privacy office", "declared": "agreed"})
        receipt = await get(client, f"{base}/done")
        assert "Your answer has arrived" in receipt
        assert "髙﨑 さつき" in receipt
        assert not list(client.cookie_jar)
    await running.work()
    assert any(
        "ITK-000001" in mail.subject and "受付" in mail.subject for mail in running.mails("privacy@acme.example")
    )
    assert any("要確認" in mail.subject for mail in running.mails("reviewers@impress.example"))
    duty = await tables.Obligation.get(id=1)
    assert duty.state == "submitted"
    assert (await ledger.verify()).seq > 0


async def test_a_scanner_that_opens_and_submits_everything_changes_nothing(running: Running) -> None:
    link = plain_path(running.link())
    before = await tables.Obligation.get(id=1).values("state", "due_on", "version", "vendor_sent")
    async with running.client() as client:
        todo, seen = [link], set()
        while todo:
            path = todo.pop()
            if path in seen or not path.startswith(link):
                continue
            seen.add(path)
            async with client.head(path) as response:
                assert response.status in {200, 303}
            async with client.get(path) as response:
                page = await response.text() if response.content_type == "text/html" else ""
            todo += [found.split("#")[0] for found in re.findall(r'href="(/f/[^"]+)"', page)]
            for form in Form(page).forms:
                fields = {**dict.fromkeys(form["names"], ""), **form["fields"]}
                async with client.request(form["method"], form["action"] or path, data=fields, allow_redirects=False):
                    pass
        assert len(seen) > 10
    assert await tables.Obligation.get(id=1).values("state", "due_on", "version", "vendor_sent") == before
    assert await tables.Answer.all().count() == 0
    assert await tables.Plea.all().count() == 0


@pytest.mark.parametrize("token", ["itk_x", "", "itk_" + "A" * 60, "..%2f..%2fetc", "itk_%00", "％"])
async def test_a_token_that_opens_nothing_shows_the_same_page_without_data(running: Running, token: str) -> None:
    async with running.client() as client:
        for path in (f"/f/{token or 'x'}", f"/f/{token or 'x'}/ja/", f"/f/{token or 'x'}/en/tasks"):
            async with client.get(path) as response:
                text = await response.text()
                assert response.status == 404
                assert "Acme" not in text
                assert "impress" not in text.lower()


async def test_any_flipped_sign_of_a_link_opens_nothing(running: Running) -> None:
    link = plain_path(running.link())
    async with running.client() as client:
        for place in range(len("/f/"), len(link), 7):
            other = link[:place] + ("A" if link[place] != "A" else "B") + link[place + 1 :]
            await get(client, f"{other}/ja/", status=404)


@pytest.mark.parametrize("end", ["expires_at", "revoked_at"])
async def test_a_link_that_is_over_mails_a_fresh_one_to_the_registered_address_only(running: Running, end: str) -> None:
    link = plain_path(running.link())
    await tables.Link.all().update(**{end: clock.now()})
    async with running.client() as client:
        await get(client, f"{link}/ja/", status=404)
        async with client.post(f"{link}/fresh") as response:
            assert response.status == 200
        async with client.post("/f/itk_unknown/fresh") as response:
            unknown = await response.text()
            assert response.status == 200
        async with client.post(f"{link}/fresh") as response:
            assert await response.text() == unknown
    before = len(running.sink.mails)
    await running.work()
    assert [mail.to for mail in list(running.sink.mails)[before:]] == [("privacy@acme.example",)]
    async with running.client() as client:
        await get(client, f"{plain_path(running.link())}/ja/")


async def test_a_revoked_link_and_one_replaced_by_three_newer_ones_open_nothing(running: Running) -> None:
    from monitor import links

    duty = await tables.Obligation.get(id=1)
    oldest = plain_path(running.link())
    tokens = [await links.issue(running.house.keyring, duty, clock.now(), mail=f"m{n}") for n in range(3)]
    async with running.client() as client:
        await get(client, f"{oldest}/ja/", status=404)
        for token in tokens:
            await get(client, f"/f/{token}/ja/")
        assert await links.revoke(duty, clock.now(), "person/1") == 4
        for token in tokens:
            await get(client, f"/f/{token}/ja/", status=404)


async def test_a_letter_that_speaks_of_a_request_twice_carries_one_link_to_it(running: Running) -> None:
    from monitor import links

    duty, ring = await tables.Obligation.get(id=1), running.house.keyring
    wanted = [links.Wanted(duty, "m", grade=grade) for grade in ("submit", "draft")] + [links.Wanted(duty, "n")]
    before = await tables.LedgerLine.filter(type="link.issued").count()
    made = await links.issue_all(ring, wanted, clock.now())
    assert {key: (await links.named(ring, token)).grade for key, token in made.items()} == dict.fromkeys(
        [(duty.id, "m"), (duty.id, "n")], "submit"
    )
    assert await links.issue_all(ring, wanted, clock.now()) == made
    assert await tables.LedgerLine.filter(type="link.issued").count() == before + 2


async def test_a_letter_that_waits_while_links_are_revoked_carries_another_one(running: Running) -> None:
    from monitor import links

    duty, ring = await tables.Obligation.get(id=1), running.house.keyring
    before = await links.issue(ring, duty, clock.now(), mail="m")
    assert await links.issue(ring, duty, clock.now(), mail="m") == before
    await links.revoke(duty, clock.now(), "person/1")
    after = await links.issue(ring, duty, clock.now(), mail="m")
    assert await links.open_(ring, before, clock.now()) is None
    assert await links.open_(ring, after, clock.now()) is not None


async def first_section(client, link: str) -> str:
    return re.search(r'href="(/f/[^"]+/s/[^"]+)"', await get(client, f"{link}/en/tasks"))[1]


async def test_what_was_saved_is_there_when_one_comes_back(running: Running) -> None:
    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        await post(
            client,
            section,
            {"policy": "no", "policy_comment": "Planned for March. 〜①㈱", "policy_version": "0", "pause": "1"},
        )
        page = await get(client, section)
        assert "Planned for March. 〜①㈱" in page
        assert re.search(r'value="no" checked', page)


async def test_two_colleagues_never_overwrite_each_other_unseen(running: Running) -> None:
    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        await post(client, section, {"policy": "no", "policy_comment": "first", "policy_version": "0", "pause": "1"})
        await post(client, section, {"policy": "no", "policy_comment": "second", "policy_version": "1", "pause": "1"})
        _, page = await post(
            client,
            section,
            {"policy": "yes", "policy_comment": "third", "policy_version": "1", "pause": "1"},
            status=422,
        )
        assert "third" in page
        assert "“No – second” was saved from elsewhere (by this link)" in page
        row = await tables.Answer.get(question="policy")
        assert row.value["comment"] == "second"


async def test_an_unreadable_number_is_named_with_its_remedy_and_kept(running: Running) -> None:
    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        there, _ = await post(client, section, {"handlers.count": "about ten", "policy": "yes", "next": "1"})
        page = await get(client, there)
        assert "Error: " in page
        assert 'value="about ten"' in page
        assert (await tables.Answer.get(question="policy")).value["value"] == "yes"


def png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


async def test_a_file_is_stored_under_its_hash_with_its_japanese_name(running: Running) -> None:
    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        await post(
            client,
            section,
            {"rules": "yes", "rules_file": ("取扱か\u3099規程〜髙﨑.png", png()), "upload": "rules_file"},
        )
        page = await get(client, section)
        assert "取扱が規程〜髙﨑.png" in page
        row = await tables.Evidence.get()
        assert await running.house_evidence().exists(row.sha256)


async def test_one_request_cannot_fill_the_disk_withdrawn_files_included(running: Running, monkeypatch) -> None:
    monkeypatch.setattr(drafts, "FILES", 1)
    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        files = {"rules": "yes", "rules_file": ("a.png", png()), "upload": "rules_file"}
        await post(client, section, files)
        await tables.Evidence.all().update(withdrawn_at=clock.now())
        _, refused = await post(client, section, files | {"rules_file": ("b.png", png())}, status=422)
        assert "達しているため" in refused or "holds as many files" in refused
        assert await tables.Evidence.all().count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.pdf", b"MZ\x90\x00" + b"\0" * 200),
        ("x.svg", b"<svg/>"),
        ("big.txt", b"a" * (1024 * 1024 + 1)),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_with_a_reason_and_the_draft_stays(
    running: Running, name, content
) -> None:
    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        fields = {
            "policy": "no",
            "policy_comment": "kept",
            "rules": "yes",
            "rules_file": (name, content),
            "handlers.count": "7",
            "next": "1",
        }
        _, page = await post(client, section, fields, status=422)
        assert 'id="rules_file_error"' in page
        assert (await tables.Answer.get(question="policy")).value["comment"] == "kept"
        assert (await tables.Answer.get(question="handlers.count")).value["value"] == 7
        assert await tables.Evidence.all().count() == 0


async def test_an_endless_upload_is_cut_off_while_it_streams(running: Running) -> None:
    async def endless():
        yield b'--b\r\nContent-Disposition: form-data; name="policy"\r\n\r\nyes\r\n'
        yield b'--b\r\nContent-Disposition: form-data; name="rules_file"; filename="a.txt"\r\n\r\n'
        while True:
            yield b"x" * 65536

    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        try:
            async with client.post(
                section, data=endless(), headers={"Content-Type": "multipart/form-data; boundary=b"}
            ) as response:
                assert response.status in {413, 422}
        except aiohttp.ClientError:
            pass  # the server hung up, which is an answer too
    assert await tables.Evidence.all().count() == 0
    assert (await tables.Answer.get(question="policy")).value["value"] == "yes"


async def test_the_form_asks_for_more_time_says_not_ours_and_hands_over(running: Running) -> None:
    async with running.client() as client:
        base = plain_path(running.link()) + "/en"
        await get(client, f"{base}/help")
        wished = {"wished_year": "2027", "wished_month": "1", "wished_day": "15"}
        await post(client, f"{base}/help", {"kind": "more-time", "reason": "", **wished}, status=422)
        numbered = {"kind": "more-time", "reason": "for 1234-5678-9018", **wished}
        refused = await post(client, f"{base}/help", numbered, status=422)
        assert "for 1234-5678-9018" in refused[1]  # back in the box, and kept nowhere
        assert not await tables.Plea.exists()
        await post(client, f"{base}/help", {"kind": "more-time", "reason": "audit season", **wished})
        await post(client, f"{base}/help", {"kind": "not-ours", "why": "please ask our affiliate"})
        await post(client, f"{base}/colleagues", {"email": "colleague@acme.example"})
        await running.work()
        told = "".join(mail.text for mail in running.mails("managers@impress.example"))
        assert "audit season" in told
        assert "please ask our affiliate" in told
        colleague = plain_path(running.link("colleague@acme.example")) + "/en"
        section = await first_section(client, plain_path(running.link("colleague@acme.example")))
        await post(client, section, {"policy": "yes", "pause": "1"})
        await fill(client, colleague)
        assert "preparing only" in await get(client, f"{colleague}/declare")
        await post(client, f"{colleague}/declare", {"name": "x", "title": "y", "declared": "agreed"})
        assert (await tables.Obligation.get(id=1)).state == "open"


async def hand_over(client, running: Running, email: str, status: int = 303) -> None:
    await post(client, f"{plain_path(running.link())}/en/colleagues", {"email": email}, status=status)


async def test_a_colleague_is_written_to_once_a_day_however_often_the_button_is_pressed(running: Running) -> None:
    async with running.client() as client:
        for email in ("colleague@acme.example", " Colleague@Acme.example", "other@acme.example"):
            await asyncio.gather(*(hand_over(client, running, email) for _ in range(2)))
        await running.work()
        assert len(running.mails("colleague@acme.example")) == 1
        assert len(running.mails("other@acme.example")) == 1
        assert await tables.Colleague.all().count() == 2
        yesterday = clock.now() - timedelta(days=1, minutes=1)
        await tables.Notice.filter(kind="hand-over").update(made_at=yesterday)
        await hand_over(client, running, "colleague@acme.example")
        await running.work()
        assert len(running.mails("colleague@acme.example")) == 2


async def test_three_colleagues_a_day_and_ten_in_all_can_be_asked(running: Running) -> None:
    long_ago = clock.now() - timedelta(days=1, minutes=1)
    asked = [f"colleague{n}@acme.example" for n in range(11)]
    async with running.client() as client:
        for begin in range(0, 9, 3):
            for email in asked[begin : begin + 3]:
                await hand_over(client, running, email)
            await hand_over(client, running, asked[10], status=422)
            await hand_over(client, running, asked[begin])
            await tables.Notice.filter(kind="hand-over").update(made_at=long_ago)
            await tables.Colleague.all().update(made_at=long_ago)
        await hand_over(client, running, asked[9])
        await hand_over(client, running, asked[10], status=422)
        await hand_over(client, running, asked[0])
    told = await tables.Notice.filter(kind="hand-over").values_list("address", flat=True)
    assert sorted({*told}) == sorted(asked[:10])
    assert len(told) == 11


async def test_a_link_that_only_prepares_asks_no_further_colleagues(running: Running) -> None:
    async with running.client() as client:
        await hand_over(client, running, "colleague@acme.example")
        await running.work()
        theirs = plain_path(running.link("colleague@acme.example")) + "/en"
        assert 'name="email"' not in await get(client, f"{theirs}/colleagues")
        await post(client, f"{theirs}/colleagues", {"email": "other@acme.example"})
        await post(client, f"{theirs}/help", {"kind": "not-ours", "why": "please ask our affiliate"})
    assert await tables.Notice.filter(kind="hand-over").count() == 1


@pytest.mark.logs_errors
async def test_a_crash_while_handing_over_leaves_nothing_half_done(running: Running, monkeypatch) -> None:
    def dies(duty, kind, *rest, **more):
        if kind == "hand-over":
            raise RuntimeError(kind)
        return about_duty(duty, kind, *rest, **more)

    async with running.client() as client:
        with monkeypatch.context() as broken:
            broken.setattr("monitor.obligations.colleagues.about_duty", dies)
            await hand_over(client, running, "colleague@acme.example", status=500)
        assert await tables.Colleague.all().count() == 0
        assert not await tables.Person.exists(email="colleague@acme.example")
        assert not await tables.Notice.exists(kind="plea")
        await hand_over(client, running, "colleague@acme.example")
        await running.work()
        assert len(running.mails("colleague@acme.example")) == 1


async def test_a_wish_for_more_time_names_a_day_to_come(running: Running) -> None:
    today = clock.now().date()
    past = today - timedelta(days=20)
    await tables.Obligation.filter(id=1).update(due_on=past, base_on=past)
    async with running.client() as client:
        for day, status in ((past + timedelta(days=9), 422), (today + timedelta(days=9), 303)):
            wished = {f"wished_{part}": str(getattr(day, part)) for part in ("year", "month", "day")}
            fields = {"kind": "more-time", "reason": "audit season", **wished}
            await post(client, f"{plain_path(running.link())}/en/help", fields, status=status)


@pytest.mark.parametrize(
    ("zone", "said"),
    [("Asia/Tokyo", "24:00 Japan time (15:00 UTC)"), ("Asia/Kolkata", "24:00 in Asia/Kolkata (18:30 UTC)")],
)
async def test_form_and_mail_say_the_last_day_in_the_zone_of_the_group(running: Running, zone: str, said: str) -> None:
    await set_fields("group", "group", {"timezone": zone}, clock.now())
    await set_fields("party", "acme", {"language": "en"}, clock.now())
    async with running.client() as client:
        link = plain_path(running.link())
        for path in (f"{link}/en/", f"{link}/en/tasks", f"{link}/en/help"):
            assert said in await get(client, path)
        assert said.partition(" (")[0].replace("24:00 in ", "") in (await get(client, f"{link}/ja/")).replace(
            "日本時間", "24:00 Japan time"
        )
        await post(client, f"{link}/fresh", {}, status=200)
    await running.work()
    assert said in running.mails("privacy@acme.example")[-1].text.replace("\n", " ")


async def test_a_form_sent_from_another_site_is_refused(running: Running) -> None:
    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
        ):
            async with client.post(section, data={"policy": "yes"}, headers=headers) as response:
                assert response.status == 403
        assert await tables.Answer.all().count() == 0


async def test_every_page_carries_the_headers_that_protect_it(running: Running) -> None:
    async with running.client() as client:
        link = plain_path(running.link())
        for path in (f"{link}/ja/", "/f/itk_x", "/sign-in", "/nothing", "/static/itaku.css"):
            async with client.get(path) as response:
                assert "default-src 'none'" in response.headers["Content-Security-Policy"]
                assert response.headers["Referrer-Policy"] == "same-origin"
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert "noindex" in response.headers["X-Robots-Tag"]


async def test_a_returned_answer_opens_again_with_its_reason_and_its_answers(running: Running) -> None:
    async with running.client() as client:
        base = plain_path(running.link()) + "/en"
        await fill(client, base)
        await post(client, f"{base}/declare", {"name": "A", "title": "B", "declared": "agreed"})
        actor = await acts.person("reviewers@impress.example", clock.now(), "Reviewer")
        await acts.return_(1, clock.now(), actor, "The list of countries is missing.")
        await running.work()
        assert "The list of countries is missing." in await get(client, f"{base}/")
        assert "Nothing is missing" in await get(client, f"{base}/check")
        await post(client, f"{base}/declare", {"name": "A", "title": "B", "declared": "agreed"})
        await acts.accept(1, clock.now(), actor)
        assert "has accepted your answer" in await get(client, f"{base}/")


async def test_a_text_with_a_my_number_is_refused_and_not_stored(running: Running) -> None:
    async with running.client() as client:
        section = await first_section(client, plain_path(running.link()))
        await post(
            client,
            section,
            {"policy": "no", "policy_comment": "番号は 123456789018 です", "policy_version": "0", "next": "1"},
            status=422,
        )
        assert await tables.Answer.filter(question="policy").count() == 0
