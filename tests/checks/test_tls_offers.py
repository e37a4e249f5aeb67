"""What a server takes besides the best is asked once a day, answered for until then, and held against it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.answers import Handshake, Offer, Tls, Trouble
from checks.contract import Severity, Verdict
from checks.looking import looked
from checks.tls import Secured, TlsCheck
from checks.tls_offers import (
    ASKED,
    BROKEN,
    OLD,
    REFUSED,
    STATIC_RSA,
    TRIPLE_DES,
    TWELVE,
    asked,
    due,
    kept,
    words,
)
from tests.checks.looked_at import AT, URL, FakeProbe, failed, rules, served, shown

CHECK = TlsCheck()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NO = Handshake(None, Trouble.TLS_FAILED, "refused")
SILENCE = Handshake(None, Trouble.TIMEOUT, "silence")
NONE_TAKEN = dict.fromkeys(ASKED.values(), REFUSED)


def yes(suite, version="TLSv1.2"):
    return Handshake(Tls(version, suite, (), ""))


RSA, DES3, RC4, FINE = (
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_ECDHE",
)


class Server(FakeProbe):
    """Answers each offer as it is told, and to all the others no."""

    def __init__(self, tls=None, **answers):
        super().__init__(served(tls=tls) if tls else served())
        self._answers = {Offer[name.upper()]: answer for name, answer in answers.items()}
        self.offers = []

    async def shake(self, url, offer):
        self.offers.append(offer)
        return self._answers.get(offer, NO)


@pytest.fixture(scope="module")
def tls(authority):
    return shown(authority.issue("vendor.example", begins=AT - 50 * DAY, ends=AT + 100 * DAY))


async def test_a_server_of_today_is_asked_two_questions_and_one_that_knows_tls_1_2_three():
    modern, usual = Server(), Server(up_to_tls_1_2=yes(FINE))
    assert await asked(URL, modern, "TLSv1.3") == NONE_TAKEN
    assert modern.offers == [Offer.OLD_VERSIONS, Offer.UP_TO_TLS_1_2]
    said = await asked(URL, usual, "TLSv1.3")
    assert said == NONE_TAKEN | {TWELVE: f"TLSv1.2 {FINE}"}
    assert usual.offers[2:] == [Offer.WEAK_SUITES]


async def test_a_version_that_was_seen_already_is_not_asked_for():
    server = Server()
    assert (await asked(URL, server, "TLSv1.2"))[TWELVE] == "TLSv1.2"
    assert server.offers == [Offer.OLD_VERSIONS, Offer.WEAK_SUITES]


async def test_a_server_that_takes_everything_is_asked_five_questions_and_told_of_each_group():
    server = Server(
        old_versions=yes("X", "TLSv1"),
        up_to_tls_1_2=yes(RC4),
        weak_suites=yes(DES3),
        broken_suites=yes(RC4),
        static_rsa=yes(RSA),
    )
    said = await asked(URL, server, "TLSv1.3")
    assert len(server.offers) == 5
    assert {said[OLD], said[BROKEN], said[TRIPLE_DES], said[STATIC_RSA]} == {
        "TLSv1 X",
        f"TLSv1.2 {RC4}",
        f"TLSv1.2 {DES3}",
        f"TLSv1.2 {RSA}",
    }


async def test_a_server_that_knows_nothing_above_tls_1_1_does_not_pass_for_one_of_tls_1_2():
    server = Server(old_versions=yes("X", "TLSv1.1"), up_to_tls_1_2=yes(RSA, "TLSv1.1"))
    assert (await asked(URL, server, ""))[TWELVE] == REFUSED
    assert Offer.WEAK_SUITES in server.offers


async def test_silence_is_no_refusal_and_ends_the_questions():
    server = Server(old_versions=SILENCE, up_to_tls_1_2=SILENCE, weak_suites=SILENCE)
    assert set((await asked(URL, server, "TLSv1.3")).values()) == {"not-assessed"}
    assert len(server.offers) == 3


@given(st.dictionaries(st.sampled_from(list(Offer)), st.sampled_from([NO, SILENCE, yes(RSA), yes(DES3), yes(RC4)])))
async def test_no_server_is_asked_more_than_five_questions_and_none_twice(answers):
    server = Server()
    server._answers = answers
    said = await asked(URL, server, "TLSv1.3")
    assert set(said) == set(ASKED.values())
    assert len(server.offers) == len(set(server.offers)) <= 5


@pytest.mark.parametrize(
    ("name", "suite", "rule", "severity"),
    [
        (BROKEN, RC4, "tls.broken-suite", Severity.HIGH),
        (TRIPLE_DES, DES3, "tls.weak-suite", Severity.MEDIUM),
        (STATIC_RSA, RSA, "tls.static-rsa", Severity.LOW),
    ],
)
def test_a_weak_suite_is_told_by_name_and_as_severely_as_it_is_weak(tls, name, suite, rule, severity):
    look = CHECK.judge(Secured(served(tls=tls), NONE_TAKEN | {name: f"TLSv1.2 {suite}"}), AT)
    assert (rules(look), look.severity) == ({rule}, severity)
    assert suite in look.findings[0].detail


def test_what_was_not_assessed_is_noted_and_never_called_refused(tls):
    look = CHECK.judge(Secured(served(tls=tls), {OLD: REFUSED, BROKEN: "not-assessed"}), AT)
    assert look.verdict is Verdict.PASS
    assert look.observed["offers"][BROKEN] == look.observed["offers"][STATIC_RSA] == "not-assessed"
    assert any("not assessed: " in note and BROKEN in note for note in look.observed["notes"])
    assert not CHECK.judge(Secured(served(tls=tls), NONE_TAKEN), AT).observed["notes"]


@pytest.mark.parametrize(("version", "noted"), [("TLSv1.2", True), ("TLSv1.3", False)])
def test_that_tls_1_3_is_missing_is_a_note_and_no_finding(authority, version, noted):
    tls = shown(authority.issue("vendor.example", begins=AT - DAY, ends=AT + 100 * DAY), version=version)
    look = CHECK.judge(Secured(served(tls=tls), NONE_TAKEN), AT)
    assert look.verdict is Verdict.PASS
    assert ("TLS 1.3 is not offered" in look.observed["notes"]) is noted


async def test_looks_of_one_day_ask_once_and_rest_on_the_answers(tls):
    server, memory, found = Server(tls, weak_suites=yes(RSA), up_to_tls_1_2=yes(FINE)), {}, []
    for hour in range(49):
        look = await looked(CHECK, URL, server, AT + hour * HOUR, memory)
        memory = look.keep
        found.append(rules(look))
    assert server.offers.count(Offer.OLD_VERSIONS) == 3
    assert found == [{"tls.static-rsa"}] * 49


async def test_a_suite_that_was_given_up_is_gone_with_the_next_days_questions(tls):
    first = await looked(CHECK, URL, Server(tls, weak_suites=yes(RSA), up_to_tls_1_2=yes(FINE)), AT, {})
    cured = Server(tls, up_to_tls_1_2=yes(FINE))
    assert rules(await looked(CHECK, URL, cured, AT + HOUR, first.keep)) == {"tls.static-rsa"}
    later = await looked(CHECK, URL, cured, AT + DAY, first.keep)
    assert (later.verdict, later.observed["offers"]["asked_at"]) == (Verdict.PASS, (AT + DAY).isoformat())


async def test_a_silent_day_changes_nothing_and_a_silent_week_is_not_assessed(tls):
    look = await looked(CHECK, URL, Server(tls, weak_suites=yes(DES3), up_to_tls_1_2=yes(FINE)), AT, {})
    silent = Server(tls, old_versions=SILENCE, up_to_tls_1_2=SILENCE, weak_suites=SILENCE)
    for day in range(1, 8):
        look = await looked(CHECK, URL, silent, AT + day * DAY, look.keep)
        assert rules(look) == {"tls.weak-suite"}
    look = await looked(CHECK, URL, silent, AT + 8 * DAY, look.keep)
    assert (look.verdict, look.observed["offers"][TRIPLE_DES]) == (Verdict.PASS, "not-assessed")


async def test_where_tls_was_not_reached_nothing_is_asked_and_what_was_kept_stays(tls):
    down = FakeProbe(failed(Trouble.REFUSED))
    look = await looked(CHECK, URL, down, AT, {})
    assert [question for question, *_ in down.asked] == ["fetch"]
    assert look.keep is None


async def test_whoever_looks_once_asks_at_once(tls):
    seen = await CHECK.observe(URL, Server(tls, up_to_tls_1_2=yes(FINE)))
    assert seen.said == NONE_TAKEN | {TWELVE: f"TLSv1.2 {FINE}"}
    assert due({}, AT)


@given(st.integers(0, 60))
def test_the_questions_come_back_a_day_later_and_not_before(hours):
    memory = {"offers": kept({}, NONE_TAKEN, AT)}
    assert due(memory, AT + hours * HOUR) is (hours >= 24)
    assert due(memory, AT - DAY)
    assert words(kept(memory, None, AT + hours * HOUR)) == NONE_TAKEN


async def test_a_check_that_recalls_nothing_is_looked_with_as_ever():
    from checks.headers import Headers

    probe = FakeProbe(served())
    look = await looked(Headers(), URL, probe, AT, {"offers": "nonsense"})
    assert look.verdict is Verdict.FAIL
