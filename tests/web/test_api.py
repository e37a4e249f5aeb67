"""The answer by machine, over real HTTP: the form's own rules hold, and the description tells no lies."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
from datetime import timedelta

import pytest
from running import Ground

from monitor import clock, tables
from monitor.obligations import KINDS
from monitor.tables.store import opened
from monitor.web import ROUTES, border
from monitor.web.api.calls import VALUES
from monitor.web.api.operations import OPERATIONS, _description
from tests.contradiction.attested import look
from tests.docs.pages import blocks
from tests.evidence.evidence_corpus import pdf, png
from tests.journey.vendor import answered, posts
from tests.web.machine import API, DECLARED, machine
from tests.web.test_form import plain_path

MY_NUMBER = "123456789018"
OCTETS = {"Content_Type": "application/octet-stream"}


@pytest.fixture
async def empty(tmp_path):
    url = f"sqlite:///{tmp_path}/api.sqlite3"
    async with opened(url, create=True):
        pass
    return url


@pytest.fixture
async def house(tmp_path, empty):
    async with Ground(tmp_path, empty) as found:
        yield found


def named(name: str) -> str:
    return f"attachment; filename*=UTF-8''{name}"


def test_every_address_below_api_is_described_and_what_is_described_is_whole():
    plain = {(one.method, one.path.replace(":[0-9a-f]{32}", "")) for one in ROUTES if one.path.startswith("/api")}
    told = json.loads(_description())
    assert plain == {(method.upper(), path) for path, one in told["paths"].items() for method in one}
    assert plain == {(one.method, one.template) for one in OPERATIONS}
    shapes = [path.replace("{", "}").split("}") for path in told["paths"]]
    assert len({"{}".join(parts[::2]) for parts in shapes}) == len(shapes)  # the same but for names would be one
    known = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    assert set(re.findall(r'"\$ref": "([^"]+)"', _description())) <= known
    names = [one["operationId"] for path in told["paths"].values() for one in path.values()]
    assert len(set(names)) == len(names)


async def test_a_machine_answers_hands_in_and_gets_the_receipt_of_the_form(house):
    async with house.client() as client:
        mine = machine(house, client)
        asked = await mine.read()
        assert (asked["state"], asked["company"], asked["grade"]) == ("open", "Impress", "submit")
        assert {"question": "policy", "code": "unanswered"}.items() <= asked["missing"][0].items()
        said = await mine.save({"policy": {"value": "yes"}, "handlers.count": {"value": 0}})
        assert said.body["saved"] == ["handlers.count", "policy"] or said.body["saved"] == ["policy", "handlers.count"]
        stored = await mine.call("POST", "/files/rules", png(), Content_Disposition=named("%E5%9B%B3.png"), **OCTETS)
        assert stored.body["file"]["name"] == "図.png"
        await answered((await tables.Obligation.get()).id)
        done = await mine.hand_in()
        assert (done.status, done.body["state"], done.body["number"]) == (201, "submitted", 1)
        again = await mine.call("POST", "/submission", DECLARED, Idempotency_Key="k", If_Match='"x"')
        assert again.body == done.body
        receipt = await mine.call("GET", "/receipt")
        async with client.get(f"{plain_path(house.link())}/en/receipt.json") as response:
            assert json.loads(await response.text()) == receipt.body
        closed = await mine.read()
        assert not closed["sections"]
        assert not closed["may_answer"]
        assert [one["number"] for one in closed["submissions"]] == [1]
        row = await tables.Submission.get()
        assert (row.signer_name, row.signer_title) == (DECLARED["name"], DECLARED["role"])
        line = await tables.LedgerLine.get(type="obligation.submitted")
        assert line.actor.startswith("link/")


async def test_every_problem_that_is_described_can_be_had(house, monkeypatch):
    duty = await tables.Obligation.get()
    async with house.client() as client:
        mine = machine(house, client)
        await _of_writing(mine)
        await _of_files(mine)
        await _of_other_grades(mine, house)
        await _of_handing_in(mine, house, duty.id, monkeypatch)
        await _of_adding(mine, house, monkeypatch)
        await _of_what_came_back(mine)
        told = {(one.name, name) for one in OPERATIONS for name in one.problems}
        assert mine.met == told


async def _of_writing(mine):
    assert (await mine.call("PATCH", "/answers", b"{}", Content_Type="text/plain")).problem == "not-json"
    assert (await mine.call("PATCH", "/answers", {"answer": {}})).codes == {"answer": "extra-forbidden"}
    assert (await mine.call("PATCH", "/answers", {})).problem == "if-match-missing"
    assert (await mine.call("PATCH", "/answers", {}, If_Match='"other"')).problem == "changed-meanwhile"
    assert (await mine.save({"policy": {"value": "perhaps"}})).codes == {"policy": "not-a-choice"}


async def _of_files(mine):
    name = {"Content_Disposition": named("a.png")}
    assert (await mine.call("POST", "/files/policyx", png(), **name, **OCTETS)).codes == {"policyx": "no-such-question"}
    stored = await mine.call("POST", "/files/rules", png(), **name, **OCTETS)
    place = f"/files/rules/{stored.body['file']['id']}"
    assert (await mine.call("DELETE", place)).status == 200
    assert (await mine.call("DELETE", place)).problem == "no-such-file"
    await mine.call("POST", "/files/rules", png(), **name, **OCTETS)


async def _of_other_grades(mine, house):
    """What a colleague may do by machine is what they may do in the form."""
    for grade in ("view", "draft"):
        said = {"email": f"{grade}@acme.example", "grade": grade, "sections": "people-and-premises"}
        await posts(mine.client, f"{plain_path(house.link())}/en/colleagues", said)
    await house.work()
    reads, prepares = (machine(house, mine.client, f"{grade}@acme.example") for grade in ("view", "draft"))
    assert (await reads.read())["grade"] == "view"
    assert (await reads.save({})).problem == "may-not-answer"
    assert (await reads.call("POST", "/files/rules", png(), **OCTETS)).problem == "may-not-answer"
    assert (await reads.call("DELETE", f"/files/rules/{32 * 'a'}")).problem == "may-not-answer"
    assert (await prepares.save({"training": {"value": "yes"}})).body["saved"] == ["training"]
    assert [one["id"] for one in (await prepares.read())["sections"]] == ["people-and-premises"]
    assert (await prepares.save({"policy": {"value": "yes"}})).codes == {"policy": "no-such-question"}
    assert (await prepares.call("POST", "/files/rules", png(), **OCTETS)).codes == {"rules": "no-such-question"}
    assert (await prepares.hand_in()).problem == "may-not-submit"
    assert (await prepares.call("POST", "/submission/code")).problem == "may-not-submit"
    code = await prepares.call("POST", "/submission/confirmation", {"code": "1"}, Idempotency_Key="k")
    assert code.problem == "may-not-submit"
    assert (await prepares.call("GET", "/receipt")).problem == "no-receipt"
    mine.met |= reads.met | prepares.met


async def _of_handing_in(mine, house, duty, monkeypatch):
    post = "POST", "/submission"
    assert (await mine.call(*post, DECLARED)).problem == "key-missing"
    assert (await mine.call(*post, b"[]", Content_Type="text/html")).problem == "not-json"
    assert (await mine.call(*post, {"name": 1})).codes["name"] == "wrong-type"
    assert (await mine.call(*post, DECLARED, Idempotency_Key="k")).problem == "if-match-missing"
    assert (await mine.call(*post, DECLARED, Idempotency_Key="k", If_Match='"x"')).problem == "changed-meanwhile"
    assert (await mine.hand_in()).problem == "incomplete"
    await answered(duty)
    assert (await mine.hand_in(name=" ", declared=False)).codes == {"name": "missing", "declared": "missing"}
    wrong = await mine.hand_in(name=MY_NUMBER, role=f"Office {MY_NUMBER}", email="boss")
    assert wrong.codes == {"name": "my-number", "role": "my-number", "email": "no-address"}
    monkeypatch.setattr("monitor.obligations.signing.A_DAY", 0)
    assert (await mine.hand_in(email="boss@acme.example")).problem == "later"
    monkeypatch.undo()
    await _of_the_code(mine, house, monkeypatch)


async def _of_the_code(mine, house, monkeypatch):
    confirm, code = ("POST", "/submission/confirmation"), {"code": "00000000"}
    assert (await mine.call("POST", "/submission/code")).problem == "nothing-declared"
    assert (await mine.call(*confirm, code, Idempotency_Key="k")).problem == "nothing-declared"
    assert (await mine.call(*confirm, code)).problem == "key-missing"
    assert (await mine.call(*confirm, b"", Content_Type="text/html")).problem == "not-json"
    assert (await mine.call(*confirm, {"code": ""}, Idempotency_Key="k")).problem == "not-as-described"
    step = await mine.hand_in(email="boss@acme.example")
    assert (step.problem, step.body["registered"]) == ("step-up-required", "p…y@acme.example")
    assert (await mine.call("POST", "/submission/code")).status == 202
    monkeypatch.setattr("monitor.obligations.signing.A_DAY", 0)
    await tables.SigningCode.all().update(made_at=clock.now() - timedelta(minutes=2))
    assert (await mine.call("POST", "/submission/code")).problem == "later"
    monkeypatch.undo()
    await house.work()
    assert (await mine.call(*confirm, {"code": "-"}, Idempotency_Key="k")).codes == {"code": "code-missing"}
    wrong = f"{(int(house.code()) + 1) % 10**8:08}"
    assert (await mine.call(*confirm, {"code": wrong}, Idempotency_Key="k")).codes == {"code": "code-wrong"}
    right = {"code": house.code()}
    await mine.save({"policy": {"value": "yes", "comment": "since"}})
    assert (await mine.call(*confirm, right, Idempotency_Key="k")).problem == "answers-changed"
    assert (await mine.call("GET", "/receipt")).problem == "no-receipt"
    assert (await mine.hand_in(email="boss@acme.example")).problem == "step-up-required"
    await house.work()
    done = await mine.call(*confirm, {"code": house.code()}, Idempotency_Key="k")
    assert done.body["state"] == "submitted"
    assert (await mine.call(*confirm, {"code": "1"}, Idempotency_Key="k")).body == done.body
    assert (await mine.hand_in(name="Another")).problem == "key-reused"
    await _closed(mine, confirm, code)


async def _closed(mine, confirm, code):
    assert (await mine.save({})).problem == "not-open"
    assert (await mine.call("POST", "/files/rules", png(), **OCTETS)).problem == "not-open"
    assert (await mine.call("DELETE", f"/files/rules/{32 * 'a'}")).problem == "not-open"
    assert (await mine.hand_in(key="other")).problem == "not-open"
    assert (await mine.call("POST", "/submission/code")).problem == "not-open"
    assert (await mine.call(*confirm, code, Idempotency_Key="other")).problem == "not-open"


async def _of_adding(mine, house, monkeypatch):
    """A request to which more can be added after it was handed in, as to the notice of an incident."""
    with monkeypatch.context() as patched:
        patched.setattr(type(KINDS["attestation"]), "growing", _grows)
        assert (await mine.hand_in(key="more")).problem == "nothing-added"
        assert (await mine.save({"policy": {"value": "yes", "comment": "more"}})).body["saved"] == ["policy"]
        assert (await mine.hand_in(key="more", email="boss@acme.example")).problem == "step-up-required"
        await house.work()
        patched.setattr("monitor.obligations.adding.A_DAY", 0)
        code = {"code": house.code()}
        confirm = "POST", "/submission/confirmation", code
        assert (await mine.call(*confirm, Idempotency_Key="more")).problem == "later"
        assert (await mine.call(*confirm, Idempotency_Key="k")).problem == "key-reused"


async def _grows(_kind, _duty, *, lock=False):
    return True


async def _of_what_came_back(mine):
    """One question came back: the others stand, their files as well."""
    last = await tables.Submission.all().order_by("-id").first()
    await tables.Submission.filter(id=last.id).update(verdict="returned", decided_at=clock.now())
    await tables.Obligation.all().update(state="returned")
    said = {"question": "policy", "verdict": "returned", "comment": "Which?", "changed_at": clock.now()}
    await tables.Mark.create(submission_id=last.id, **said)
    asked = {one["id"]: one for section in (await mine.read())["sections"] for one in section["questions"]}
    assert (asked["policy"]["came_back"], asked["rules"]["stands"]) == ("Which?", True)
    then = DECLARED | {"email": "boss@acme.example"}
    again = await mine.call("POST", "/submission", then, Idempotency_Key="k", If_Match='"then"')  # a queue repeats it
    assert (again.body["number"], await tables.Submission.all().count()) == (1, 1)
    for tag in (f'"{mine.version}"', "*"):  # other answers under the same key are not told that they have arrived
        said = await mine.call("POST", "/submission", then, Idempotency_Key="k", If_Match=tag)
        assert said.problem == "key-reused"
    same, other = {"value": asked["rules"]["answer"]["value"]}, {"value": "no", "comment": "-"}
    assert not (await mine.save({"rules": same})).body["saved"]
    assert (await mine.save({"rules": other})).codes == {"rules": "settled"}
    place = f"/files/rules/{asked['rules']['answer']['files'][0]['id']}"
    assert (await mine.call("DELETE", place)).problem == "file-refused"


BAD = {
    "deep": b'{"answers":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "nan": b'{"answers": {"handlers.count": {"value": NaN}}}',
    "infinite": b'{"answers": {"handlers.count": {"value": -Infinity}}}',
    "twice": b'{"answers": {"policy": {"value": "yes"}, "policy": {"value": "no"}}}',
    "half a sign": b'{"answers": {"incident.contact": {"value": "\\ud800"}}}',
    "half a name": b'{"answers": {"\\udfff": null}}',
    "no text": b'{"answers": "\xff"}',
    "endless number": b'{"answers": {"handlers.count": {"value": ' + b"9" * 5000 + b"}}}",
    "cut off": b'{"answers": {',
    "nothing": b"",
}  # fmt: skip
WRONG = {
    "no object": ([], ""),
    "a fraction": ({"answers": {"handlers.count": {"value": 1.5}}}, "handlers.count"),
    "truth": ({"answers": {"policy": {"value": True}}}, "policy"),
    "a table": ({"answers": {"policy": {"value": {"a": 1}}}}, "policy"),
    "a list of tables": ({"answers": {"certificate.held": {"value": [{}]}}}, "certificate.held"),
    "a file": ({"answers": {"policy": {"files": []}}}, "policy"),
    "too much": ({"answers": {f"q{n}": None for n in range(1001)}}, ""),
}
REFUSED = {
    "unknown": ({"nobody.asked": {"value": "yes"}}, "no-such-question"),
    "hidden": ({"sub.list": {"value": "Acme Logistics"}}, "not-asked"),
    "hidden by the same call": ({"sub.used": {"value": "none"}, "sub.list": {"value": "x"}}, "not-asked"),
    "a text for a number": ({"handlers.count": {"value": "12"}}, "wrong-type"),
    "a number for a text": ({"incident.contact": {"value": 12}}, "wrong-type"),
    "one for many": ({"certificate.held": {"value": "pmark"}}, "wrong-type"),
    "a number beyond all": ({"handlers.count": {"value": 10**15}}, "not-a-number"),
    "no choice": ({"certificate.held": {"value": ["pmark", "yes"]}}, "not-a-choice"),
    "too long": ({"incident.contact": {"value": "x" * 201}}, "too-long"),
    "a My Number": ({"policy": {"value": "no", "comment": f"{MY_NUMBER}"}}, "my-number"),
    "a My Number as a number": ({"handlers.count": {"value": int(MY_NUMBER)}}, "my-number"),
}


async def test_whatever_a_machine_sends_is_taken_whole_or_not_at_all(house):
    async with house.client() as client:
        mine = machine(house, client)
        await mine.read()
        tag = f'"{mine.version}"'
        for name, octets in BAD.items():
            assert (await mine.call("PATCH", "/answers", octets, If_Match=tag)).problem == "unreadable", name
        for name, (sent, question) in WRONG.items():
            said = await mine.call("PATCH", "/answers", sent, If_Match=tag)
            assert (said.problem, said.body["errors"][0]["question"]) == ("not-as-described", question), name
            assert len(said.body["errors"]) == 1, name
        for name, (answers, code) in REFUSED.items():
            said = await mine.save({"training": {"value": "yes"}} | answers)
            assert (said.problem, [*said.codes.values()]) == ("answers-refused", [code]), name
        many = {"answers": {"certificate.held": {"value": [1] * VALUES}}}
        assert (await mine.call("PATCH", "/answers", many, If_Match=tag)).problem == "too-large"
        huge = b'{"answers": {"policy": {"value": "' + b"x" * 10 * 1024 * 1024 + b'"}}}'
        assert (await mine.call("PATCH", "/answers", huge, If_Match=tag)).problem == "too-large"
        said = await mine.call("PATCH", "/answers", {"objections": {"policy": "no"}}, If_Match=tag)
        assert said.codes == {"policy": "nothing-seen"}
    assert not await tables.Answer.exists()
    assert not await tables.LedgerLine.filter(type="answer.saved").exists()


async def test_files_of_a_machine_pass_the_guards_of_the_form(house):
    async with house.client() as client:
        mine = machine(house, client)
        for name, octets, question, code in (
            ("", png(), "rules", "no-name"),
            (named("a.pdf"), png(), "rules", "disguised"),
            (named("a.exe"), b"MZ", "rules", "type-not-allowed"),
            (named("a.png"), b"", "rules", "empty"),
            (named(f"{MY_NUMBER}.png"), png(), "rules", "my-number"),
            (named("a.pdf"), pdf() + b" " * 1024 * 1024, "rules", "too-large"),
            (named("a.png"), png(), "handlers.count", "takes-no-file"),
        ):
            said = await mine.call("POST", f"/files/{question}", octets, Content_Disposition=name, **OCTETS)
            assert said.codes == {question: code}, name
        assert not await tables.Evidence.exists()
        once, twice = [
            await mine.call("POST", "/files/rules", png(), Content_Disposition=named("a.png"), **OCTETS) for _ in "12"
        ]
        assert once.body == twice.body
    assert await tables.Evidence.all().count() == 1


async def test_what_looks_have_proved_is_told_and_can_be_objected_to(house):
    await look(clock.now() - timedelta(hours=1), kind="tls", old_versions="refused")
    async with house.client() as client:
        mine = machine(house, client)
        asked = {one["id"]: one for section in (await mine.read())["sections"] for one in section["questions"]}
        assert asked["web.tls"]["proved"]["value"] == "yes"
        assert (await mine.save({}, objections={"web.tls": MY_NUMBER})).codes == {"web.tls": "my-number"}
        cut = MY_NUMBER[:6] + "\u202e\0" + MY_NUMBER[6:]
        assert (await mine.save({}, objections={"web.tls": cut})).codes == {"web.tls": "my-number"}
        assert (await mine.save({}, objections={"web.tls": "x" * 2001})).codes == {"web.tls": "string-too-long"}
        assert (await mine.save({}, objections={"web.tls": "Our old\0 host."})).status == 200
        asked = {one["id"]: one for section in (await mine.read())["sections"] for one in section["questions"]}
        assert asked["web.tls"]["proved"] is None
    plea = await tables.Plea.get()
    assert (plea.kind, plea.question, plea.text) == ("objection", "web.tls", "Our old host.")


async def test_two_machines_at_once_lose_nothing_and_hand_in_once(house):
    async with house.client() as client:
        one, other = machine(house, client), machine(house, client)
        await one.read()
        await other.read()
        said = await asyncio.gather(
            one.save({"policy": {"value": "yes"}}), other.save({"policy": {"value": "no", "comment": "since May"}})
        )
        assert sorted(each.status for each in said) == [200, 412]
        await answered((await tables.Obligation.get()).id)
        await tables.Answer.filter(question="policy").update(value={"value": "yes"})
        await one.read()
        tag = f'"{one.version}"'
        done = await asyncio.gather(
            *(
                each.call("POST", "/submission", DECLARED, If_Match=tag, Idempotency_Key="k")
                for each in (one, other, one)
            )
        )
        assert [each.status for each in done] == [201, 201, 201]
        assert done[0].body == done[1].body == done[2].body
    assert await tables.Submission.all().count() == 1


async def test_what_opens_nothing_is_one_problem_without_data_in_the_callers_language(house):
    async with house.client() as client:
        mine = machine(house, client, "privacy@acme.example")
        token, told = mine.token, set()
        expired = {"expires_at": clock.now() - timedelta(days=1)}
        for other in ("itk_x", token[:-1] + ("a" if token[-1] != "a" else "b"), "x" * 4000, token + "x"):
            mine.token = other
            told.add(json.dumps((await mine.call("GET")).body))
        mine.token = token
        for change in (expired, {"revoked_at": clock.now(), "expires_at": clock.now() + timedelta(days=1)}):
            await tables.Link.all().update(**change)
            for method, tail in (("GET", ""), ("GET", "/receipt"), ("PATCH", "/answers"), ("POST", "/submission")):
                told.add(json.dumps((await mine.call(method, tail)).body))
        assert len(told) == 1
        assert "urn:itaku:problem:unknown-link" in told.pop()
        assert (await mine.call("GET", Authorization="")).problem == "no-token"
        assert (await mine.call("GET", Authorization=f"Basic {token}")).problem == "no-token"
        mine.language = "fr, ja;q=0.5"
        assert "トークン" in (await mine.call("GET")).body["detail"]
        assert (await mine.call("GET", path="/api/v1/nothing")).problem == "no-such-address"
        assert (await mine.call("DELETE", path=API)).problem == "no-such-method"
        crossed = await mine.call("PATCH", "/answers", {}, Sec_Fetch_Site="cross-site")
        assert crossed.problem == "other-site"
        guesses = [await mine.call("GET", Authorization="Bearer itk_x") for _ in range(border.STRANGERS.amount)]
        assert (guesses[-1].problem, guesses[-1].headers["Retry-After"]) == ("too-often", "60")


async def test_a_certificate_of_deletion_is_handed_in_by_the_code_alone(house):
    await answered((await tables.Obligation.get()).id)
    await tables.Obligation.all().update(kind="deletion")
    async with house.client() as client:
        mine = machine(house, client)
        assert "certifies" in (await mine.read())["declaration"]["en"]
        step = await mine.hand_in()
        assert (step.status, step.problem) == (403, "step-up-required")
        assert (await tables.Obligation.get()).state == "open"
        await house.work()
        done = await mine.call("POST", "/submission/confirmation", {"code": house.code()}, Idempotency_Key="k")
        assert done.status == 201
    assert (await tables.Submission.get()).confirmed_by == "code"


async def test_the_calls_of_the_page_work_as_they_stand(house):
    """`docs/api.md`, line by line; what else is asked is answered before the last two."""
    lines = [line.replace("\\\n", " ") for block in blocks("api.md", "sh") for line in [block.text]]
    async with house.client() as client:
        mine = machine(house, client)
        for number, line in enumerate(lines):
            if number == len(lines) - 2:
                await answered((await tables.Obligation.get()).id)
            await mine.read()
            status, said = await _as_curl(mine, line)
            assert status == int(line.rpartition("#")[2]), said
    assert (await tables.Obligation.get()).state == "submitted"


async def _as_curl(mine, line):
    words = iter(
        shlex.split(
            line.replace("$API", API).replace("$TOKEN", mine.token).replace("$VERSION", mine.version), comments=True
        )
    )
    assert next(words) == "curl"
    call = {"method": "GET", "url": "", "headers": {}, "data": None}
    for word in words:
        if word == "-X":
            call["method"] = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            call["headers"][name] = value
        elif word in {"-d", "--data-binary"}:
            said = next(words)
            call["data"] = pdf() if said.startswith("@") else said.encode()
        else:
            call["url"] = word
    async with mine.client.request(call.pop("method"), call.pop("url"), **call) as response:
        return response.status, await response.text()
