"""A receipt made by hand: a questionnaire of ours, some answers with a file, and a line of a ledger that tells of it."""

from __future__ import annotations

from functools import cache

from monitor.ledger import GENESIS, digest
from monitor.plugins import shelf
from monitor.questionnaire import Answer, freeze, freeze_answers
from monitor.questionnaire.answers import EvidenceFile
from monitor.receipt import Matter, Signing, compose

OLD, NEW = Signing([b"o" * 32]), Signing([b"n" * 32, b"o" * 32])
FILE = EvidenceFile(id="f1", name="規程 改訂版.pdf", sha256="ab" * 32, size=12345)


@cache
def asked():
    return shelf()["appi-gl10"]


def answers():
    given = {}
    for question in asked().questions:
        value = {"yes_no": "yes", "number": 0, "date": "2026-12-31", "statement": "agreed"}.get(question.type.value, "")
        value = value or (question.choices[0].id if question.choices else "髙﨑〜𠮷")
        given[question.id] = Answer(value=value, comment="備考: “引用”\n改行")
    first = asked().questions[0].id
    given[first] = given[first].model_copy(update={"files": (FILE,)})
    return given


@cache
def matter() -> Matter:
    frozen, request = freeze_answers(asked(), answers()), freeze(asked())
    line = {
        "seq": 7, "at": "2026-11-22T03:04:05.000006Z", "type": "obligation.submitted", "actor": "link/ab", "company": "impress",
        "subject": "obligation/1", "prev": GENESIS,
        "data": {"engagement": "dm", "party": "acme", "submission": 3, "sha256": frozen.sha256, "late": False},
    }  # fmt: skip
    return Matter(
        product="itaku 0.1.0",
        issuer={"group": {"name": "Group"}, "company": {"key": "impress", "name": "Impress"}, "verify": "https://x.example/verify"},
        party={"key": "acme", "name": "Acme"},
        engagement={"key": "dm", "kind": "trustee", "title": "DM印刷"},
        request={"reference": "ITK-000001", "kind": "attestation", "due_on": "2026-12-31", "sha256": request.sha256},
        questionnaire=asked(),
        answers=frozen.text,
        sha256=frozen.sha256,
        submission=3,
        name="月見坂",
        title="情報管理部",
        line=line | {"hash": digest(line)},
    )  # fmt: skip


def receipt(signing: Signing = OLD) -> str:
    return compose(matter(), signing)
