"""A party's own system: calls the API by the token of its link, and holds every answer against the description."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.web.api.models import ProblemDetails
from monitor.web.api.operations import OPERATIONS
from monitor.web.problems import COMMON, MEDIA_TYPE, NAMES, PROBLEMS

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from tests.web.running import Running

API = "/api/v1/request"
DECLARED = {"name": "髙﨑 さつき", "role": "個人情報保護担当", "declared": True}


@dataclass
class Said:
    """An answer: its status, what it says, and by which name it is a problem."""

    status: int
    body: dict[str, Any]
    headers: Any

    @property
    def problem(self) -> str:
        return self.body.get("type", "").removeprefix(NAMES)

    @property
    def codes(self) -> dict[str, str]:
        """The mistakes by question, or else by field."""
        return {one["question"] or one["field"]: one["code"] for one in self.body.get("errors", ())}


@dataclass
class Machine:
    client: ClientSession
    token: str
    language: str = "en"
    version: str = ""
    met: set[tuple[str, str]] = field(default_factory=set)  #: calls with the problems that they have had

    async def call(self, method: str, tail: str = "", sent: Any = None, path: str = "", **headers: str) -> Said:
        """A call; `sent` is JSON, or octets as they are. Headers are written with `_` for `-`."""
        every = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language}
        every |= {"Content-Type": "application/json"} if sent is not None else {}
        every |= {name.replace("_", "-"): value for name, value in headers.items()}
        octets = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        data = None if sent is None else io.BytesIO(octets)
        place = path or API + tail
        kept = {name: value for name, value in every.items() if value}
        async with self.client.request(method, place, data=data, headers=kept) as response:
            said = Said(response.status, json.loads(await response.text()), response.headers)
        self._held_against_the_description(method, place.partition("?")[0], said)
        return said

    async def read(self) -> dict[str, Any]:
        said = await self.call("GET")
        assert said.status == 200, said
        self.version = said.body["version"]
        return said.body

    async def save(self, answers: Any, **more: Any) -> Said:
        if not self.version:
            await self.read()
        said = await self.call("PATCH", "/answers", {"answers": answers} | more, If_Match=f'"{self.version}"')
        self.version = said.body.get("version", self.version)
        return said

    async def hand_in(self, key: str = "k", **more: Any) -> Said:
        await self.read()
        return await self.call(
            "POST", "/submission", DECLARED | more, If_Match=f'"{self.version}"', Idempotency_Key=key
        )

    def _held_against_the_description(self, method: str, place: str, said: Said) -> None:
        found = next((one for one in OPERATIONS if one.method == method and _fits(one.template, place)), None)
        assert "Set-Cookie" not in said.headers
        assert "Access-Control-Allow-Origin" not in said.headers
        if said.status < 400:
            assert found is not None
            assert said.status == found.status
            assert found.gives.model_validate_json(json.dumps(said.body))
            return
        assert said.headers["Content-Type"].startswith(MEDIA_TYPE)
        ProblemDetails.model_validate(said.body, extra="forbid")
        name = said.problem
        assert said.status == said.body["status"]
        if found is not None and name not in COMMON:
            assert name in found.problems, (found.name, name)
            assert said.status == PROBLEMS[name].status
            self.met.add((found.name, name))


def _fits(template: str, place: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), place) is not None


def machine(house: Running, client: ClientSession, to: str = "privacy@acme.example") -> Machine:
    return Machine(client, house.link(to).rstrip("/").rpartition("/f/")[2].partition("/")[0])
