"""What anybody may read by machine: the public notice of joint use."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from monitor.registry.roster import NoRegistry, roster
from monitor.web.api.calls import answer
from monitor.web.api.models import JointUse, JointUses
from monitor.web.joint_use import FRESH, notices
from monitor.web.pages import moment
from monitor.web.problems import Problem, problem

if TYPE_CHECKING:
    from datetime import date

    from aiohttp import web

    from monitor.registry.roster import Roster


async def joint_uses(request: web.Request) -> web.StreamResponse:
    """The same as the page /joint-use, as a value."""
    try:
        present = await roster()
    except NoRegistry:
        return problem(request, Problem("no-such-address"))
    day = present.calendar.day_of(moment())
    told = JointUses(day=day, ja=await _in("ja", present, day), en=await _in("en", present, day))
    response = answer(request, told)
    response.headers["Cache-Control"] = FRESH
    return response


async def _in(language: str, present: Roster, day: date) -> list[JointUse]:
    return [JointUse.model_validate(asdict(one)) for one in await notices(present, day, language)]
