"""A text that the group has published itself was changed: each company that it speaks for decides on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.promises.joint import group, said
from tests.stage import play

if TYPE_CHECKING:
    from pathlib import Path

URL, REVIEW = "https://group.example/privacy", "change-review"
TEXT = f"""
[[policy]]
key = "page"
url = "{URL}"
effective_from = 2006-01-31
"""


def changed(at: str, on: str, url: str = URL) -> str:
    return said(at, "policy_changed", url=url, on=on)


async def test_each_member_decides_on_a_changed_text_of_the_group_within_ten_business_days(tmp_path: Path) -> None:
    toml = group(TEXT).replace('key = "newco"', 'key = "newco"\nmember_until = 2026-11-30', 1)
    events = [
        changed("2026-12-25T10:00", "2026-12-25"),
        changed("2026-12-28T10:00", "2026-12-26"),  # once more, while the first is being looked at
        changed("2026-12-28T11:00", "2026-12-29"),
        changed("2026-12-28T12:00", "2026-12-25", "https://others.example/"),
    ]
    told = await play(toml, "2026-12-20", "2027-01-18", *events, tmp=tmp_path)
    owed = [
        (line["at"][:16], line["company"], line["due_on"], line["url"])
        for line in told.of("deadline", obligation=REVIEW)
    ]
    assert owed == [("2026-12-25T10:00", key, "2027-01-15", URL) for key in ("impress", "sister")]
    assert [line["reason"] for line in told.of("refused")] == ["on-future", "no-such-watch"]
    assert len(told.of("overdue", obligation=REVIEW)) == 2


async def test_a_text_that_lists_its_companies_asks_those_and_what_was_decided_is_not_asked_again(
    tmp_path: Path,
) -> None:
    toml = group(TEXT + 'companies = ["sister"]')
    decided = said("2026-09-02T10:00", "done", obligation=REVIEW, company="sister")
    again = changed("2026-09-03T10:00", "2026-09-01")
    later = changed("2026-09-04T10:00", "2026-09-04")
    told = await play(
        toml, "2026-09-01", "2026-09-05", changed("2026-09-01T10:00", "2026-09-01"), decided, again, later, tmp=tmp_path
    )
    assert [(line["at"][5:10], line["company"]) for line in told.of("deadline", obligation=REVIEW)] == [
        ("09-01", "sister"),
        ("09-04", "sister"),
    ]
    assert len(told.of("accepted", obligation=REVIEW)) == 1
