"""What a party's own system does by the token of its link."""

from __future__ import annotations

from monitor import tables
from tests.evidence.evidence_corpus import png
from tests.journey.vendor import answered
from tests.web.machine import API, machine


def told(said):
    return (200 if said.status < 300 else said.status), str(said.body)


async def saves_by_machine(house, client):
    return told(await machine(house, client).save({"policy": {"value": "yes"}}))


async def _attached(house, client):
    name = "attachment; filename=a.png"
    mine = machine(house, client)
    return mine, await mine.call("POST", "/files/rules", png(), Content_Disposition=name)


async def attaches_by_machine(house, client):
    return told((await _attached(house, client))[1])


async def withdraws_by_machine(house, client):
    mine, said = await _attached(house, client)
    return told(await mine.call("DELETE", f"/files/rules/{said.body['file']['id']}"))


async def hands_in_by_machine(house, client):
    await answered((await tables.Obligation.get()).id)
    return told(await machine(house, client).hand_in())


async def _declared(house, client):
    await answered((await tables.Obligation.get()).id)
    mine = machine(house, client)
    await mine.hand_in(email="boss@acme.example")
    return mine


async def asks_for_a_code_by_machine(house, client):
    return told(await (await _declared(house, client)).call("POST", "/submission/code"))


async def confirms_by_machine(house, client):
    mine = await _declared(house, client)
    await house.work()
    code = {"code": house.code()}
    return told(await mine.call("POST", "/submission/confirmation", code, Idempotency_Key="k"))


MACHINE = [
    (f"{API}/answers", saves_by_machine, "answer.saved", "link/"),
    (f"{API}/files/{{question}}", attaches_by_machine, "evidence.stored", "link/"),
    (f"{API}/files/{{question}}/{{id}}", withdraws_by_machine, "evidence.withdrawn", "link/"),
    (f"{API}/submission", hands_in_by_machine, "obligation.submitted", "link/"),
    (f"{API}/submission/code", asks_for_a_code_by_machine, "link.code_asked", "link/"),
    (f"{API}/submission/confirmation", confirms_by_machine, "obligation.submitted", "link/"),
]
