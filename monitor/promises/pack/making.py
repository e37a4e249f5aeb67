"""An evidence pack, put together: registry, ledger of trustees, registers, receipts, files, lines, reasons, recipe."""

from __future__ import annotations

import json
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor import __version__, ledger, tables
from monitor.assets import TEMPLATES
from monitor.promises.pack.archive import Archive
from monitor.promises.pack.lines import Chosen
from monitor.promises.pack.proofs import Proofs
from monitor.promises.pack.registers import REGISTERS, rows
from monitor.promises.trustees.making import about, make
from monitor.registry.export import export
from monitor.rendering import environment
from monitor.reviewing.export import lines as reviews

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from monitor.evidence import EvidenceStore
    from monitor.promises.trustees.choosing import Choice
    from monitor.receipt import Signing
    from monitor.registry.roster import Roster

_AT_ONCE = 500


@dataclass(frozen=True)
class Tools:
    """`verify`: the page that tells genuine receipts; `signing`: the keys that sign them."""

    store: EvidenceStore
    signing: Signing
    verify: str


@dataclass(frozen=True)
class Asked:
    """What is wanted, as of which day, in which language."""

    choice: Choice
    present: Roster
    today: date
    language: str


@dataclass(frozen=True)
class Made:
    """How many of what; `troubles`: what does not hold, each as a token with what it is of."""

    counts: dict[str, int]
    troubles: list[tuple[str, str]]


async def pack(path: Path, asked: Asked, tools: Tools) -> Made:
    """Write a pack. Raises `Broken` where the ledger does not hold: then nothing in it would be proved."""
    with path.open("wb") as file, closing(Archive(file, "pack")) as archive:
        made = await _fill(archive, asked, tools)
        archive.seal()
    return made


async def _fill(archive: Archive, asked: Asked, tools: Tools) -> Made:
    """Work goes on meanwhile. Rows come before the ledger, so that it has the line of each; what was handed in comes
    after, as far as the lines tell of it.
    """
    counts: dict[str, int] = {}
    archive.add("registry.toml", await export(asked.choice.company, asked.choice.party))
    await _workbook(archive, asked)
    for name, register in REGISTERS.items():
        found = rows(register, asked.choice, asked.present.calendar)
        counts[f"registers/{name}.jsonl"] = await _pour(archive, f"registers/{name}.jsonl", found)
    counts["reviews.jsonl"] = await _pour(archive, "reviews.jsonl", _reviews(asked))
    chosen = Chosen(asked.choice, asked.present.calendar)
    await chosen.prepare()
    counts["ledger.jsonl"] = await _pour(archive, "ledger.jsonl", _canonical(chosen))
    proofs = Proofs(archive, chosen, asked.present, tools.signing, tools.store, tools.verify)
    counts["receipts"], counts["files"] = await proofs.receipts(), await proofs.files()
    counts["reasons.jsonl"] = await _pour(archive, "reasons.jsonl", _reasons(sorted(chosen.hashes)))
    counts["people.jsonl"] = await _pour(archive, "people.jsonl", _people(sorted(chosen.people)))
    archive.add(
        "missing.jsonl", "".join(json.dumps({"state": one, "file": name}) + "\n" for one, name in proofs.troubles)
    )
    head = f"{chosen.verifier.seq}:{chosen.verifier.prev}"
    archive.add("head.txt", f"{head}\n")
    archive.add("verify.py", (TEMPLATES / "pack" / "verify.py").read_bytes())
    archive.add("README.txt", await _readme(asked, counts, head, tools))
    return Made(counts, proofs.troubles)


async def _pour(archive: Archive, name: str, lines: AsyncIterator[str]) -> int:
    count = 0
    with archive.part(name) as part:
        async for line in lines:
            part.write(line.encode())
            count += 1
    return count


async def _canonical(chosen: Chosen) -> AsyncIterator[str]:
    async for line in chosen.lines():
        yield ledger.canonical(line) + "\n"


async def _workbook(archive: Archive, asked: Asked) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trustees.xlsx"
        await make(file, asked.choice, asked.present, asked.today, asked.language)
        archive.take("trustees.xlsx", file)


async def _reviews(asked: Asked) -> AsyncIterator[str]:
    async for line in reviews(asked.choice.company, asked.choice.party):
        if asked.choice.took_place(asked.present.calendar.day_of(_instant(line["submitted_at"]))):
            yield json.dumps(line, ensure_ascii=False) + "\n"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def _reasons(hashes: list[str]) -> AsyncIterator[str]:
    """Why people decided so, each under the hash that the ledger has."""
    for begun in range(0, len(hashes), _AT_ONCE):
        found = tables.Reason.filter(sha256__in=hashes[begun : begun + _AT_ONCE]).order_by("sha256")
        async for one in found:
            yield json.dumps({"sha256": one.sha256, "text": one.text}, ensure_ascii=False) + "\n"


async def _people(ids: list[int]) -> AsyncIterator[str]:
    """Whom the ledger knows by number, as far as they have not been erased."""
    for begun in range(0, len(ids), _AT_ONCE):
        found = tables.Person.filter(id__in=ids[begun : begun + _AT_ONCE]).order_by("id")
        async for one in found:
            told = {"id": f"person/{one.id}", "name": one.name, "title": one.title, "email": one.email}
            yield json.dumps(told, ensure_ascii=False) + "\n"


async def _readme(asked: Asked, counts: dict[str, int], head: str, tools: Tools) -> str:
    terms = [
        (term.in_(asked.language), value) for term, value in await about(asked.choice, asked.present, asked.language)
    ]
    values: dict[str, Any] = {
        "terms": terms, "today": asked.today, "head": head, "counts": counts, "version": __version__,
        "verify": tools.verify, "keys": tools.signing.publics, "registers": list(REGISTERS),
    }  # fmt: skip
    return environment(asked.language, html=False).get_template("pack/readme.txt").render(values) + "\n"
