"""What somebody with bad intentions sends: other people's numbers, foreign forms, text that wants to be more than text."""

from __future__ import annotations

import asyncio
import io
import re
from urllib.parse import urlsplit

import aiohttp
import pytest
from stage import engagement

from monitor import clock, ledger, tables
from tests.evidence.evidence_corpus import png
from tests.journey.manager import failing_case, mailed_sign_in, signed_in
from tests.journey.vendor import answered, first_section, gets, hands_in, path_of, posts
from tests.web.running import Ground

MINE, THEIRS = "managers@impress.example", "managers@sister.example"
URLENCODED = "application/x-www-form-urlencoded"
BAD = "\"><xss a='1'>&{{7*7}}</textarea></title>"


@pytest.fixture
async def both(tmp_path, database):
    async with Ground(tmp_path, await database()) as found:
        yield found


class TestForeignNumbers:
    async def test_another_companys_request_case_and_file_do_not_exist(self, tmp_path, empty):
        """Neither shown, nor changed, nor told apart from what there never was."""
        async with Ground(tmp_path, empty) as house, house.client() as client:
            section = await first_section(client, house)
            await posts(client, section, {"rules": "yes", "rules_file": ("図.png", png())})
            duty, file, case = await tables.Obligation.get(), await tables.Evidence.get(), await failing_case()
            await hands_in(house, client)
            await signed_in(house, client, THEIRS)
            head = await ledger.head()
            answers = set()
            for path in (f"/duty/{duty.id}", f"/case/{case.id}", f"/evidence/{file.id}", "/?company=impress",
                         "/duty/999999", "/case/999999", "/evidence/" + "0" * 32, "/?company=nobody"):  # fmt: skip
                answers.add(re.sub(r'value="/[^"]*"', "", await gets(client, path, status=404)))
            assert len(answers) == 1
            assert not [word for word in ("Acme", "Direct mail", "図.png") if word in "".join(answers)]
            fields = {"by": "X", "reason": "x", "plea": "1", "until_year": "2027", "until_month": "1", "until_day": "1"}
            for deed in ("accept", "return", "waive", "acknowledge", "extend", "plea"):
                status, _ = await posts(client, f"/duty/{duty.id}/{deed}", fields)
                assert status == 404
            status, _ = await posts(client, f"/case/{case.id}/acknowledge", fields)
            assert status == 404
            assert await ledger.head() == head

    async def test_a_party_cannot_reach_anothers_file_or_the_console(self, tmp_path, empty):
        """The file's number in `remove` works for one's own request only; a link signs nobody in."""
        two = (engagement("dm", attestation="last_accepted_on = 2024-01-10", title="Direct mail"),
               engagement("two", company="sister", attestation="last_accepted_on = 2024-01-10", title="Second"))  # fmt: skip
        async with Ground(tmp_path, empty, two) as house, house.client() as client:
            first, second = [
                path_of(link)
                for link in {
                    match
                    for mail in house.mails("privacy@acme.example")
                    for match in re.findall(r"http://\S+/f/\S+", mail.text)
                }
            ]
            page = await gets(client, f"{first}/en/tasks")
            section = re.search(r"/s/[^\"]+", page)[0]
            await posts(client, f"{first}/en{section}", {"rules": "yes", "rules_file": ("図.png", png())})
            file = await tables.Evidence.get()
            await posts(client, f"{second}/en{section}", {"remove": file.id})
            assert (await tables.Evidence.get()).withdrawn_at is None
            async with client.get(f"/evidence/{file.id}", allow_redirects=False) as response:
                assert response.headers["Location"] == "/sign-in"

    async def test_a_link_for_signing_in_opens_no_form_and_the_other_way_round(self, house):
        async with house.client() as client:
            await posts(client, "/sign-in", {"email": MINE})
            await house.work()
            sign_in = re.search(r"/sign-in/(\S+)", "".join(mail.text for mail in house.mails(MINE)))[1]
            await gets(client, f"/f/{sign_in}/en/", status=404)
            status, _ = await posts(client, f"/sign-in/{path_of(house.link()).removeprefix('/f/')}", {})
            assert status == 410


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}], ids=str)  # fmt: skip
async def test_no_manager_is_made_to_act_by_another_site(house, headers):
    async with house.client() as client:
        await hands_in(house, client)
        await signed_in(house, client, MINE)
        head = await ledger.head()
        duty = await tables.Obligation.get()
        for path in (f"/duty/{duty.id}/accept", "/sign-in", "/sign-out", "/settings", f"{path_of(house.link())}/fresh"):
            status, page = await posts(client, path, {"by": "M", "email": MINE, "language": "en"}, headers=headers)
            assert status == 403
            assert "Acme" not in page
        assert await ledger.head() == head
        assert (await tables.Obligation.get()).state == "submitted"


@pytest.mark.browser
@pytest.mark.slow
async def test_a_real_browser_does_not_send_the_session_along_with_anothers_form(house, person):
    """The page of a stranger posts to us at once, in the browser of a signed-in manager."""
    async with house.client() as client:
        await hands_in(house, client)
    walk = await person()
    await walk.goes(f"{house.base}/sign-in")
    await walk.page.locator("#email").fill(MINE)
    await walk.turns(walk.page.locator("main button"))
    await house.work()
    await walk.goes(mailed_sign_in(house, MINE))
    await walk.turns(walk.page.locator("main button"))
    duty = await tables.Obligation.get()
    stranger = f'<form method=post action="{house.base}/duty/{duty.id}/accept"><input name=by value=x></form><script>document.forms[0].submit()</script>'
    await walk.page.route(
        "http://stranger.example/", lambda route: route.fulfill(body=stranger, content_type="text/html")
    )
    async with walk.page.expect_response(f"{house.base}/**") as answer:
        await walk.page.goto("http://stranger.example/", wait_until="commit")
    assert (await answer.value).status == 403
    assert (await tables.Obligation.get()).state == "submitted"


@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader")
class TestWhatIsNoForm:
    """Every one of these is its sender's fault: a 4xx in words, and no error in our log (which would fail the test)."""

    BODIES = (  # octets and what they claim to be
        (b"kind=\xff\xfe&name=\xff", URLENCODED),
        (b"kind=a", f"{URLENCODED}; charset=nonsense"),
        (b"x", "multipart/form-data"),
        (b"--b\r\nnonsense\r\n\r\n", "multipart/form-data; boundary=b"),
        (b'--b\r\nContent-Disposition: form-data; name="policy"\r\n\r\nyes', "multipart/form-data; boundary=b"),
        (b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n", "multipart/form-data; boundary=b"),
        (b"--b\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--b--\r\n", "multipart/form-data; boundary=b"),
        (b"{}", "application/json"),
        (b"", ""),
    )  # fmt: skip

    async def test_it_is_refused_and_nothing_is_broken(self, house):
        async with house.client() as client:
            section = await first_section(client, house)
            await answered((await tables.Obligation.get()).id)
            form = section.partition("/s/")[0]
            head = await ledger.head()
            for path in (section, f"{form}/help", f"{form}/declare", "/sign-in", "/settings"):
                for body, kind in self.BODIES:
                    async with client.post(
                        path, data=body, headers={"Content-Type": kind}, allow_redirects=False
                    ) as said:
                        assert said.status in {200, 303, 400, 422}, (path[-12:], body, said.status)
            assert await ledger.head() == head

    @pytest.mark.logs_errors  # aiohttp's own, when it reads over the rest of the body after our answer
    async def test_a_packed_body_that_is_not_packed_is_refused(self, house):
        headers = {"Content-Type": URLENCODED, "Content-Encoding": "gzip"}
        async with house.client() as client, client.post("/sign-in", data=b"plain", headers=headers) as said:
            assert said.status == 400

    async def test_more_than_a_form_can_be_is_not_read_to_its_end(self, house):
        async with house.client() as client:
            section = await first_section(client, house)
            await answered((await tables.Obligation.get()).id)
            form = section.partition("/s/")[0]
            for path in (section, f"{form}/help", f"{form}/declare", "/sign-in", "/settings"):
                async with client.post(
                    path, data=io.BytesIO(b"a=" + b"x" * 3_000_000), headers={"Content-Type": URLENCODED}
                ) as said:
                    assert said.status == 413

    @pytest.mark.slow  # the server reads on for ten seconds, so that its answer is not lost with the line
    @pytest.mark.timeout(60)
    @pytest.mark.parametrize(
        "head", ['name="policy_comment"', 'name="nobody"; filename="a.txt"', 'name="rules_file"; filename="a.txt"', ""]
    )
    async def test_a_part_without_end_is_cut_off(self, house, head):
        sent = 0

        async def endless():
            nonlocal sent
            yield f"--b\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode()
            while sent < 512:  # 32 MB, where a form may have 3
                sent += 1
                yield b"x" * 65536

        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        async with house.client() as client:
            section = await first_section(client, house)
            try:
                async with client.post(section, data=endless(), headers=headers, allow_redirects=False) as said:
                    assert said.status in {303, 400, 413, 422}
            except aiohttp.ClientConnectionError:
                pass  # the line was cut, which is an answer too
        assert sent < 400

    async def test_somebody_who_hangs_up_in_the_middle_leaves_nothing_behind(self, house):
        place = urlsplit(house.base)
        async with house.client() as client:
            section = await first_section(client, house)
            for kind in ("multipart/form-data; boundary=b", URLENCODED):
                _, writer = await asyncio.open_connection(place.hostname, place.port)
                writer.write(f"POST {section} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: {kind}\r\nContent-Length: 100000\r\n\r\n"
                             f'--b\r\nContent-Disposition: form-data; name="rules_file"; filename="a.txt"\r\n\r\n{"x" * 5000}'.encode())  # fmt: skip
                await writer.drain()
                writer.transport.abort()
            await gets(client, section)
        assert await tables.Evidence.all().count() == 0
        assert not [path for path in (house.home / "evidence").rglob("*") if path.is_file()]

    async def test_signs_that_a_database_refuses_are_left_out(self, both):
        async with both.client() as client:
            section = await first_section(client, both)
            await posts(client, section, {"policy": "no", "policy_comment": "a\0b\u202ec", "policy_version": "0"})
            await posts(client, section.partition("/s/")[0] + "/help", {"kind": "not-ours", "why": "d\0e"})
            assert (await posts(client, "/sign-in", {"email": "a\0b@acme.example"}))[0] == 200
            await hands_in(both, client, "髙\0﨑")
            await signed_in(both, client, MINE)
            duty = await tables.Obligation.get()
            assert (await posts(client, f"/duty/{duty.id}/return", {"by": "M\0", "reason": "f\0g"}))[0] == 303
        assert (await tables.Answer.get(question="policy")).value["comment"] == "abc"
        assert (await tables.Plea.get()).text == "de"
        assert (await tables.Submission.get()).signer_name == "髙﨑"
        assert (await tables.Obligation.get()).reason == "fg"


@pytest.mark.parametrize(
    "path",
    ["/static/../config.toml", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fpyproject.toml", "/static//etc/passwd",
     "/evidence/..%2f..%2flink.keys", "/evidence/%2e%2e/link.keys", "/f/..%2f..%2flink.keys/ja/", "/static/%00", "/static/", "/sign-in/../link.keys"],
)  # fmt: skip
async def test_no_path_leads_out_of_the_house(house, path):
    """Sent as it stands, without a client that would tidy it."""
    place = urlsplit(house.base)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode("utf-8", "replace")
    writer.close()
    assert re.match(r"HTTP/1\.1 (303|40[0-9])", answer), answer[:200]
    assert not [word for word in ("root:", "[project]", "[database]", "k1") if word in answer]


async def test_no_name_reaches_a_header_of_a_mail(both):
    """Line ends in what people type: the mails keep the headers that we wrote, and go to whom we meant."""
    hidden = "x\r\nBcc: thief@evil.example\r\n\r\nHello"
    async with both.client() as client:
        form = (await first_section(client, both)).partition("/s/")[0]
        await posts(client, f"{form}/help", {"kind": "not-ours", "why": hidden})
        await posts(client, f"{form}/colleagues", {"email": "a@acme.example\r\nBcc: thief@evil.example"})
        await posts(client, f"{form}/colleagues", {"email": "a@evil.example, b@acme.example"})
        await posts(client, "/sign-in", {"email": MINE + "\r\nBcc: thief@evil.example"})
        await hands_in(both, client, hidden)
        await signed_in(both, client, MINE)
        duty = await tables.Obligation.get()
        await posts(client, f"/duty/{duty.id}/return", {"by": hidden, "reason": hidden})
        await both.work()
    ours = {"privacy@acme.example", "second@acme.example", MINE, "reviewers@impress.example"}
    for mail in both.sink.mails:
        assert set(mail.to) <= ours
        assert not mail.header("Bcc")
        assert not [value for _, value in mail.headers if "\n" in value]
    assert any("thief@evil.example" in mail.text for mail in both.sink.mails)


async def test_a_files_name_is_data_and_no_header(house):
    async with house.client() as client:
        section = await first_section(client, house)
        name = "図%22; filename=%22a.html%0D%0AX-Evil: 1%0D%0A%0D%0A<xss>.png"  # as browsers spell it
        await posts(client, section, {"rules": "yes", "rules_file": (name, png())})
        row = await tables.Evidence.get()
        await hands_in(house, client)
        await signed_in(house, client, MINE)
        async with client.get(f"/evidence/{row.id}") as response:
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert "X-Evil" not in response.headers
            assert response.content_type == "image/png"


async def test_what_people_write_is_shown_as_they_wrote_it(tmp_path, empty):
    """Markup in every field that anybody fills, registry included: on every page and in every mail it is only text."""
    q = BAD.replace("\\", "\\\\").replace('"', '\\"')
    places = f'[[engagement.place]]\nname = "{q}"\nkind = "prod"\n'
    work = engagement("dm", attestation="last_accepted_on = 2024-01-10", title="T", more=places).replace(
        'title = "T"', f'title = "{q}"'
    )
    party = f'[[party]]\nkey = "acme"\nname = "{q}"\ncontacts = ["privacy@acme.example"]\nlanguage = "en"\n[[party.endpoint]]\nurl = "https://www.acme.example/"\n'
    async with Ground(tmp_path, empty, (work,), party) as house, house.client() as client:
        from monitor.registry.apply import set_fields

        await set_fields("company", "impress", {"name": BAD, "name_ja": BAD}, clock.now())
        await set_fields("group", "group", {"name": BAD, "name_ja": BAD}, clock.now())
        await set_fields(
            "purpose", "p03", {"text": BAD, "text_ja": BAD, "promise_ja": BAD, "promise_en": BAD}, clock.now()
        )
        case = await failing_case(BAD)
        section = await first_section(client, house)
        await posts(
            client,
            section,
            {"policy": "no", "policy_comment": BAD, "handlers.count": BAD, "rules_file": (BAD + ".png", png())},
        )
        form = section.partition("/s/")[0]
        later = (await tables.Obligation.get()).due_on.replace(day=28)
        wished = {"wished_year": str(later.year + 1), "wished_month": "1", "wished_day": "5"}
        pages = [
            await gets(client, section + "?check=1"),
            (await posts(client, section, {"policy": "maybe" + BAD, "handlers.count": BAD}))[1],
        ]
        for fields in ({"kind": "not-ours", "why": BAD}, {"kind": "more-time", "reason": BAD, **wished},
                       {"kind": "more-time", "reason": BAD, "wished_year": BAD}):  # fmt: skip
            pages += [(await posts(client, f"{form}/help", fields))[1]]
        for fields in ({"email": BAD, "name": BAD, "grade": BAD}, {"email": "a@acme.example", "name": BAD}):
            pages += [(await posts(client, f"{form}/colleagues", fields))[1]]
        await signed_in(house, client, MINE)
        duty = await tables.Obligation.get()
        pages += [await gets(client, f"{form}/{page}") for page in ("", "tasks", "check", "help", "colleagues", "mine")]
        pages += [await gets(client, path) for path in ("/", f"/duty/{duty.id}", f"/case/{case.id}")]
        wrong = {"by": BAD, "reason": BAD, "until_year": BAD}
        pages += [
            (await posts(client, f"/duty/{duty.id}/{deed}", wrong))[1] for deed in ("waive", "extend", "acknowledge")
        ]
        await tables.Answer.all().delete()
        await hands_in(house, client, BAD)
        pages.append(await gets(client, f"{form}/done"))
        pages.append(await gets(client, f"/duty/{duty.id}"))
        await posts(client, f"/duty/{duty.id}/return", {"by": BAD, "reason": BAD})
        await house.work()
        pages += [
            await gets(client, f"{form}/"),
            await gets(client, f"{form}/tasks"),
            await gets(client, f"/duty/{duty.id}"),
        ]
        shown = [page for page in pages if "<!doctype" in page]
        assert len(shown) > 12
        assert not [re.findall(r".{80}<xss.{20}", page, re.DOTALL) for page in shown if "<xss" in page]
        assert not [page for page in shown if "49" in re.findall(r"xss a=[^\n]{0,30}&amp;(\S{0,8})", page)]
        assert sum("&lt;xss" in page for page in shown) > 12
        letters = [mail.html for mail in house.sink.mails if mail.html]
        assert not [letter for letter in letters if "<xss" in letter]
        assert any("&lt;xss" in letter for letter in letters)
