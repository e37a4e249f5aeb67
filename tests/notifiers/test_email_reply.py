"""What a server's words mean: later, never, or our own fault. Wordings as the common mail servers use them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifiers.contract import Permanent, Temporary
from notifiers.email.reply import LONGEST_TEXT, Meaning, Outcome, Reply, Step, meaning, settle

FINE = Reply(250, "2.0.0 queued as 4bXyz")
GREYLISTED = Reply.of(450, "4.2.0 <a@acme.example>: Recipient address rejected: Greylisted, try again in 300 seconds")
UNKNOWN = Reply.of(550, "5.1.1 <a@acme.example>: Recipient address rejected: User unknown in relay recipient table")
NO_RELAY = Reply.of(554, "5.7.1 <a@acme.example>: Relay access denied")
TO = ("a@acme.example", "b@acme.example", "c@acme.example")


@pytest.mark.parametrize(
    ("step", "reply", "expected"),
    [
        (Step.RCPT, GREYLISTED, Meaning.LATER),
        (Step.RCPT, UNKNOWN, Meaning.NEVER),
        (Step.RCPT, Reply(550, "no such user here"), Meaning.NEVER),
        (Step.RCPT, Reply(552, "5.2.2 mailbox full"), Meaning.NEVER),
        (Step.RCPT, NO_RELAY, Meaning.OUR_FAULT),
        (Step.RCPT, Reply(550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain"), Meaning.OUR_FAULT),
        (Step.RCPT, Reply(553, "5.7.1 <x@y>: Sender address rejected: not owned by user itaku"), Meaning.OUR_FAULT),
        (Step.RCPT, Reply(550, "5.1.0 <x@y>: Sender address rejected: User unknown"), Meaning.OUR_FAULT),
        (Step.RCPT, Reply(554, "5.7.1 <unknown[192.0.2.1]>: Client host rejected"), Meaning.OUR_FAULT),
        (Step.RCPT, Reply(530, "5.7.0 Authentication required"), Meaning.OUR_FAULT),
        (Step.MAIL, Reply(451, "4.7.1 too fast"), Meaning.LATER),
        (Step.MAIL, Reply(550, "5.7.1 sender refused"), Meaning.OUR_FAULT),
        (Step.MAIL, Reply(552, "message size exceeds fixed limit"), Meaning.NEVER),
        (Step.MAIL, Reply(554, "5.3.4 too big"), Meaning.NEVER),
        (Step.DATA, Reply(552, "5.3.4 too much mail data"), Meaning.NEVER),
        (Step.DATA, Reply(554, "5.7.1 looks like spam"), Meaning.NEVER),
        (
            Step.DATA,
            Reply(550, "5.7.60 SMTP; Client may not send as this sender"),
            Meaning.OUR_FAULT,
        ),
        (Step.DATA, Reply(550, "5.4.5 Daily user sending limit exceeded"), Meaning.OUR_FAULT),
        (Step.SESSION, Reply(554, "no SMTP service here"), Meaning.OUR_FAULT),
        (Step.SESSION, Reply(421, "4.7.0 try again later"), Meaning.LATER),
        (Step.LOGIN, Reply(535, "5.7.8 authentication failed"), Meaning.OUR_FAULT),
        (Step.LOGIN, Reply(454, "4.7.0 temporary authentication failure"), Meaning.LATER),
    ],
)
def test_a_reply_means_later_never_or_our_own_fault(step, reply, expected):
    assert meaning(step, reply) is expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Greylisted, try again in 300 seconds", 300),
        ("4.7.1 please retry after 10 minutes", 600),
        ("4.2.0 Greylisting in action, please come back in 00:04:59", 299),
        ("4.7.0 wait for 2 hours", 7200),
        ("in 90s", 90),
        ("come back in 4000 hours", 6 * 3600),
        ("out of disk space in volume 5", None),
        ("try again later", None),
    ],
)
def test_the_servers_wish_is_understood(text, seconds):
    assert Reply.of(450, text).wish == (None if seconds is None else timedelta(seconds=seconds))


def test_a_reply_is_stored_short_on_one_line_and_without_anybodys_mailbox():
    reply = Reply.of(550, "5.1.1 <hanako@acme.example>:\r\n user unknown \udc80 " + "x" * 5000)
    assert reply.text.startswith("5.1.1 <…@acme.example>: user unknown x")
    assert len(reply.text) == LONGEST_TEXT
    assert reply.state == "5.1.1"


def test_taken_by_all_is_a_receipt_with_the_servers_words():
    receipt = settle(Outcome(Step.DATA, FINE), TO)
    assert (receipt.reply, dict(receipt.refused)) == ("250 2.0.0 queued as 4bXyz", {})


def test_one_dead_mailbox_does_not_hold_up_the_others():
    receipt = settle(Outcome(Step.DATA, FINE, {TO[1]: UNKNOWN}), TO)
    assert set(receipt.refused) == {TO[1]}
    assert "5.1.1" in receipt.refused[TO[1]]


def test_one_greylisted_mailbox_is_tried_again_and_only_that_one():
    with pytest.raises(Temporary) as again:
        settle(Outcome(Step.DATA, FINE, {TO[0]: UNKNOWN, TO[2]: GREYLISTED}), TO)
    assert again.value.delay == timedelta(seconds=300)
    assert again.value.part.left == (TO[2],)
    assert set(again.value.part.receipt.refused) == {TO[0]}
    assert again.value.part.receipt.reply.startswith("250")


def test_nobody_taken_but_one_perhaps_later_is_not_given_up():
    with pytest.raises(Temporary) as again:
        settle(Outcome(Step.RCPT, GREYLISTED, {TO[0]: UNKNOWN, TO[1]: UNKNOWN, TO[2]: GREYLISTED}), TO)
    assert again.value.part.left == (TO[2],)
    assert again.value.part.receipt.reply == ""


def test_all_for_later_is_simply_later():
    with pytest.raises(Temporary) as again:
        settle(Outcome(Step.RCPT, GREYLISTED, dict.fromkeys(TO, GREYLISTED)), TO)
    assert again.value.part is None
    assert not again.value.fault


def test_all_refused_for_good_names_the_addresses_to_blame():
    with pytest.raises(Permanent) as end:
        settle(Outcome(Step.RCPT, UNKNOWN, dict.fromkeys(TO, UNKNOWN)), TO)
    assert set(end.value.refused) == set(TO)


def test_a_letter_refused_for_what_it_is_blames_no_address():
    with pytest.raises(Permanent) as end:
        settle(Outcome(Step.DATA, Reply(554, "5.6.0 malformed"), {TO[1]: UNKNOWN}), TO)
    assert not end.value.refused


def test_a_relay_that_will_not_relay_is_our_fault_and_burns_nothing():
    with pytest.raises(Temporary) as again:
        settle(Outcome(Step.RCPT, NO_RELAY, dict.fromkeys(TO, NO_RELAY)), TO)
    assert again.value.fault
    assert again.value.part is None


def test_only_250_counts_as_taken():
    with pytest.raises(Temporary):
        settle(Outcome(Step.DATA, Reply(354, "go on")), TO)
