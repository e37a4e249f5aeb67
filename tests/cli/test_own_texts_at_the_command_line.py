"""`itaku status --texts`: when the group's own texts were last seen, and what has changed in them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from stage import engagement, registry
from test_commands import home, run

from checks.answers import Exchange, Hop
from checks.policy_page import PolicyPage
from monitor import clock, tables
from monitor.cases import Seen, take
from monitor.promises.joint_use.daily import look
from monitor.tables.store import opened

__all__ = ["home"]

URL = "https://group.example/privacy"
TEXT = f"""
[[policy]]
key = "page"
url = "{URL}"
effective_from = 2006-01-31
companies = ["sister"]
"""
OLD = "".join(f"<p>Article {number}: what you entrust us with serves purpose {number}.</p>" for number in range(9))
NEW = OLD.replace("purpose 3.", "\x1b[31many purpose.")


@pytest.fixture
def applied(home):
    (home / "registry.toml").write_text(registry(engagement("dm")) + TEXT, encoding="utf-8")
    assert run("apply", "registry.toml").exit_code == 0
    return home


async def seen(home, *sources):
    """Looks a day apart, the last of them now."""
    async with opened(f"sqlite:///{home}/data/itaku.sqlite3"):
        await look(clock.now())
        for number, source in enumerate(sources, 1):
            at, watch = clock.now() - timedelta(days=len(sources) - number), await tables.Watch.get(party_id=None)
            hop = Hop(URL, 200, (("Content-Type", "text/html; charset=utf-8"),), source.encode())
            check = PolicyPage()
            judged = check.judge(await asyncio.to_thread(check._read, Exchange(URL, (hop,))), at, watch.memory)
            await take([Seen(watch, judged)], at)


def test_a_text_that_nobody_has_looked_at_yet_is_said_to_be_so(applied):
    (line,) = map(json.loads, run("status", "--texts", "--json").stdout.splitlines())
    assert (line["policy"], line["state"], line["seen_at"]) == ("page", "unseen", None)


def test_what_went_and_what_came_is_shown_and_said_by_the_exit_status(applied):
    asyncio.run(seen(applied, OLD, OLD, NEW, NEW, NEW))
    ran = run("status", "--texts", "--exit-status")
    assert ran.exit_code == 4
    assert "changed  page" in ran.stdout
    assert "- Article 3: what you entrust us with serves purpose 3." in ran.stdout
    assert "+ Article 3: what you entrust us with serves [31many purpose." in ran.stdout
    assert "\x1b" not in ran.stdout
    (line,) = map(json.loads, run("status", "--texts", "--overdue", "--json").stdout.splitlines())
    assert len(line["before"]) == len(line["after"]) == 32
    assert run("status", "--texts", "--company", "impress", "--json").stdout == ""
    assert run("status", "--texts", "--company", "nobody").exit_code == 2
