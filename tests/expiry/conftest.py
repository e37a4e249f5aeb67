"""A database of the test's own, a registry that changes, and the stages run by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from stage import engagement, instant, last_accepted, registry

from monitor import expiry, ledger, plugins, tables
from monitor.outbox.compose import compose
from monitor.outbox.deliver import deliver
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.simulation.world import Recorder
from notifiers.contract import Temporary


class Post(Recorder):
    """The simulation's post, which may be away."""

    away = False

    async def send(self, letter: Any) -> Any:
        if self.away:
            raise Temporary("away")
        return await super().send(letter)


@dataclass
class Desk:
    """One party with certificates, and what is told of them."""

    folder: Any
    post: Post

    async def declare(self, at: str, toml: str, *, prune: bool = False) -> None:
        file = self.folder / "registry.toml"
        file.write_text(toml, encoding="utf-8")
        await apply(read([file], plugins.known()), instant(at), {}, prune=prune)

    async def warn(self, at: str) -> None:
        while await expiry.warn(instant(at)):
            pass

    async def send(self, at: str) -> list[tuple[str, str]]:
        """Send what is due; rung and date of the warnings that went, with who got them."""
        while await compose(instant(at)) + await deliver(instant(at), self.post, self.post):
            pass
        lines = [line for told in self.post.lines.values() for line in told] if not self.post.away else []
        self.post.lines.clear()
        return sorted((line["rung"], line["due_on"], line["to"][0]) for line in lines if line["notice"] == "rung")

    async def live(self, at: str) -> list[tuple[str, str]]:
        await self.warn(at)
        return await self.send(at)

    async def again_at(self) -> Any:
        return (await tables.Party.get(key="acme")).warn_at

    async def warned(self) -> list[dict[str, Any]]:
        return [line async for line in ledger.lines() if line["type"] == "certificate.warned"]

    async def states(self) -> list[tuple[str, str, str]]:
        rows = await tables.Notice.filter(certificate_id__isnull=False).order_by("key")
        return sorted((row.side, str(row.data.get("rung", row.kind)), row.state) for row in rows)


@pytest.fixture
async def desk(store, tmp_path):
    return Desk(tmp_path, Post())


def party(*certificates: tuple[str, str, str]) -> str:
    held = "".join(
        f'  [[party.certificate]]\n  kind = "{kind}"\n  number = "{number}"\n  expires_on = {day}\n'
        for kind, number, day in certificates
    )
    return f'[[party]]\nkey = "acme"\nname = "Acme"\ncontacts = ["privacy@acme.example"]\n{held}'


def known(*certificates: tuple[str, str, str], **fields: Any) -> str:
    held = certificates or (("PMARK", "10000000(01)", "2026-11-30"),)
    return registry(engagement(attestation=last_accepted("2026-08-01"), **fields), parties=party(*held))


@pytest.fixture
def registered():
    return known
