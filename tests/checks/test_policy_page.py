"""Policy pages: what is a change, when it is one, and when a page is lost. Looks are played one after the other."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.contract import Severity, Verdict
from checks.options import BadOptions, configured
from checks.page_text import fingerprint
from checks.policy_page import APART, RESTLESS, TEXT_LIMIT, PolicyPage, accepted
from tests.checks.looked_at import AT, FakeProbe, rules, served

HTML = (("Content-Type", "text/html; charset=utf-8"),)
PDF = (("Content-Type", "application/pdf"),)
OLD = "".join(f"<p>Article {number}: we use what you entrust us with for purpose {number}.</p>" for number in range(9))
NEW = OLD.replace("purpose 3", "purpose 3, and hand it to advertisers")
NEWER = OLD.replace("purpose 5", "any purpose")
HALF_DAY = timedelta(hours=12)


def page(source=OLD, *headers, **changes):
    body = source if isinstance(source, bytes) else source.encode()
    return served(*(headers or HTML), body=body, **changes)


class Watching:
    """One watch: every look is handed what the one before it has kept, as JSON, the way a database keeps it."""

    def __init__(self, check=None):
        self.check, self.memory, self.at, self.texts = check or PolicyPage(), {}, AT, {}

    async def look(self, answer, after=HALF_DAY):
        self.at += after
        seen = await self.check.observe("https://vendor.example/", FakeProbe(answer))
        found = self.check.judge(seen, self.at, self.memory)
        if found.keep is not None:
            self.memory = json.loads(json.dumps(dict(found.keep)))
        self.texts |= found.texts
        return found

    async def looks(self, *sources, after=HALF_DAY):
        return [await self.look(page(source), after) for source in sources]


@pytest.fixture
def watching():
    return Watching()


async def test_the_first_text_is_kept_and_passes(watching):
    look = await watching.look(page())
    assert (look.verdict, look.observed["known"]) == (Verdict.PASS, look.observed["sha256"])
    ((sha256, text),) = watching.texts.items()
    assert sha256 == look.observed["sha256"] == fingerprint(text)
    assert text.splitlines()[3] == "Article 3: we use what you entrust us with for purpose 3."


async def test_another_text_is_a_change_once_it_was_seen_twice(watching):
    looks = await watching.looks(OLD, NEW, NEW)
    assert [look.verdict for look in looks] == [Verdict.PASS, Verdict.PASS, Verdict.FAIL]
    assert rules(looks[-1]) == {"policy-page.changed"}
    assert looks[-1].severity is Severity.MEDIUM
    known, changed = looks[0].observed["sha256"], looks[-1].observed["sha256"]
    assert looks[-1].findings[0].key == f"{known[:32]} {changed[:32]}"
    assert set(watching.texts) == {known, changed}
    assert "advertisers" in watching.texts[changed]


async def test_two_looks_in_one_hour_are_one(watching):
    await watching.looks(OLD, NEW)
    early = await watching.look(page(NEW), APART - timedelta(seconds=1))
    assert early.verdict is Verdict.PASS
    assert (await watching.look(page(NEW), timedelta(seconds=1))).verdict is Verdict.FAIL


async def test_what_came_and_went_between_two_looks_is_no_change(watching):
    looks = await watching.looks(OLD, NEW, OLD, NEW, OLD, NEWER, NEW, NEWER)
    assert {look.verdict for look in looks} == {Verdict.PASS}
    assert list(watching.texts) == [looks[0].observed["sha256"]]


async def test_a_change_stays_found_with_the_same_key_until_it_is_confirmed(watching):
    looks = await watching.looks(OLD, NEW, NEW, NEW, NEWER)
    assert [look.findings[0].key for look in looks[2:]] == [looks[2].findings[0].key] * 3


async def test_a_second_change_replaces_the_first_and_is_still_against_the_known_text(watching):
    looks = await watching.looks(OLD, NEW, NEW, NEWER, NEWER)
    known, changed = looks[0].observed["sha256"], looks[-1].observed["sha256"]
    assert [finding.key for finding in looks[-1].findings] == [f"{known[:32]} {changed[:32]}"]


async def test_a_text_that_was_put_back_passes_again(watching):
    looks = await watching.looks(OLD, NEW, NEW, OLD)
    assert looks[-1].verdict is Verdict.PASS
    assert "changed" not in watching.memory


async def test_once_it_is_accepted_the_new_text_is_the_known_one(watching):
    looks = await watching.looks(OLD, NEW, NEW)
    watching.memory = accepted(watching.memory, looks[-1].observed["sha256"])
    assert (await watching.look(page(NEW))).verdict is Verdict.PASS
    back = await watching.looks(OLD, OLD)
    assert rules(back[-1]) == {"policy-page.changed"}


async def test_nobody_accepts_a_text_that_has_changed_since(watching):
    looks = await watching.looks(OLD, NEW, NEW, NEWER, NEWER)
    assert accepted(watching.memory, looks[2].observed["sha256"]) is None
    assert accepted({}, looks[2].observed["sha256"]) is None


@pytest.mark.parametrize("left", ["", "<p>Loading</p>", OLD[: len(OLD) // 3], "<p>Are you human? Tick the box.</p>"])
async def test_a_page_that_lost_its_text_is_lost_and_not_changed(watching, left):
    looks = await watching.looks(OLD, left, left, left)
    assert [rules(look) for look in looks[1:]] == [{"policy-page.lost"}] * 3
    assert looks[-1].severity is Severity.MEDIUM
    assert (await watching.look(page())).verdict is Verdict.PASS


async def test_a_much_shorter_text_that_stands_for_three_days_was_meant_and_can_be_accepted(watching):
    short, riddle = OLD[: len(OLD) // 3], "<p>Are you human?</p>"
    looks = await watching.looks(OLD, *[short] * 6, riddle, *[short] * 6)
    assert all(rules(look) == {"policy-page.lost"} for look in looks[1:])
    stands = await watching.look(page(short))
    assert rules(stands) == {"policy-page.changed"}
    assert "Article 2" in watching.texts[stands.observed["sha256"]]
    watching.memory = accepted(watching.memory, stands.observed["sha256"])
    assert (await watching.look(page(short))).verdict is Verdict.PASS
    assert rules((await watching.looks(OLD, OLD))[-1]) == {"policy-page.changed"}


@pytest.mark.parametrize("status", [404, 410])
async def test_a_page_that_is_not_there_is_lost(watching, status):
    await watching.look(page())
    assert rules(await watching.look(page(OLD, status=status))) == {"policy-page.lost"}


async def test_what_shows_no_text_at_first_is_lost_and_no_baseline(watching):
    assert rules(await watching.look(page("<div id=root></div>"))) == {"policy-page.lost"}
    assert (await watching.look(page())).verdict is Verdict.PASS
    assert (await watching.look(page())).observed["known"] == fingerprint(next(iter(watching.texts.values())))


async def test_a_loss_hides_no_change(watching):
    looks = await watching.looks(OLD, NEW, NEW, "")
    assert rules(looks[-1]) == {"policy-page.lost", "policy-page.changed"}


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_a_site_that_does_not_serve_the_page_changes_nothing(watching, status):
    await watching.looks(OLD, NEW)
    away = await watching.look(page("<p>sorry", status=status))
    assert (away.verdict, away.keep) == (Verdict.UNKNOWN, None)
    assert (await watching.look(page(NEW))).verdict is Verdict.FAIL


async def test_a_pdf_is_compared_by_its_hash(watching):
    first, second = b"%PDF-1.7 first edition", b"%PDF-1.7 second edition"
    for body in (first, second, second):
        look = await watching.look(page(body, *PDF))
    assert rules(look) == {"policy-page.changed"}
    assert look.observed["sha256"] == hashlib.sha256(second).hexdigest()
    assert watching.texts == {}


async def test_a_pdf_is_one_whatever_the_server_calls_it(watching):
    look = await watching.look(page(b"%PDF-1.7 \xff\xfe edition"))
    assert look.observed["bytes"] == 19


async def test_a_plain_text_is_read_as_it_stands(watching):
    text = "Terms of <service>\n" + "We may sub-entrust the work to those listed below.\n" * 4
    await watching.look(page(text, ("Content-Type", "text/plain")))
    assert next(iter(watching.texts.values())).startswith("Terms of <service>\nWe may")


async def test_a_text_that_never_stays_the_same_is_told_as_that():
    watching = Watching()
    looks = await watching.looks(OLD, *(OLD + f"<p>{number} visitors" for number in range(RESTLESS + 1)))
    assert [rules(look) for look in looks[:-1]] == [set()] * (RESTLESS + 1)
    assert rules(looks[-1]) == {"policy-page.restless"}
    assert looks[-1].severity is Severity.LOW
    assert len(watching.texts) == 1
    assert (await watching.look(page())).verdict is Verdict.PASS


async def test_what_is_ignored_may_move():
    watching = Watching(configured(PolicyPage(), {"ignore": [r"\d+ visitors"]}))
    looks = await watching.looks(*(OLD + f"<p>{number} visitors" for number in range(9)))
    assert {look.verdict for look in looks} == {Verdict.PASS}
    assert len({look.observed["sha256"] for look in looks}) == 1


async def test_what_was_ignored_leaves_a_mark_in_the_text_that_is_kept():
    watching = Watching(configured(PolicyPage(), {"ignore": [r"\d+ 人の来訪"]}))
    await watching.look(page(OLD + "<p>今日は 12 人の来訪"))
    assert next(iter(watching.texts.values())).endswith("今日は …")


async def test_dates_count_where_they_are_wanted():
    dated = [OLD + f"<p>Revised on {day} April 2026" for day in (1, 2, 2)]
    assert (await Watching().looks(*dated))[-1].verdict is Verdict.PASS
    assert (await Watching(PolicyPage(dates=True)).looks(*dated))[-1].verdict is Verdict.FAIL


async def test_a_page_that_is_read_in_another_way_begins_anew(watching):
    await watching.looks(OLD, NEW)
    watching.check = PolicyPage(ignore=("advertisers",))
    looks = await watching.looks(NEW, NEW)
    assert [look.verdict for look in looks] == [Verdict.PASS, Verdict.PASS]
    assert looks[0].observed["known"] == looks[0].observed["sha256"]


@pytest.mark.parametrize(
    ("options", "wrong"),
    [({"ignore": ["("]}, "ignore"), ({"ignore": ["x*"]}, "ignore"), ({"ignore": ["x" * 501]}, "ignore"),
     ({"ignore": "x"}, "ignore"), ({"least": 0}, "least"), ({"dates": "never"}, "dates"), ({"start": "x"}, "start")],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused_by_name(options, wrong):
    with pytest.raises(BadOptions) as refused:
        configured(PolicyPage(), options)
    assert wrong in str(refused.value)


async def test_what_is_kept_to_be_read_is_bounded_and_all_of_it_is_compared(watching):
    long = "<p>" + "条文の続き。" * 30_000
    await watching.looks(long, long + "追記", long + "追記")
    assert "changed" in watching.memory
    assert all(len(text.encode()) <= TEXT_LIMIT for text in watching.texts.values())


@given(st.lists(st.sampled_from([OLD, NEW, NEWER, "", OLD[:200]]), max_size=12), st.data())
async def test_a_change_is_told_only_of_a_text_that_two_looks_in_a_row_have_met(sources, data):
    watching, seen = Watching(), []
    for source in sources:
        look = await watching.look(page(source), timedelta(minutes=data.draw(st.integers(1, 200))))
        seen.append((watching.at, look.observed["sha256"]))
        for changed in [found for found in look.findings if found.rule == "policy-page.changed"]:
            times = [at for at, sha256 in seen if sha256.startswith(changed.key.split()[1])]
            assert max(times) - min(times) >= APART
        assert (look.verdict is Verdict.FAIL) is bool(look.findings)
