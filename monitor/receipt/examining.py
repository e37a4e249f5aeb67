"""Is this receipt what it was when it was handed out? Pure: a text, and perhaps keys to trust, give findings in words.

Every step recomputes something and says so, so that a reader sees what was proved and what was not. The signature
alone would tell that something was changed; the hashes of the parts tell what. The last step, whose key it is, needs
something from outside the file: a key that the reader got from the group's page. Without one, a file that somebody
made up and signed with a key of their own is sound in itself, and the verdict says that and no more. A ledger can
refute it, and cannot stand in for the key: its line holds hashes, and not the words around them.
"""

from __future__ import annotations

import enum
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.language import Message
from monitor.ledger import canonical
from monitor.receipt.document import KEYS, PARTS, VERSION, files_of
from monitor.receipt.signing import ALGORITHM, key_id, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

LONGEST = 8 * 1024 * 1024  #: characters; a questionnaire with all its answers is a hundredth of it
_NAMES: Mapping[str, Message] = {
    "issuer": Message("the company that asked"),
    "party": Message("the party that answered"),
    "engagement": Message("the work that it is about"),
    "request": Message("the request"),
    "answers": Message("the answers"),
    "files": Message("the list of files"),
    "declared": Message("who declared the answers"),
    "submission": Message("when it was submitted, and the hash of the answers"),
    "ledger": Message("the line of the ledger"),
}


class Verdict(enum.StrEnum):
    """What the whole comes to.

    `genuine`: unchanged, and signed by a key that the reader trusts. `sound`: unchanged since it was signed; whose key
    it was is still to be compared. `stranger`: unchanged, and signed by a key that is none of those trusted. `changed`:
    a step failed. `unreadable`: no whole receipt, so nothing could be recomputed.
    """

    GENUINE = "genuine"
    SOUND = "sound"
    STRANGER = "stranger"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


_SAID: Mapping[Verdict, str] = {
    Verdict.GENUINE: "This receipt is genuine: nothing in it was changed.",
    Verdict.SOUND: (
        "Nothing in this receipt was changed since it was signed. Now compare its public key with those on the group's "
        "verification page, or name one with --key: {key}"
    ),
    Verdict.STRANGER: "This receipt is not of the signer that it should be of. Ask whoever gave it to you.",
    Verdict.CHANGED: "This receipt was changed after it was issued. Do not rely on it; download it again.",
    Verdict.UNREADABLE: "This is no receipt that could be examined.",
}


@dataclass(frozen=True)
class Step:
    """One thing that was recomputed: its name for programs, whether it held, and the sentence."""

    name: str
    holds: bool
    says: Message


@dataclass
class Finding:
    """What an examination found. `receipt` is empty where nothing could be read."""

    verdict: Verdict
    steps: list[Step] = field(default_factory=list)
    receipt: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unrefuted(self) -> bool:
        """Whether nothing speaks against it. That is not yet genuine: a key may still have to be compared."""
        return self.verdict in {Verdict.GENUINE, Verdict.SOUND}

    @property
    def says(self) -> Message:
        """The verdict in a sentence."""
        return Message(_SAID[self.verdict], {"key": self.key})

    def held_against_ledger(self, *, there: bool) -> None:
        """Add whether a ledger has its line. One that has not refutes the receipt. One that has proves the hash of the
        answers, the parties and the instant, and nothing else: the wording of the questions, the names and the days
        are the signature's matter alone, so no ledger makes a receipt genuine whose key nobody trusts.
        """
        seq = {"seq": self.line.get("seq")}
        yes = Message("The ledger has this very line as its number {seq}.", seq)
        no = Message("The ledger does not have this line as its number {seq}.", seq)
        self.steps.append(Step("ledger.there", there, yes if there else no))
        if not there:
            self.verdict = Verdict.STRANGER

    @property
    def key(self) -> str:
        """The public key that the receipt names."""
        return str(self.receipt["signature"].get("public_key", "")) if self.receipt else ""

    @property
    def line(self) -> Mapping[str, Any]:
        """The line of the ledger that the receipt holds."""
        found: Mapping[str, Any] = self.receipt["ledger"]["line"] if self.receipt else {}
        return found


class _Unreadable(Exception):  # noqa: N818 - what the file is
    """Not a receipt that could be examined; the message says why."""

    def __init__(self, says: Message) -> None:
        super().__init__(says)
        self.says = says


def examine(text: str, trusted: Collection[str] = ()) -> Finding:
    """Recompute everything. `trusted`: public keys that the reader has from elsewhere, in hexadecimal digits."""
    try:
        receipt = _read(text)
    except _Unreadable as error:
        return Finding(Verdict.UNREADABLE, [Step("file", holds=False, says=error.says)])
    steps = [step for check in _CHECKS for step in check(receipt)]
    if not all(step.holds for step in steps):
        return Finding(Verdict.CHANGED, steps, receipt)
    if not trusted:
        return Finding(Verdict.SOUND, steps, receipt)
    known = receipt["signature"]["public_key"] in trusted
    steps.append(_trusted(receipt["signature"]["key"], known=known))
    return Finding(Verdict.GENUINE if known else Verdict.STRANGER, steps, receipt)


def _trusted(key: str, *, known: bool) -> Step:
    yes = Message("The signature was made with a key of those to be trusted ({key}).", {"key": key})
    no = Message("The signature was made with another key ({key}) than those to be trusted.", {"key": key})
    return Step("key", known, yes if known else no)


def _read(text: str) -> dict[str, Any]:
    """A receipt whose parts are of the kinds that the steps expect; their content is the steps' matter."""
    text = text.removeprefix("\ufeff").strip(" \t\r\n")
    if len(text) > LONGEST:
        raise _Unreadable(Message("The file is too long to be a receipt."))
    if not text.startswith("{"):
        raise _Unreadable(Message("This is no receipt: a receipt.json begins with a brace."))
    try:
        found = json.loads(text, object_pairs_hook=_no_doubles, parse_float=_no_float, parse_constant=_no_float)
        canonical(found).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise _Unreadable(_why(text)) from error
    if not isinstance(found, dict) or "receipt" not in found:
        raise _Unreadable(Message("This is no receipt: it has no number of its format."))
    if found["receipt"] != VERSION or isinstance(found["receipt"], bool):
        raise _Unreadable(Message("The format of this receipt is not known here. A newer release may know it."))
    return _shaped(found)


def _why(text: str) -> Message:
    if text.endswith("}"):
        return Message("The file cannot be read as a receipt: it was changed, and is no sound JSON any more.")
    return Message("The file ends in the middle: it was cut off. Download it again, whole.")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_float(text: str) -> Any:
    raise ValueError(text)


_SHAPES: Mapping[str, type] = dict.fromkeys(KEYS, dict) | {
    "receipt": int,
    "product": str,
    "answers": list,
    "files": list,
}


_WITHIN = (("ledger", "line"), ("issuer", "company"), ("issuer", "group"))


def _form(value: Any) -> bytes:
    """The canonical form of what stands in a receipt that was read. Reading has looked for what has no such form, once
    and everywhere; the steps write the same values out again and again, and need not look each time.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _hash(value: Any) -> str:
    return hashlib.sha256(_form(value)).hexdigest()


def _shaped(found: dict[str, Any]) -> dict[str, Any]:
    """Its keys, and the kinds of their values. What is missing is named, because it was taken out."""
    missing, added = sorted(_SHAPES.keys() - found.keys()), sorted(found.keys() - _SHAPES.keys())
    if missing or added:
        says = "Parts of the receipt are missing or were added: {which}."
        raise _Unreadable(Message(says, {"which": ", ".join([*missing, *added])[:200]}))
    wrong = [name for name, kind in _SHAPES.items() if not isinstance(found[name], kind)]
    wrong += [
        f"{name}.{inner}" for name, inner in _WITHIN if not wrong and not isinstance(found[name].get(inner), dict)
    ]
    if not wrong and not all(_answer(one) for one in found["answers"]):
        wrong.append("answers")
    if not wrong and not isinstance(found["ledger"]["line"].get("seq"), int):  # it is said again to the reader
        wrong.append("ledger.line.seq")
    if wrong:
        raise _Unreadable(Message("A part of the receipt is not of its form: {which}.", {"which": ", ".join(wrong)}))
    return found


def _answer(one: Any) -> bool:
    if not (isinstance(one, dict) and isinstance(one.get("answer"), dict)):
        return False
    if not (
        isinstance(one.get("id"), str) and one["id"].isascii()
    ):  # as a key of all answers it needs a place in order
        return False
    files = one["answer"].get("files", [])
    return isinstance(files, list) and all(
        isinstance(f, dict) and {"name", "sha256", "size"} <= f.keys() for f in files
    )


def _parts(receipt: Mapping[str, Any]) -> Iterator[Step]:
    for part in PARTS:
        holds = receipt["parts"].get(part) == _hash(receipt[part])
        yes = "Unchanged by its hash: {part}."
        no = "Changed, or its hash was: {part}."
        yield Step(f"part.{part}", holds, Message(yes if holds else no, {"part": _NAMES[part]}))


def _answers(receipt: Mapping[str, Any]) -> Iterator[Step]:
    wrong = [one["id"] for one in receipt["answers"] if one.get("sha256") != _hash(one["answer"])]
    count = len(receipt["answers"])
    yes = Message("Each of the {count} answers agrees with its hash.", {"count": count})
    no = Message("Answers that do not agree with their hash: {which}.", {"which": ", ".join(wrong)[:300]})
    yield Step("answers", not wrong, no if wrong else yes)
    if (listed := files_of(receipt["answers"])) != receipt["files"]:
        yield Step("files", holds=False, says=Message("The list of files is not that of the answers."))
    else:
        says = Message("The list of files ({count}) is that of the answers.", {"count": len(listed)})
        yield Step("files", holds=True, says=says)


def _submission(receipt: Mapping[str, Any]) -> Iterator[Step]:
    whole = {one["id"]: one["answer"] for one in receipt["answers"]}
    holds = len(whole) == len(receipt["answers"]) and receipt["submission"].get("sha256") == _hash(whole)
    yes = Message("All answers together have the hash under which they were submitted.")
    no = Message("All answers together have another hash than the one under which they were submitted.")
    yield Step("submission", holds, yes if holds else no)


def _ledger(receipt: Mapping[str, Any]) -> Iterator[Step]:
    line = receipt["ledger"]["line"]
    holds = line.get("hash") == _hash({name: value for name, value in line.items() if name != "hash"})
    yes = Message("The line {seq} of the ledger agrees with its hash.", {"seq": line.get("seq")})
    no = Message("The line {seq} of the ledger does not agree with its hash.", {"seq": line.get("seq")})
    yield Step("ledger", holds, yes if holds else no)
    tells = _same_story(receipt, line)
    yes = Message("The ledger tells of this very submission, at the same instant and under the same hash.")
    no = Message("The line of the ledger is about something else than this submission.")
    yield Step("ledger.story", tells, yes if tells else no)


def _same_story(receipt: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    data: Mapping[str, Any] = line["data"] if isinstance(line.get("data"), dict) else {}
    submission = receipt["submission"]
    return (
        line.get("type") == "obligation.submitted"
        and line.get("at") == submission.get("at")
        and (data.get("submission"), data.get("sha256")) == (submission.get("id"), submission.get("sha256"))
        and (data.get("party"), data.get("engagement"))
        == (receipt["party"].get("key"), receipt["engagement"].get("key"))
        and line.get("company") == receipt["issuer"]["company"].get("key")
    )


def _signature(receipt: Mapping[str, Any]) -> Iterator[Step]:
    said = receipt["signature"]
    rest = _form({name: value for name, value in receipt.items() if name != "signature"})
    shaped = said.keys() == {"algorithm", "key", "public_key", "value"} and said["algorithm"] == ALGORITHM
    holds = shaped and signed(rest, said["public_key"], said["value"]) and said["key"] == key_id(said["public_key"])
    yes = Message(
        "The signature holds: nothing was changed since it was made, with the key {key}.", {"key": said.get("key")}
    )
    no = Message("The signature does not hold: something in this file was changed after it was signed.")
    yield Step("signature", holds, yes if holds else no)


_CHECKS: tuple[Callable[[Mapping[str, Any]], Iterator[Step]], ...] = (
    _parts,
    _answers,
    _submission,
    _ledger,
    _signature,
)
