"""What stands in which column of which sheet. Both ways, and the sheet that explains, follow this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from monitor.questionnaire.model import PlaceKind, QuestionType, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["text", "number", "flag", "list", "day", "condition"]


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is the key in TOML, its steps joined by dots; `one_of` makes a drop-down; `note` explains."""

    key: str
    ja: str
    en: str
    width: int = 14
    kind: Kind = "text"
    one_of: tuple[str, ...] = ()
    note_ja: str = ""
    note_en: str = ""

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(self.key.split("."))


def _both(key: str, ja: str, en: str, width: int = 40, *, note_ja: str = "", note_en: str = "") -> Iterable[Column]:
    """A text in both languages is two columns."""
    yield Column(f"{key}.ja", f"{ja}（日本語）", f"{en} (Japanese)", width, note_ja=note_ja, note_en=note_en)
    yield Column(f"{key}.en", f"{ja}（英語）", f"{en} (English)", width)


def _finding(weak_ja: str, weak_en: str) -> Iterable[Column]:
    yield from _both("finding.name", "指摘事項", "Finding", 30, note_ja=weak_ja, note_en=weak_en)
    yield Column("finding.severity", "重大さ", "Severity", 10, one_of=get_args(Severity))
    yield from _both("finding.advice", "改善の助言", "Advice")
    yield Column("finding.days", "改善までの日数", "Days to put it right", 10, "number")


HEAD = (
    Column("id", "ID", "Id", note_ja="英小文字、数字、. と - だけ。", note_en="Small letters, digits, . and - only."),
    Column(
        "version", "版", "Version", kind="number", note_ja="直すたびに上げます。", note_en="Raise it when you edit."
    ),
    Column("minutes", "所要時間（分）", "Minutes it takes", kind="number"),
    Column("licence", "文言の利用条件", "Licence of the wording"),
    Column("source", "文言の出典", "Source of the wording"),
    *_both("title", "表題", "Title"),
    *_both("intro", "前書き", "Introduction"),
)
SECTIONS = (
    Column("id", "区分のID", "Id of the section", 22),
    *_both("title", "見出し", "Heading"),
    *_both("intro", "説明", "Introduction"),
    Column(
        "per",
        "保管場所ごと",
        "Once for each place",
        one_of=("place",),
        note_ja="place とすると、台帳の保管場所ごとに尋ねます。見出しの {place} は場所の名称になります。",
        note_en="With place it is asked for each place of the registry; {place} in the heading becomes its name.",
    ),
)
QUESTIONS = (
    Column("section", "区分のID", "Id of the section", 22),
    Column(
        "id",
        "設問のID",
        "Id of the question",
        26,
        note_ja="前回の回答と結び付ける印です。文言を直しても変えず、意味が変わるときは新しくします。",
        note_en="Ties it to last time's answer: keep it when you reword, give a new meaning a new one.",
    ),
    Column(
        "type",
        "回答の形式",
        "Type",
        12,
        one_of=tuple(QuestionType),
        note_ja="yes_no はい・いいえ／choice 一つ選択／choices 複数選択／text 1行／long_text 文章／"
        "number 整数／date 日付／file 資料／statement 確認",
        note_en="yes_no, choice (one), choices (several), text (a line), long_text, number (whole), date, file, "
        "statement (ticked to declare it)",
    ),
    *_both("text", "設問", "Question", 50),
    *_both("help", "補足・例", "Help", 40),
    *_both("reference", "根拠", "Reference", 30),
    Column("item", "ガイドラインの項番", "Item of the guideline", 12),
    Column("required", "必須", "Required", 8, "flag"),
    Column("na_allowed", "該当なしを許す", "May be not applicable", 8, "flag"),
    Column("comment", "コメント欄", "Room for a comment", 8, "flag"),
    Column(
        "weight",
        "重み",
        "Weight",
        8,
        "number",
        note_ja="0から10。0は評点に入りません。",
        note_en="0 to 10; 0 is left out of the score.",
    ),
    Column(
        "when",
        "表示する条件",
        "Asked when",
        36,
        "condition",
        note_ja="例：sub.used = approved | unapproved。組合せは all(a = yes; b = no)、any(…)、not(…)。"
        "前の設問だけを使えます。",
        note_en="For example: sub.used = approved | unapproved; combined by all(a = yes; b = no), any(…), not(…). "
        "Earlier questions only.",
    ),
    Column(
        "good", "望ましい回答", "Good answer", 8, one_of=("yes", "no"), note_ja="yes_no だけ。", note_en="Of yes_no."
    ),
    *_finding("yes_no で望ましくない回答のとき。", "For the other answer to yes_no."),
    *_both("evidence.what", "求める資料", "Evidence", 30),
    Column("evidence.required", "資料は必須", "Evidence is required", 8, "flag"),
    Column("evidence.valid_months", "資料の有効月数", "Evidence holds for (months)", 10, "number"),
    Column("evidence.on", "資料を求める回答", "Answers that want it", 20, "list"),
    *_both("unit", "単位", "Unit", 10),
    Column("minimum", "最小", "Minimum", 10, "number"),
    Column("maximum", "最大", "Maximum", 10, "number"),
    Column("earliest", "最も早い日", "Earliest day", 12, "day", note_ja="日付か today。", note_en="A date, or today."),
    Column("latest", "最も遅い日", "Latest day", 12, "day"),
    Column("max_length", "文字数の上限", "Longest text", 10, "number"),
)
CHOICES = (
    Column("question", "設問のID", "Id of the question", 26),
    Column("id", "選択肢のID", "Id of the choice", 16),
    *_both("text", "選択肢", "Choice", 50),
    Column("points", "点", "Points", 8, "number", note_ja="0から100。", note_en="0 to 100."),
    *_finding("この選択肢が弱い回答のとき。", "Where this answer is weak."),
    Column(
        "exclusive",
        "単独",
        "Excludes the others",
        8,
        "flag",
        note_ja="choices の「いずれもない」など。",
        note_en="“None of these” in choices.",
    ),
    Column("explain", "コメント必須", "Needs a comment", 8, "flag"),
    *_both("ask", "コメントで尋ねること", "What the comment is asked for", 30),
    Column("kinds", "保管場所の種類", "Kinds of place", 20, "list", note_ja=", ".join(get_args(PlaceKind))),
)
SHEETS: dict[str, tuple[Column, ...]] = {
    "区分 Sections": SECTIONS,
    "設問 Questions": QUESTIONS,
    "選択肢 Choices": CHOICES,
}
GUIDE, FORM = "説明 Guide", "調査票 Form"
YES, NO = "はい yes", "いいえ no"
