"""What the parties of the sample answer: what a careful one would write by question, and what the registry knows of it.

Nobody is invented: those who answer are departments and posts, and a certificate is one that the registry has.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitor.obligations.drafts import new_file
from monitor.questionnaire import Answer, QuestionType

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import date

    from monitor.evidence import EvidenceStore
    from monitor.questionnaire import Question
    from monitor.registry.format import Party

COPY = "certificate.copy"
SAMPLE = "登録証の写し.txt"
HELD = "certificate.held"
UNTIL = "certificate.until"
#: What the questionnaire calls the certificates of the registry.
CERTIFICATES: Mapping[str, str] = {
    "PMARK": "pmark",
    "ISO27001": "iso27001",
    "ISO27701": "iso27701",
    "SOC2": "soc2",
    "PCI": "pcidss",
}
#: By the last part of a question's id.
WORDS: Mapping[str, str] = {
    "all": "日本のみ",
    "places": "日本のみ",
    "manager": "個人情報保護管理者（総務部長）、総務部 代表電話",
    "contact": "情報セキュリティ担当（総務部）、代表電話、本依頼を受け取ったメールアドレス",
    "department": "情報システム部（責任者：情報システム部長）",
    "witness": "総務部 個人情報保護担当",
    "what": "業務のためにお預かりした個人データ一式",
    "tool": "ストレージ標準の消去機能",
    "quantity": "お預かりした全件",
    "serial": "資産管理台帳の番号による（1台）",
    "done-by": "情報システム部 運用担当",
    "verified-by": "情報システム部長が、消去後の一覧と検索結果で確認しました。",
    "returned-to": "ご依頼元の会社の担当部署",
    "returned-count": "お預かりした全件",
    "scope": "氏名、住所、メールアドレスを、発送と問い合わせへの対応のために取り扱います。",
    "items": "氏名、住所、メールアドレス",
    "work": "繁忙期の入力作業の一部を任せるためです。",
    "address": "日本国内",
}
USUAL = "社内規程に基づき、担当部署が管理しています。"


def plausible(question: Question, party: Party, today: date) -> Answer:  # noqa: PLR0911 - one for each type
    """What a careful party would answer."""
    if question.id == HELD:
        return Answer(value=_held(question, party, today))
    match question.type:
        case QuestionType.YES_NO:
            return Answer(value="yes")
        case QuestionType.STATEMENT:
            return Answer(value="agreed")
        case QuestionType.NUMBER:
            return Answer(value=max(question.minimum or 0, 12))
        case QuestionType.DATE:
            return Answer(value=_day(question, party, today).isoformat())
        case QuestionType.CHOICE:
            return Answer(value=question.choices[0].id)
        case QuestionType.CHOICES:
            return Answer(value=(question.choices[0].id,))
        case QuestionType.FILE:
            return Answer(
                not_applicable=question.na_allowed, reason="窓口で提示済みです" if question.na_allowed else ""
            )
        case _:
            return Answer(value=WORDS.get(question.id.rpartition(".")[2], USUAL) if question.required else None)


def _held(question: Question, party: Party, today: date) -> tuple[str, ...]:
    valid = {CERTIFICATES.get(one.kind, "") for one in party.certificate if one.expires_on >= today}
    return tuple(choice.id for choice in question.choices if choice.id in valid) or ("none",)


def _day(question: Question, party: Party, today: date) -> date:
    valid = [one.expires_on for one in party.certificate if one.kind in CERTIFICATES and one.expires_on >= today]
    return min(valid) if question.id == UNTIL and valid else today - timedelta(days=3)


async def copy_of_certificate(party: Party, store: EvidenceStore, limit: int) -> Answer:
    """The file that shows which certificate it is and until when, of those that the registry has."""
    lines = [f"{one.kind} {one.number or ''} 有効期限 {one.expires_on}" for one in party.certificate]
    octets = ("見本データ：登録証の写し\n" + "\n".join(lines) + "\n").encode()

    async def once() -> AsyncIterator[bytes]:
        yield octets

    stored = await store.take(once(), SAMPLE, limit)
    return Answer(files=(new_file(stored.name, stored.sha256, stored.size),))
