"""What the party's people do in the form, page by page, and the same without a browser where the road is not the point."""

from __future__ import annotations

import html
import io
import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import aiohttp

from monitor import clock, tables
from monitor.language import Message
from monitor.obligations import drafts
from monitor.questionnaire import Answer, QuestionType, examine, shown, thaw

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from aiohttp import ClientSession

    from monitor.questionnaire import Question
    from tests.journey.walking import Walker
    from tests.web.running import Running

SIGNER = "髙﨑 さつき"


def say(text: str, language: str) -> str:
    """A word of the pages in the reader's language."""
    return Message(text).in_(language)


async def answers_all(walk: Walker, language: str, *, looks: bool = True) -> None:
    """Section after section, and then whatever the list to check says is missing."""
    for _ in range(30):
        if "/s/" not in walk.page.url:
            break
        await walk.answers()
        await walk.presses(say("Save and go on", language))
        if looks:
            await walk.looks()
    for _ in range(10):
        missing = walk.page.locator("main .notice li a")
        if not await missing.count():
            return
        await missing.first.click()
        await walk.page.wait_for_load_state()
        await walk.answers()
        await walk.presses(say("Save and pause", language))
        await walk.presses(say("Check the answers", language))
    raise AssertionError(await walk.reads())


async def declares(walk: Walker, language: str) -> None:
    await walk.page.locator("#name").fill(SIGNER)
    await walk.page.locator("#title").fill("個人情報保護担当")
    await walk.page.locator("#declared").check()
    await walk.presses(say("Submit", language))


async def confirms(walk: Walker, house: Running, language: str) -> None:
    """Copies the code out of the mail."""
    await house.work()
    await walk.page.locator("#code").fill(house.code())
    await walk.presses(say("Submit", language))


async def posts(client: ClientSession, path: str, fields: Mapping[str, Any], **more: Any) -> tuple[int, str]:
    """A form sent without a browser: status, and where it leads or what it says. A file is a pair of name and octets."""
    if path.endswith("/declare"):
        listed = await gets(client, path.replace("/declare", "/check"))
        fields = {"seen": next(iter(re.findall(r"declare\?seen=([0-9a-f]{64})", listed)), ""), **fields}
    data = aiohttp.FormData(quote_fields=False)
    for name, value in fields.items():
        if isinstance(value, tuple):
            data.add_field(name, io.BytesIO(value[1]), filename=value[0])
        else:
            data.add_field(name, value)
    async with client.post(path, data=data, allow_redirects=False, **more) as response:
        return response.status, response.headers.get("Location") or await response.text()


def path_of(link: str) -> str:
    return re.sub(r"^http://[^/]+", "", link)


async def gets(client: ClientSession, path: str, status: int = 200) -> str:
    async with client.get(path) as response:
        text = await response.text()
        assert response.status == status, f"{path}: {response.status}"
        return text


async def first_section(client: ClientSession, house: Running) -> str:
    tasks = await gets(client, f"{path_of(house.link())}/en/tasks")
    return html.unescape(re.findall(r'href="(/f/[^"]+/s/[^"]+)"', tasks)[0])


async def answered(duty_id: int) -> None:
    """The draft of a request, complete, as though it had been typed."""
    duty = await tables.Obligation.get(id=duty_id)
    questionnaire = thaw((await tables.FrozenRequest.get(sha256=duty.request_id)).body)
    today, answers = here(), {}
    for question in questionnaire.questions:
        if question.id in shown(questionnaire, answers):
            answers[question.id] = PLAUSIBLE[question.type](question)
    assert examine(questionnaire, answers, today).complete
    said = {name: (answer, 0) for name, answer in answers.items()}
    await drafts.save(duty_id, said, clock.now(), "vendor")


def here() -> date:
    """Today in the group's zone: after 15:00 in Greenwich it is tomorrow in Japan."""
    return clock.now().astimezone(ZoneInfo("Asia/Tokyo")).date()


PLAUSIBLE: dict[QuestionType, Callable[[Question], Answer]] = {
    QuestionType.YES_NO: lambda _: Answer(value="yes"),
    QuestionType.STATEMENT: lambda _: Answer(value="agreed"),
    QuestionType.NUMBER: lambda _: Answer(value=12),
    QuestionType.DATE: lambda _: Answer(value=here().isoformat()),
    QuestionType.CHOICE: lambda question: Answer(value=question.choices[0].id),
    QuestionType.CHOICES: lambda question: Answer(value=(question.choices[0].id,)),
    QuestionType.TEXT: lambda _: Answer(value="管理部"),
    QuestionType.LONG_TEXT: lambda _: Answer(value="担当部署が毎月確認しています。"),
    QuestionType.FILE: lambda _: Answer(not_applicable=True, reason="窓口で提示済みです。"),
}


async def hands_in(house: Running, client: ClientSession, name: str = SIGNER) -> tuple[int, str]:
    await answered((await tables.Obligation.get()).id)
    fields = {"name": name, "title": "個人情報保護担当", "declared": "agreed"}
    return await posts(client, f"{path_of(house.link())}/en/declare", fields)
