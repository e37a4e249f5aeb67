"""What a manager's journey needs besides the pages: a session, a request that is late, an endpoint that fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.contract import Finding, Look, Severity, Verdict
from monitor import clock, tables
from monitor.cases import Seen, take
from tests.journey.vendor import posts

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from tests.web.running import Running

SIGN_IN = re.compile(r"http://127\.0\.0\.1:\d+/sign-in/\S+")


def mailed_sign_in(house: Running, email: str) -> str:
    found = (SIGN_IN.search(mail.text) for mail in reversed(house.mails(email)))
    return next(match.group() for match in found if match)


async def signed_in(house: Running, client: ClientSession, email: str) -> tuple[int, str]:
    await posts(client, "/sign-in", {"email": email})
    await house.work()
    return await posts(client, mailed_sign_in(house, email), {})


async def overdue(house: Running) -> tables.Obligation:
    """The only request, a year late."""
    duty = await tables.Obligation.get()
    past = clock.now().date().replace(year=clock.now().year - 1, day=1)
    await tables.Obligation.filter(id=duty.id).update(due_on=past, base_on=past, turns_at=clock.now())
    await house.work()
    return await tables.Obligation.get(id=duty.id)


async def failing_case(
    detail: str = "The certificate ended on 1 November.", severity: Severity = Severity.HIGH
) -> tables.Case:
    """An endpoint of the party fails twice in a row, which opens a case of each company; that of the first."""
    watch = await tables.Watch.filter(check_kind="tls").first()
    look = Look(Verdict.FAIL, (Finding("tls.expired", severity, detail),))
    for _ in range(2):
        await take([Seen(await tables.Watch.get(id=watch.id), look)], clock.now())
    return await tables.Case.get(watch_id=watch.id, company_id="impress")
