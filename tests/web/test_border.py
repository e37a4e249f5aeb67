"""The border over real HTTP: what a stranger sends neither stops the house, nor speaks in its log, nor leads a reader away."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from aiohttp import StreamReader, web
from multidict import CIMultiDict
from running import Ground

from monitor import clock, tables
from monitor.logs import Nameless, Redacting
from monitor.tables.store import opened
from monitor.web import border, fields
from monitor.web.console import signing
from monitor.web.site import SITE

MANAGER = "managers@impress.example"
EMPTY = b"--b\r\n\r\n\r\n"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
STAMPED = {*border.HEADERS, "Cache-Control"}


@pytest.fixture
async def house(tmp_path):
    url = f"sqlite:///{tmp_path}/border.sqlite3"
    async with opened(url, create=True):
        pass
    async with Ground(tmp_path, url) as found:
        yield found


@pytest.fixture
async def section(house):
    async with house.client() as client, client.get(f"{urlsplit(house.link()).path}/en/tasks") as page:
        return re.search(r'"(/f/[^"]+/s/[^"]+)"', await page.text())[1]


async def raw(house, text: bytes) -> str:
    """Octets as they stand, without a client that would tidy them; all that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(house.base).port)
    writer.write(text)
    answer = (await reader.read()).decode("utf-8", "replace")
    writer.close()
    return answer


async def asks(house, line: str, *headers: bytes) -> str:
    host = urlsplit(house.base).netloc.encode()
    return await raw(
        house, b"\r\n".join([line.encode() + b" HTTP/1.1", b"Host: " + host, b"Connection: close", *headers, b"", b""])
    )


def status(answer: str) -> int:
    return int(answer.split()[1])


class TestBodies:
    async def test_a_form_of_more_parts_than_any_form_has_is_cut_off(self, house, section):
        async with house.client() as client:
            for count, expected in ((fields.PARTS - 1, 303), (fields.PARTS + 1, 413)):
                body = EMPTY * count + b"--b--\r\n"
                async with client.post(section, data=body, headers=MULTIPART, allow_redirects=False) as said:
                    assert said.status == expected

    @pytest.mark.parametrize("body", [b"\r\n" * (fields.LINES + 1), b"--b\r\n" + b"a: b\r\n" * 200 + b"\r\n"], ids=["before", "headers"])  # fmt: skip
    async def test_what_stands_between_parts_is_bounded_too(self, house, section, body):
        async with house.client() as client, client.post(section, data=body, headers=MULTIPART) as said:
            assert said.status in {400, 413}

    async def test_a_body_is_counted_in_octets_and_lets_others_in(self):
        stream = StreamReader(Mock(_reading_paused=False), 2**16, loop=asyncio.get_running_loop())
        stream.feed_data(b"x\n" * 1000)
        turns, body = 0, fields.Measured(stream, 1000)

        async def others():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        beside = asyncio.create_task(others())
        for _ in range(500):
            await body.readline()
        with pytest.raises(web.HTTPRequestEntityTooLarge):
            await body.readline()
        beside.cancel()
        assert stream.total_bytes == 2000
        assert turns >= 500 // fields.BREATH

    @pytest.mark.filterwarnings("ignore:unread_data:DeprecationWarning")
    async def test_octets_that_are_put_back_are_not_counted_twice(self):
        stream = StreamReader(Mock(_reading_paused=False), 2**16, loop=asyncio.get_running_loop())
        stream.feed_data(b"x" * 100)
        body = fields.Measured(stream, 100)
        for _ in range(10):
            body.unread_data(await body.read(100))
        assert await body.read(100) == b"x" * 100

    @pytest.mark.parametrize("path", ["/settings", "/sign-in", "help", "declare"])
    async def test_a_form_without_files_comes_in_no_parts(self, house, section, path):
        place = path if path.startswith("/") else f"{section.partition('/s/')[0]}/{path}"
        form = b'--b\r\nContent-Disposition: form-data; name="kind"\r\n\r\nx\r\n--b--\r\n'
        async with house.client() as client, client.post(place, data=form, headers=MULTIPART, allow_redirects=False) as said:  # fmt: skip
            assert said.status in {303, 400} if path == "declare" else said.status == 400

    async def test_a_form_of_more_fields_than_any_form_has_is_refused(self, house):
        async with house.client() as client:
            body = b"a=b&" * fields.PARTS
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            async with client.post("/settings", data=body, headers=headers) as said:
                assert said.status == 413

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
    async def test_a_form_that_does_not_arrive_is_not_waited_for(self, house, section, monkeypatch, kind):
        monkeypatch.setattr(fields, "SOON", 0.0)
        monkeypatch.setattr(fields, "LATER", 0.0)
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(house.base).port)
        writer.write(
            f"POST {section} HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: 9\r\n\r\n-".encode()
        )
        assert b" 408 " in await reader.readline()
        writer.close()

    async def test_one_link_sends_few_forms_at_once_and_may_go_on_afterwards(self):
        limits, post = border.Limits(), SimpleNamespace(method="POST")
        places = [limits.one_of_few(post, "mine") for _ in range(border.AT_ONCE)]
        for place in places:
            place.__enter__()
        with pytest.raises(web.HTTPTooManyRequests), limits.one_of_few(post, "mine"):
            pass
        with limits.one_of_few(post, "another"), limits.one_of_few(SimpleNamespace(method="GET"), "mine"):
            pass
        places[0].__exit__(None, None, None)
        with limits.one_of_few(post, "mine"):
            pass

    async def test_forms_of_one_link_that_never_end_keep_no_more_than_a_few_lines(self, house, section):
        """The fifth is refused while four wait; reading goes on, and another link's form is taken."""
        port, lines = urlsplit(house.base).port, []
        head = f"POST {section} HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9\r\n\r\n"
        for _ in range(border.AT_ONCE + 1):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode())
            lines.append((asyncio.create_task(reader.readline()), writer))
        done, waiting = await asyncio.wait([line for line, _ in lines], return_when=asyncio.FIRST_COMPLETED)
        assert [b" 429 " in line.result() for line in done] == [True]
        assert len(waiting) == border.AT_ONCE
        for line, writer in lines:
            line.cancel()
            writer.transport.abort()

    @pytest.mark.parametrize("path", ["/settings", "/sign-out"])
    async def test_what_needs_no_session_is_counted_by_address(self, house, path):
        async with house.client() as client:
            found = []
            for _ in range(border.STRANGERS.amount + 1):
                async with client.post(path, allow_redirects=False) as said:
                    found.append(said.status)
        assert set(found[:-1]) == {303}
        assert found[-1] == 429


class TestLog:
    FORGED = "/x%0a2026-11-22%2000:00:00%20ERROR%20monitor:%20forged"

    async def test_a_line_of_the_log_is_one_request(self, house, caplog):
        caplog.set_level(logging.INFO)
        logging.getLogger("aiohttp.access").setLevel(logging.INFO)
        assert status(await asks(house, f"POST {self.FORGED}", b"Content-Length: 0")) == 404
        assert not [record for record in caplog.records if "\n" in record.getMessage()]

    def test_control_characters_are_spelled_out_and_tracebacks_stand_indented(self):
        error = RuntimeError("it said\nERROR forged\x1b[2K")
        trouble = (type(error), error, None)
        record = logging.LogRecord("monitor", logging.ERROR, __file__, 1, "a\r\nERROR\u2028%s", ("\x1b[1m",), trouble)
        first, *others = Redacting("%(message)s").format(record).split("\n")
        assert first == r"a\u000d\u000aERROR\u2028\u001b[1m"
        assert others
        assert all(line.startswith("  ") for line in others)
        assert "\x1b" not in "".join(others)

    @pytest.mark.parametrize("origin", [b"http://[::1", b"http://[x]", b"\xff"])
    async def test_an_origin_that_is_none_is_refused(self, house, origin):
        answer = await asks(house, f"POST {self.FORGED}", b"Origin: " + origin, b"Content-Length: 0")
        assert status(answer) == 403

    @pytest.mark.parametrize("name", [b"itaku", b"itaku-language", b"itaku-scheme"])
    @pytest.mark.parametrize("path", ["GET /", "POST /sign-out", "GET /sign-in"])
    async def test_a_cookie_of_no_known_coding_signs_nobody_in(self, house, path, name):
        answer = await asks(house, path, b"Cookie: " + name + b"=\xff", b"Content-Length: 0")
        assert status(answer) in {200, 303}

    @pytest.mark.logs_errors
    @pytest.mark.parametrize("line", ["GET http://[::1/ HTTP/1.1", "GET http://a:b/ HTTP/1.1", "GET /\x00 HTTP/1.1"])
    async def test_what_is_no_request_leaves_no_address_in_the_log(self, house, caplog, line):
        logging.getLogger("aiohttp.server").addFilter(nameless := Nameless())
        answer = await raw(house, f"{line}\r\nHost: a\r\n\r\n".encode())
        logging.getLogger("aiohttp.server").removeFilter(nameless)
        assert status(answer) == 400
        assert "127.0.0.1" not in "".join(record.getMessage() for record in caplog.records)

    async def test_a_number_of_another_script_is_no_version(self, house, section):
        async with house.client() as client:
            for answer, version in (("yes", "²"), ("no", "²"), ("no", "9" * 5000)):  # one is saved, the others clash
                form = {"policy": answer, "policy_version": version}
                async with client.post(section, data=form, allow_redirects=False) as said:
                    assert said.status in {303, 422}


class TestHeaders:
    async def test_everything_carries_them_and_names_no_version(self, house, section):
        for line in (
            "GET /sign-in",
            "GET /healthz",
            "GET /nowhere",
            "PUT /sign-in",
            "GET /",
            "HEAD /robots.txt",
            f"GET {section}",
        ):
            answer = await asks(house, line)
            found = dict(entry.split(": ", 1) for entry in answer.split("\r\n\r\n")[0].split("\r\n")[1:])
            assert found.keys() >= STAMPED, line
            assert found["Server"] == border.SERVER
            assert ("Allow" in found) is line.startswith("PUT")  # what may be asked there instead (RFC 9110, 15.5.6)

    async def test_a_response_that_its_handler_prepares_carries_them_too(self):
        """Downloads are sent piece by piece, and are prepared before any middleware sees them."""
        request = SimpleNamespace(path="/evidence/1", app={SITE: SimpleNamespace(secure=True)})
        response = web.StreamResponse(headers={"Content-Security-Policy": "sandbox"})
        await border.stamp(request, response)
        assert response.headers.keys() >= {*STAMPED, "Strict-Transport-Security"}
        assert response.headers["Content-Security-Policy"] == "sandbox"

    async def test_the_session_of_https_is_deleted_as_it_was_set(self, house):
        object.__setattr__(house.house.doors.app[SITE], "base_url", "https://itaku.group.example")
        answer = await asks(house, "POST /sign-out", b"Content-Length: 0")
        cookie = re.search(r"Set-Cookie: (__Host-itaku=.*)", answer)[1]
        assert "Secure" in cookie
        assert "Path=/" in cookie


@pytest.mark.parametrize(
    ("peer", "lines", "counted"),
    [
        ("127.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("127.0.0.1", ["198.51.100.7", "192.0.2.1"], "192.0.2.1"),
        ("127.0.0.1", ["198.51.100.7, 192.0.2.1", "127.0.0.1"], "192.0.2.1"),
        ("203.0.113.5", ["192.0.2.1"], "203.0.113.5"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        ("127.0.0.1", ["::ffff:192.0.2.1"], "192.0.2.1"),
        ("127.0.0.1", ["nobody"], "nobody"),
    ],
)  # fmt: skip
def test_the_caller_is_the_rightmost_address_that_no_proxy_of_ours_has(peer, lines, counted):

    site = SimpleNamespace(trusted_proxies=(ipaddress.ip_network("127.0.0.0/8"),))
    headers = CIMultiDict(("X-Forwarded-For", line) for line in lines)
    assert border.remote(SimpleNamespace(remote=peer, headers=headers, app={SITE: site})) == counted


@pytest.mark.parametrize(
    "place", ["//evil.example", "/\\evil.example", "/\t/evil.example", "/\nX: y", "\t//evil.example", "https://evil.example", "/a\\b", ""]
)  # fmt: skip
async def test_after_a_choice_the_way_leads_back_into_the_house(house, place):
    async with house.client() as client:
        async with client.post("/settings", data={"back": place}, allow_redirects=False) as said:
            assert said.headers["Location"] == "/"
        async with client.post("/settings", data={"back": "/duty/1?a=b#c"}, allow_redirects=False) as said:
            assert said.headers["Location"] == "/duty/1?a=b#c"


@pytest.mark.parametrize("token", ["%2E%2E%2Fsign-out%3F", "..%2f..%2fsettings", "itk_%2F..%2Fx", "a%3Fb", "%22%3E"])
async def test_no_button_of_ours_is_led_elsewhere_by_the_address_of_its_page(house, token):
    for path in (f"/f/{token}", f"/f/{token}/en/", f"/sign-in/{token}"):
        answer = await asks(house, f"GET {path}")
        assert status(answer) == 404
        assert "<form" not in answer
    well_spelled = await asks(house, "GET /f/itk_abc-DEF_123/en/")
    assert 'action="/f/itk_abc-DEF_123/fresh"' in well_spelled


async def test_a_database_of_ours_is_read_by_its_owner_only(tmp_path, house):
    files = list(tmp_path.glob("border.sqlite3*"))
    assert len(files) >= 2  # its log of changes beside it
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


async def test_nobody_is_mailed_more_sign_in_links_than_a_day_needs(house):
    """However patiently somebody asks in their name."""
    start = clock.now()
    for turn in range(signing.A_DAY + 4):
        await signing._mail(MANAGER, start + turn * timedelta(minutes=30))
    assert await tables.SignIn.all().count() == signing.A_DAY
    await signing._mail(MANAGER, start + timedelta(days=1, minutes=1))
    assert await tables.SignIn.all().count() == signing.A_DAY + 1
