"""A questionnaire of 200 questions of all kinds, and answers to it as a browser would send them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.questionnaire.loading import from_data

if TYPE_CHECKING:
    from monitor.questionnaire import Questionnaire

SECTIONS, EACH = 10, 20
_KINDS = ("yes_no", "choice", "long_text", "text", "number", "date", "choices", "yes_no", "yes_no", "long_text")
_TEXT = "The work is done by our own staff in Tokyo, under the rules that we were shown."


def large() -> Questionnaire:
    return from_data(
        {
            "id": "large",
            "version": 1,
            "minutes": 90,
            "licence": "Apache-2.0",
            "source": "Made for measuring",
            "title": {"ja": "個人データの取扱いに関する確認書", "en": "Handling of personal data"},
            "intro": {"ja": "安全管理措置についてお伺いします。", "en": "About your security control."},
            "sections": [_section(number) for number in range(SECTIONS)],
        }
    )


def _section(number: int) -> dict[str, object]:
    return {
        "id": f"part-{number}",
        "title": {"ja": f"第{number + 1}部 組織的安全管理措置", "en": f"Part {number + 1}"},
        "questions": [_question(number, place) for place in range(EACH)],
    }


def _question(section: int, place: int) -> dict[str, object]:
    kind = _kind(place)
    found: dict[str, object] = {
        "id": f"q{section}.{place}",
        "type": kind,
        "text": {
            "ja": f"取扱規程の第{place + 1}条を定期的に点検していますか。",
            "en": f"Do you review rule {place + 1}?",
        },
        "help": {"ja": "直近一年間の状況をお答えください。", "en": "Think of the last twelve months."},
        "reference": {"ja": "個人情報保護法第25条", "en": "APPI Art. 25"},
    }
    if kind in {"choice", "choices"}:
        found["choices"] = [{"id": f"c{n}", "text": {"ja": f"選択肢{n}", "en": f"Choice {n}"}} for n in range(5)]
    if kind == "yes_no":
        weak = {"ja": "点検の不足", "en": "No review"}
        found["finding"] = {"name": weak, "severity": "medium", "advice": weak, "days": 60}
    if kind == "yes_no" and place == 0:
        found["evidence"] = {"what": {"ja": "点検の記録", "en": "Records of reviews"}}
    return found


def _kind(place: int) -> str:
    return _KINDS[place % len(_KINDS)]


def answers(section: int) -> dict[str, str]:
    """The fields of one part, all answered."""
    fields: dict[str, str] = {}
    for place in range(EACH):
        name = f"q{section}.{place}"
        fields |= _fields(name, _kind(place))
    return fields


def _fields(name: str, kind: str) -> dict[str, str]:
    match kind:
        case "yes_no":
            return {name: "yes", f"{name}_comment": "Chapter 4 of our handbook."}
        case "choice" | "choices":
            return {name: "c1"}
        case "number":
            return {name: "12"}
        case "date":
            return {f"{name}_year": "2026", f"{name}_month": "4", f"{name}_day": "1"}
        case _:
            return {name: _TEXT}
