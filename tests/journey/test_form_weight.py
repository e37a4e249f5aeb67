"""How heavy the form's pages are for a phone: compressed, of the longest questionnaires, with every answer given."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from monitor import clock, tables
from monitor.obligations import drafts
from monitor.questionnaire import Questionnaire, freeze, load_all, thaw
from tests.journey.vendor import PLAUSIBLE, gets, path_of
from tests.web.running import Ground, Running

SHIPPED = load_all(Path(__file__).parents[2] / "questionnaires")
LIGHT = 30 * 1024
LONGEST = sorted(SHIPPED.values(), key=lambda one: len(one.questions))[-3:]


@pytest.fixture
async def house(tmp_path, empty):
    async with Ground(tmp_path, empty) as found:
        yield found


def longer(questionnaire: Questionnaire, questions: int) -> Questionnaire:
    """The same sections again and again under other names, until there are so many questions."""
    sections, count, turn = [], 0, 0
    while count < questions:
        for section in questionnaire.sections:
            kept = tuple(
                one.model_copy(update={"id": f"{one.id}.t{turn}", "when": None})
                for one in section.questions[: questions - count]
            )
            if kept:
                sections.append(section.model_copy(update={"id": f"{section.id}.t{turn}", "questions": kept}))
            count += len(kept)
        turn += 1
    return thaw(freeze(questionnaire.model_copy(update={"sections": tuple(sections)})).text)


async def asks(house: Running, questionnaire: Questionnaire) -> str:
    """The form's address once those questions are asked, and answered."""
    frozen, at = freeze(questionnaire), clock.now()
    await tables.FrozenRequest.get_or_create(sha256=frozen.sha256, defaults={"body": frozen.text, "first_sent_at": at})
    await tables.Obligation.all().update(request_id=frozen.sha256)
    said = {one.id: (PLAUSIBLE[one.type](one), 0) for one in questionnaire.questions}
    await drafts.save((await tables.Obligation.get()).id, said, at, "vendor")
    return f"{path_of(house.link())}/ja"


async def weights(client, base: str) -> dict[str, int]:
    """Octets of every page, as they travel."""
    tasks = await gets(client, f"{base}/tasks")
    sections = re.findall(rf'href="{re.escape(base)}/(s/[^"]+)"', tasks)
    pages = ["", "tasks", "check", "declare", "help", "colleagues", "mine", *sections]
    return {page: len(gzip.compress((await gets(client, f"{base}/{page}")).encode())) for page in pages}


@pytest.mark.parametrize(
    "questionnaire", [*LONGEST, longer(LONGEST[-1], 40)], ids=lambda one: f"{one.id}-{len(one.questions)}"
)
async def test_no_page_of_up_to_forty_questions_weighs_more_than_thirty_kilobytes(house, questionnaire):
    base = await asks(house, questionnaire)
    async with house.client() as client:
        heavy = {page: octets for page, octets in (await weights(client, base)).items() if octets > LIGHT}
    assert not heavy


async def test_of_two_hundred_questions_every_page_stays_light_and_folds_its_parts(house):
    questionnaire = longer(LONGEST[-1], 200)
    assert len(questionnaire.questions) == 200
    base = await asks(house, questionnaire)
    parts = len(questionnaire.sections)
    async with house.client() as client:
        heavy = {page: octets for page, octets in (await weights(client, base)).items() if octets > LIGHT}
        start, check = await gets(client, f"{base}/"), await gets(client, f"{base}/check")
    assert not heavy
    assert start.count("<details") >= parts
    assert check.count("<details") >= parts
    assert all(question.text.ja in start.replace("<wbr>", "") for question in questionnaire.questions)
