"""What is wrong with an answer, said to the person who gave it, together with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from monitor.questionnaire.model import Question, QuestionType
from monitor.questionnaire.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Field = Literal["value", "not_applicable", "reason", "comment", "files"]


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is stable, for tests and callers; `field` is the part of the answer to look at."""

    code: str
    field: Field
    message: Text


def problem(code: str, field: Field = "value", **facts: object) -> Problem:
    """The problem of that code. `facts` fill the house's own sentences and are never read as sentences themselves."""
    said = MESSAGES[code]
    return Problem(code, field, Text(ja=said.ja.format(**facts), en=said.en.format(**facts)))


def both(code: str, field: Field, ja: Mapping[str, object], en: Mapping[str, object]) -> Problem:
    """As `problem`, where the facts themselves differ by language."""
    said = MESSAGES[code]
    return Problem(code, field, Text(ja=said.ja.format(**ja), en=said.en.format(**en)))


def unanswered(question: Question) -> Problem:
    """What a required question still wants, told in the manner of its type."""
    said = UNANSWERED[question.type]
    if question.na_allowed:
        said = Text(ja=said.ja + NOT_APPLICABLE.ja, en=f"{said.en} {NOT_APPLICABLE.en}")
    return Problem("unanswered", "files" if question.type is QuestionType.FILE else "value", said)


NOT_APPLICABLE = Text(
    ja="該当しない場合は「該当なし」を選び、その理由をご記入ください。",
    en="If it does not apply to you, choose “not applicable” and say why.",
)

UNANSWERED: Mapping[QuestionType, Text] = {
    QuestionType.YES_NO: Text(ja="「はい」または「いいえ」をお選びください。", en="Choose yes or no."),
    QuestionType.CHOICE: Text(ja="当てはまるものを一つお選びください。", en="Choose the one that fits."),
    QuestionType.CHOICES: Text(ja="当てはまるものをすべてお選びください。", en="Choose all that apply, at least one."),
    QuestionType.TEXT: Text(ja="ご回答をご記入ください。", en="Write your answer."),
    QuestionType.LONG_TEXT: Text(ja="ご回答をご記入ください。", en="Write your answer."),
    QuestionType.NUMBER: Text(
        ja="数字でご記入ください（例：12）。一つもない場合は「0」とご記入ください。",
        en="Write a number, for example 12. If there are none, write 0.",
    ),
    QuestionType.DATE: Text(
        ja="年・月・日をそれぞれ数字でご記入ください（例：2027／3／31。和暦は年の欄に「令和9」）。",
        en="Write the date in figures, for example 2027, 3, 31.",
    ),
    QuestionType.FILE: Text(ja="ファイルを添付してください。", en="Attach a file."),
    QuestionType.STATEMENT: Text(
        ja="内容をご確認のうえ、相違がなければチェックを入れてください。",
        en="Read the statement and tick it if it is true.",
    ),
}

MESSAGES: Mapping[str, Text] = {
    "not-a-choice": Text(
        ja="選択肢にない回答です。表示されている選択肢からお選びください。",
        en="This is not one of the answers offered. Choose from those shown.",
    ),
    "one-only": Text(
        ja="「{choice}」とほかの選択肢は同時に選べません。どちらかのチェックを外してください。",
        en="“{choice}” cannot go together with other choices. Untick one or the other.",
    ),
    "not-a-number": Text(
        ja="数字として読み取れません。「1200」のように、整数だけをご記入ください。",
        en="This cannot be read as a number. Write a whole number only, for example 1200.",
    ),
    "too-small": Text(ja="{limit}以上の数をご記入ください。", en="Write {limit} or more."),
    "too-large": Text(ja="{limit}以下の数をご記入ください。", en="Write {limit} or less."),
    "not-a-date": Text(
        ja="年・月・日をそれぞれ数字でご記入ください（例：2027／3／31。和暦は年の欄に「令和9」）。",
        en="This cannot be read as a date. Write a day that exists, in figures: year, month, day, like 2027, 3, 31.",
    ),
    "date-in-part": Text(ja="{boxes}もご記入ください。", en="Write the {boxes} as well."),
    "too-early": Text(ja="{limit}以降の日付をご記入ください。", en="Write {limit} or a later day."),
    "too-late": Text(ja="{limit}以前の日付をご記入ください。", en="Write {limit} or an earlier day."),
    "not-a-text": Text(ja="文字でご記入ください。", en="Write your answer in words."),
    "too-long": Text(
        ja="{length}文字あります。{limit}文字以内に縮めてください。詳しい内容は資料として添付いただけます。",
        en="This has {length} characters. Shorten it to {limit}; details can go into an attached file.",
    ),
    "control-characters": Text(
        ja="表示できない制御文字が含まれています。文字を入力し直してください。",
        en="This contains control characters that cannot be shown. Type it again.",
    ),
    "my-number": Text(
        ja="個人番号（マイナンバー）と思われる12桁の数字が含まれているため、保存していません。番号を削除してご記入ください。"
        "別の番号でしたら、一部を「*」に置き換えてください。",
        en="This holds twelve digits that look like a My Number (individual number), so it has not been saved. "
        "Take the number out. If it is some other number, replace a part of it by *.",
    ),
    "na-not-allowed": Text(
        ja="この設問では「該当なし」を選べません。ほかの回答をお選びください。",
        en="“Not applicable” is not possible here. Give one of the other answers.",
    ),
    "na-and-value": Text(
        ja="回答と「該当なし」の両方が入力されています。どちらか一方にしてください。",
        en="There is both an answer and “not applicable”. Keep one of them.",
    ),
    "reason-needed": Text(ja="「該当なし」の理由をご記入ください。", en="Say why this is not applicable."),
    "comment-needed": Text(
        ja="現在の状況と、今後の対応予定（おおよその時期）をコメント欄にご記入ください。",
        en="Say in the comment how things stand now, and what you plan to do and roughly when.",
    ),
    "explanation-needed": Text(
        ja="「{choice}」の具体的な内容をコメント欄にご記入ください。",
        en="Say in the comment what exactly “{choice}” means.",
    ),
    "evidence-needed": Text(ja="次の資料を添付してください：{what}", en="Attach this: {what}"),
    "evidence-wanted": Text(
        ja="次の資料を添付いただけると確認が早く進みます：{what}",
        en="Attaching this would speed up our review: {what}",
    ),
    "file-empty": Text(
        ja="「{name}」は中身のないファイル（0バイト）です。削除して、内容のあるファイルを添付し直してください。",
        en="“{name}” is an empty file (0 bytes). Remove it and attach the file again with its contents.",
    ),
}
