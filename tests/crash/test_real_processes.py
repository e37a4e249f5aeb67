"""The power fails under a running daemon: started again, it has lost nothing and tells nothing under another name."""

from __future__ import annotations

from collections import Counter

import pytest
from processes import Holding, contact, end, kill, many, site, until

from monitor import ledger, tables
from notifiers.email import EmailSettings

AT_ONCE = EmailSettings("127.0.0.1", "itaku@group.example").connections  #: so many letters one daemon has on their way

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
async def sink():
    async with Holding() as found:
        yield found


async def sent():
    return await tables.Mail.filter(state="sent", side="vendor").count()


async def subjects():
    """How often each request is said to have been sent, in a ledger that holds."""
    await ledger.verify()
    lines = [line async for line in ledger.lines() if line["type"] == "mail.sent"]
    return Counter(line["subject"] for line in lines if line["data"]["items"][0]["notice"] == "rung")


async def test_killed_between_claim_and_sending_a_daemon_sends_each_letter_once(tmp_path, database, sink):
    async with site(tmp_path, await database(), sink.port, many(3)) as place:
        await place.applied()
        sink.listens.clear()
        daemon = await place.serve()
        await until(lambda: sink.knocked)
        await kill(daemon)
        assert not sink.asked
        sink.listens.set()
        daemon = await place.serve()
        await until(lambda: len(sink.asked) >= 3)
        assert await end(daemon) == 0, place.said()
        assert {mail.to for mail in sink.mails} >= {(contact(n),) for n in range(3)}
        assert len(sink.asked) == len(set(sink.asked)) == 3
        assert list((await place.ask(subjects)).values()) == [1, 1, 1]


async def test_killed_before_the_server_s_yes_was_read_a_daemon_repeats_only_what_was_on_its_way(
    tmp_path, database, sink
):
    async with site(tmp_path, await database(), sink.port, many(3)) as place:
        await place.applied()
        sink.answers.clear()
        daemon = await place.serve()
        await until(lambda: sink.asked)
        await kill(daemon)
        on_its_way = set(sink.asked)
        sink.answers.set()
        daemon = await place.serve()
        await until(lambda: len(sink.asked) >= 3 + len(on_its_way))
        assert await end(daemon) == 0, place.said()
        times = Counter(sink.asked)
        assert {number for number, n in times.items() if n == 2} == on_its_way
        assert len(times) == 3, "no second Message-ID"
        assert list((await place.ask(subjects)).values()) == [1, 1, 1]


async def test_apply_killed_in_its_middle_has_done_nothing_and_then_does_all(tmp_path, database, sink):
    async with site(tmp_path, await database(), sink.port, many(800)) as place:

        async def there():
            await ledger.verify()
            height, _ = await ledger.head()
            group = await tables.Group.first()
            return (
                await tables.Engagement.all().count(),
                await tables.Party.all().count(),
                height,
                group and group.revision,
            )

        process = await place.apply()
        await until(place.writing)
        await kill(process)
        assert await place.ask(there) == (0, 0, 0, None)
        await place.applied()
        done = await place.ask(there)
        assert done[:2] == (800, 800)
        assert done[2] > 1600
        await place.applied()
        assert await place.ask(there) == done, "and a second time nothing"


@pytest.mark.postgres
async def test_two_replicas_send_each_letter_once(tmp_path, new_postgres, sink):
    async with site(tmp_path, await new_postgres(), sink.port, many(60), lease=60) as place:
        await place.applied()
        replicas = [await place.serve() for _ in range(2)]
        await until(lambda: len(sink.asked) >= 60)
        assert [await end(replica) for replica in replicas] == [0, 0], place.said()
        assert len(sink.asked) == len(set(sink.asked)) == 60
        assert {mail.to for mail in sink.mails} >= {(contact(n),) for n in range(60)}
        assert set((await place.ask(subjects)).values()) == {1}


@pytest.mark.postgres
async def test_when_one_replica_is_killed_the_other_takes_its_letters_over(tmp_path, new_postgres, sink):
    async with site(tmp_path, await new_postgres(), sink.port, many(12), lease=15) as place:
        await place.applied()
        sink.answers.clear()
        one = await place.serve()
        await until(lambda: len(sink.asked) >= AT_ONCE)
        on_its_way = set(sink.asked)
        other = await place.serve()
        await kill(one)
        sink.answers.set()
        await until(lambda: len(set(sink.asked)) >= 12)
        await until(lambda: _all_sent(place))
        assert await end(other) == 0, place.said()
        times = Counter(sink.asked)
        assert len(times) == 12
        assert {number for number, n in times.items() if n > 1} <= on_its_way
        assert max(times.values()) <= 2
        assert set((await place.ask(subjects)).values()) == {1}


async def _all_sent(place):
    return await place.ask(sent) == 12


async def test_told_to_stop_while_letters_are_on_their_way_a_daemon_leaves_none_leased(tmp_path, database, sink):
    async with site(tmp_path, await database(), sink.port, many(3)) as place:
        await place.applied()
        sink.listens.clear()
        daemon = await place.serve()
        await until(lambda: sink.knocked)
        assert await end(daemon) == 0, place.said()

        async def leased():
            return await tables.Mail.filter(state="queued", lease__isnull=False).count()

        assert await place.ask(leased) == 0
        assert await place.ask(lambda: tables.Mail.filter(state="queued", side="vendor").count()) == 3
