"""What stands in a receipt. Pure: the same matter signed with the same key is the same file to the last octet.

So it can be downloaded twice and compared, and nothing of it has to be kept: what it is made of is kept anyway.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.language import LANGUAGES, Message
from monitor.ledger import canonical
from monitor.questionnaire import thaw_answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monitor.questionnaire import Answer, Question, Questionnaire
    from monitor.receipt.signing import Signing

VERSION = 1
CONTENT_TYPE, FILE_NAME = "application/json", "receipt.json"
#: The parts that are hashed one by one, so that an examiner can say which of them was changed.
PARTS = ("issuer", "party", "engagement", "request", "answers", "files", "declared", "submission", "ledger")
KEYS = ("receipt", "product", *PARTS, "parts", "how_to_check", "signature")
STEPS = (
    Message("Each hash is the SHA-256, in lower-case hexadecimal, of a value in canonical JSON (RFC 8785, UTF-8)."),
    Message("Hash the value of each part that is named in parts, and compare."),
    Message("Hash the answer of each entry of answers, and compare with its sha256."),
    Message("Make one object of all answers (id to answer), hash it, and compare with submission.sha256."),
    Message("Hash ledger.line without its hash, and compare with that; its data.sha256 is that of the submission."),
    Message("Leave out signature, and verify its value over the canonical form of the rest (Ed25519, public_key)."),
    Message("Compare public_key with the keys published on the page that issuer.verify names."),
)


def hashed(value: Any) -> str:
    """The SHA-256 of a value in canonical form."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


@dataclass(frozen=True)
class Matter:
    """What a receipt is about, as the rows have it. `line`: the ledger's line of the submission."""

    product: str
    issuer: Mapping[str, Any]
    party: Mapping[str, Any]
    engagement: Mapping[str, Any]
    request: Mapping[str, Any]
    questionnaire: Questionnaire
    answers: str  #: as they were frozen
    sha256: str
    submission: int
    name: str
    title: str
    line: Mapping[str, Any]


def compose(matter: Matter, signing: Signing) -> str:
    """The receipt: canonical JSON, one line, without an end of line."""
    answers = _answers(matter)
    body: dict[str, Any] = {
        "receipt": VERSION,
        "product": matter.product,
        "issuer": dict(matter.issuer),
        "party": dict(matter.party),
        "engagement": dict(matter.engagement),
        "request": dict(matter.request),
        "answers": answers,
        "files": files_of(answers),
        "declared": {"name": matter.name, "title": matter.title},
        "submission": {"id": matter.submission, "at": matter.line["at"], "sha256": matter.sha256},
        "ledger": {"line": dict(matter.line)},
        "how_to_check": {language: [step.in_(language) for step in STEPS] for language in LANGUAGES},
    }
    body["parts"] = {part: hashed(body[part]) for part in PARTS}
    body["signature"] = signing.sign(canonical(body).encode())
    return canonical(body)


def fingerprint(text: str) -> str:
    """The hash of the file as it is handed out, by which two copies can be compared at a glance."""
    return hashlib.sha256(text.encode()).hexdigest()


def _answers(matter: Matter) -> list[dict[str, Any]]:
    """Each answer with its question: a list of ids would tell nobody anything in five years' time."""
    given, asked = thaw_answers(matter.answers), {one.id: one for one in matter.questionnaire.questions}
    plain = {name: answer.model_dump(mode="json", exclude_none=True) for name, answer in given.items()}
    order = [*(name for name in asked if name in given), *(name for name in given if name not in asked)]
    return [
        {"id": name, "answer": plain[name], "sha256": hashed(plain[name]), **_worded(asked.get(name), given[name])}
        for name in order
    ]


def _worded(question: Question | None, answer: Answer) -> dict[str, Any]:
    if question is None:
        return {}
    chosen = [choice.text.model_dump() for choice in question.choices if choice.id in answer.chosen]
    return {"question": question.text.model_dump()} | ({"chosen": chosen} if chosen else {})


def files_of(answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The files of all answers: name, hash and size, with the question that each belongs to."""
    return [
        {"question": one["id"], "name": file["name"], "sha256": file["sha256"], "size": file["size"]}
        for one in answers
        for file in one["answer"].get("files", ())
    ]
