"""Mail gateways open every link and press every button, more than once. Nothing may happen that a person did not do.

What such a machine is allowed to leave behind, and what is held here word for word:

- opening, by HEAD or GET, any link of any mail, of a vendor's, a colleague's or a manager's: nothing at all;
- sending any form of those pages empty, empty but for what is hidden, or just as it stands: nothing at all, but for
  two buttons that are meant to need no text. On the page of a link that opens nothing, a fresh link goes to the registered address (`link.asked`),
  at most once in ten minutes. On the page of a mailed sign-in, that link is used up (`session.opened`): the session
  belongs to the machine, and the manager asks for another.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from limits import RateLimitItemPerMinute

from monitor import clock, ledger, tables
from tests.evidence.evidence_corpus import png
from tests.journey.manager import failing_case, signed_in
from tests.journey.vendor import first_section, posts
from tests.web.running import Ground

LINK = re.compile(r"https?://[^\s<>\"]+")


class Reader(HTMLParser):
    """The links of a page and its forms, with what a browser would send of each if somebody just pressed Enter."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[dict[str, object]] = []
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        said = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "form":
            self.forms.append(
                {
                    "method": said.get("method", "get"),
                    "action": said.get("action", ""),
                    "stands": [],
                    "names": set(),
                    "hidden": {},
                }
            )
        elif self.forms and said.get("name"):
            self._field(tag, said)

    def _field(self, tag, said):
        form, name = self.forms[-1], said["name"]
        if tag == "textarea":
            form["names"].add(name)
            form["stands"].append((name, ""))
            self._area = name
        elif tag == "input" and said.get("type") != "file":
            form["names"].add(name)
            if said.get("type") == "hidden":
                form["hidden"][name] = said.get("value", "")
            if said.get("type") not in {"radio", "checkbox"} or "checked" in said:
                form["stands"].append((name, said.get("value", "")))

    def handle_data(self, data):
        if self._area and self.forms:
            self.forms[-1]["stands"][-1] = (self._area, data.removeprefix("\n"))

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = ""


async def press_everything(house, client, starts):
    """HEAD and GET every page that can be reached, then send each of its forms: empty, as it stands, and each again."""
    todo, seen, sent = list(starts), set(), 0
    while todo:
        url = urljoin(house.base, todo.pop()).split("#")[0]
        if url in seen or urlsplit(url).netloc != urlsplit(house.base).netloc:
            continue
        seen.add(url)
        await client.head(url)
        async with client.get(url) as response:
            page = Reader(await response.text() if response.content_type == "text/html" else "")
            here = str(response.url)
        todo += [urljoin(here, link) for link in page.links]
        for form in page.forms:
            empty = dict.fromkeys(form["names"], "")
            for fields in (list(empty.items()), list((empty | form["hidden"]).items()), form["stands"]) * 2:
                target = urljoin(here, form["action"])
                if form["method"] == "get":
                    await client.get(target, params=fields)
                else:
                    async with client.post(target, data=fields, allow_redirects=False) as response:
                        assert response.status != 429  # or it would not be the form that withstands
                    sent += 1
    return seen, sent


async def everything():
    """All rows of all tables, and the head of the ledger."""
    models = [
        found
        for found in vars(tables).values()
        if isinstance(found, type) and issubclass(found, tables.Obligation.__mro__[-2])
    ]
    rows = {
        model.__name__: await model.all().order_by(model._meta.pk_attr).values()
        for model in models
        if hasattr(model, "_meta") and model._meta.db_table
    }
    return rows, await ledger.head()


def links(house, *people):
    return [html.unescape(link) for who in people for mail in house.mails(who) for link in LINK.findall(mail.text)]


@pytest.fixture
async def busy(tmp_path, database, monkeypatch):
    """A request with half a draft, a file, a colleague, a more-time plea, and a failing endpoint: mails of every kind."""
    monkeypatch.setattr("monitor.web.form.opening.OFTEN", RateLimitItemPerMinute(100_000))
    async with Ground(tmp_path, await database()) as house, house.client() as client:
        section = await first_section(client, house)
        await posts(
            client,
            section,
            {"policy": "no", "policy_comment": "March.\r\n〜①", "rules": "yes", "rules_file": ("図.png", png())},
        )
        helped = section.partition("/s/")[0] + "/help"
        colleagues = section.partition("/s/")[0] + "/colleagues"
        await posts(client, colleagues, {"email": "colleague@acme.example", "grade": "submit", "name": "同僚"})
        await posts(client, colleagues, {"email": "expert@elsewhere.example"})
        await posts(client, helped, {"kind": "not-ours", "why": "ask our affiliate"})
        said = {"kind": "wrong-person", "person_name": "Sato", "person_email": "new@acme.example"}
        await posts(client, helped, said)
        await failing_case()
        await house.work()
        assert await tables.Evidence.all().count() == 1
        yield house


@pytest.mark.timeout(90)
@pytest.mark.slow
async def test_a_gateway_that_opens_and_presses_everything_changes_nothing(busy):
    before = await everything()
    assert before[0]["Answer"]
    assert before[0]["Plea"]
    starts = links(busy, "privacy@acme.example", "colleague@acme.example", "managers@impress.example")
    async with busy.client() as client:
        seen, sent = await press_everything(busy, client, starts)
    assert len(seen) > 20
    assert sent > 40
    after = await everything()
    assert after[1] == before[1]
    assert after[0] == before[0]


async def test_a_dead_link_pressed_by_a_machine_mails_one_fresh_link_to_the_registered_address(busy):
    await tables.Link.all().update(expires_at=clock.now())
    seq, _ = await ledger.head()
    sent = len(busy.sink.mails)
    async with busy.client() as client:
        await press_everything(busy, client, links(busy, "privacy@acme.example"))
    lines = await tables.LedgerLine.filter(seq__gt=seq).values_list("type", flat=True)
    assert lines == ["link.asked"]
    await busy.work()
    assert [mail.to for mail in list(busy.sink.mails)[sent:]] == [("privacy@acme.example",)]


async def test_a_sign_in_pressed_by_a_machine_gives_it_a_session_and_the_manager_another_link(busy):
    async with busy.client() as machine, busy.client() as manager:
        await posts(manager, "/sign-in", {"email": "managers@impress.example"})
        await busy.work()
        seq, _ = await ledger.head()
        starts = [link for link in links(busy, "managers@impress.example") if "/sign-in/" in link]
        for link in starts:
            await machine.get(link)
        assert (await ledger.head())[0] == seq
        for link in starts:
            await machine.post(link, allow_redirects=False)
        assert await tables.LedgerLine.filter(seq__gt=seq).values_list("type", flat=True) == ["session.opened"]
        status, said = await signed_in(busy, manager, "managers@impress.example")
        assert (status, said) == (303, "/")
