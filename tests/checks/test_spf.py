"""SPF as a receiver reads it: every word, every included record, and never more questions than it may take."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checks.answers import Records, RecordType, Trouble
from checks.spf import LOOKUPS, STOP, is_spf, parse, walk

HOME = "vendor.example"


def known(**zone):
    """What DNS says: `a_b` stands for the name a.b.example, text for its TXT, a dict for records by type."""
    found = {}
    for name, said in zone.items():
        host = f"{name.replace('_', '.')}.example"
        for kind, values in (said if isinstance(said, dict) else {"TXT": [said]}).items():
            found[host, RecordType(kind)] = Records(host, RecordType(kind), tuple(values))
    return found


class World(dict):
    """Answers to everything: nothing, where nothing else is known."""

    def get(self, question, default=None):
        return super().get(question) or Records(*question)


def walked(record, **zone):
    return walk(HOME, World(known(vendor=record, **zone)))


@pytest.mark.parametrize("text", ["v=spf1", "v=spf1 -all", "V=SPF1 -all", "v=spf1\t-all"])
def test_a_record_is_known_by_its_version(text):
    assert is_spf(text)


@pytest.mark.parametrize("text", ["", "v=spf", "v=spf10 -all", "v=spf1-all", " v=spf1 -all", "spf2.0/pra -all"])
def test_what_has_another_version_is_no_record(text):
    assert not is_spf(text)


@pytest.mark.parametrize(
    "word",
    [
        *(
            "a",
            "mx",
            "ptr",
            "a/24",
            "mx//64",
            "a/24//64",
            "a:x.example",
            "mx:x.example/28",
            "ptr:x.example",
            "A:X.Example.",
        ),
        *("ip4:192.0.2.1", "ip4:192.0.2.1/24", "ip6:2001:db8::1", "ip6:2001:db8::/32", "include:_spf.x.example"),
        *("exists:%{ir}.%{l1r-}._spf.%{d2}", "include:%{d}._spf.x.example", "?include:x.example", "moo=", "moo=%{d}x"),
        *("redirect=x.example", "exp=explain._spf.%{d}", "+ip4:192.0.2.1", "all", "-ALL"),
    ],
)
def test_every_word_of_the_standard_is_read(word):
    assert parse(f"v=spf1 {word} ~all").wrong == ()


@pytest.mark.parametrize(
    "word",
    [
        *(
            "ipv4:192.0.2.1",
            "ip4:192.0.2",
            "ip4:192.0.2.1/33",
            "ip4",
            "ip4:2001:db8::1",
            "ip6:192.0.2.1",
        ),
        *(
            "ip4:192.0.2.0/255.255.255.0",
            "include",
            "include:",
            "include:x",
            "include:x..example",
            "include:x.example/24",
        ),
        *(
            "all:x.example",
            "exists",
            "a:/24",
            "a/x",
            "ptr/24",
            "exists:%{z}.x.example",
            "include:%x.example",
            "mail.x.example",
        ),
        *(
            "-redirect=x.example",
            "redirect=",
            "redirect=%",
            "a:x.example/24/64",
            "–all",
            "moo=%",
            "192.0.2.1",
            "https://x",
        ),
    ],
)
def test_a_word_that_is_none_is_wrong_wherever_it_stands(word):
    assert len(parse(f"v=spf1 {word} -all").wrong) == 1
    assert len(parse(f"v=spf1 mx -all {word}").wrong) == 1


def test_a_modifier_may_stand_once():
    assert parse("v=spf1 redirect=a.example redirect=b.example").wrong == ("redirect twice",)


@pytest.mark.parametrize(
    ("record", "end"),
    [
        ("v=spf1 mx -all", "-all"),
        ("v=spf1 mx ~all redirect=x.example", "~all"),
        ("v=spf1 mx all", "+all"),
        ("v=spf1 mx", ""),
        ("v=spf1", ""),
    ],
)
def test_the_end_is_what_holds_for_everybody_else(record, end):
    assert walked(record, x="v=spf1 +all").end == end


def test_the_end_of_the_record_that_a_redirect_leads_to_holds():
    assert walked("v=spf1 redirect=x.example", x="v=spf1 redirect=y.example", y="v=spf1 ?all").end == "?all"
    assert walked("v=spf1 include:x.example ~all", x="v=spf1 -all").end == "~all"


def test_nothing_behind_all_is_looked_up():
    assert walked("v=spf1 -all include:x.example redirect=y.example").lookups == 0


def test_each_word_that_asks_dns_counts_and_no_other():
    zone = {"x": {"TXT": ["v=spf1 a ip4:192.0.2.1 -all"], "A": ["192.0.2.1"]}, "y": {"MX": ["10 a.example."]}}
    found = walked("v=spf1 include:x.example mx:y.example ptr exists:%{i}.z.example ip6:2001:db8::1 -all", **zone)
    assert (found.lookups, found.voids, found.wrong) == (5, 0, [])


def test_a_record_that_is_included_twice_counts_twice():
    assert (
        walked(
            "v=spf1 include:x.example include:y.example -all", x="v=spf1 include:y.example -all", y="v=spf1 -all"
        ).lookups
        == 3
    )


def test_ten_look_ups_are_allowed_and_the_eleventh_is_seen():
    many = {f"n{number}": "v=spf1 ip4:192.0.2.1 -all" for number in range(STOP * 2)}
    words = [f"include:{name}.example" for name in many]
    assert walked(f"v=spf1 {' '.join(words[:LOOKUPS])} -all", **many).lookups == LOOKUPS
    assert walked(f"v=spf1 {' '.join(words[: LOOKUPS + 1])} -all", **many).lookups == LOOKUPS + 1
    assert walked(f"v=spf1 {' '.join(words)} -all", **many).lookups == STOP


def test_names_that_lead_nowhere_are_counted():
    found = walked("v=spf1 a:x.example mx:y.example exists:z.example a:w.example -all", w={"AAAA": ["2001:db8::1"]})
    assert (found.lookups, found.voids, found.wrong) == (4, 3, [])


def test_included_names_that_have_no_record_at_all_are_look_ups_in_vain_too():
    assert walked("v=spf1 include:x.example include:y.example -all", y="another text").voids == 1


@pytest.mark.parametrize(
    "zone", [{}, {"x": "google-site-verification=1"}, {"x": {"TXT": ["v=spf1 -all", "v=spf1 ~all"]}}]
)
def test_what_is_included_must_have_one_record(zone):
    assert len(walked("v=spf1 include:x.example -all", **zone).wrong) == 1


def test_an_error_in_an_included_record_is_an_error():
    assert walked("v=spf1 include:x.example -all", x="v=spf1 ipv4:192.0.2.1 -all").wrong == ["ipv4:192.0.2.1"]


@pytest.mark.parametrize("word", ["include", "redirect"])
def test_rings_of_records_end_and_are_wrong(word):
    mark = "=" if word == "redirect" else ":"
    found = walked(f"v=spf1 {word}{mark}x.example", x=f"v=spf1 {word}{mark}vendor.example")
    assert found.wrong == [f"{word} leads in a ring back to vendor.example"]


def test_a_mail_exchange_with_a_crowd_of_hosts_is_wrong():
    assert walked("v=spf1 mx -all", x={}).wrong == []
    crowd = World(known(vendor={"TXT": ["v=spf1 mx -all"], "MX": [f"10 m{number}.example." for number in range(11)]}))
    assert walk(HOME, crowd).wrong == ["mx of vendor.example leads to more than 10 hosts"]


@pytest.mark.parametrize(
    ("record", "inner", "who"),
    [
        ("v=spf1 +all", "", "vendor.example"),
        ("v=spf1 mx all", "", "vendor.example"),
        ("v=spf1 ip4:0.0.0.0/0 -all", "", "vendor.example"),
        ("v=spf1 ip6:::/0 -all", "", "vendor.example"),
        ("v=spf1 include:x.example -all", "v=spf1 +all", "x.example"),
        ("v=spf1 redirect=x.example", "v=spf1 +all", "x.example"),
        ("v=spf1 ~include:x.example -all", "v=spf1 +all", ""),
        ("v=spf1 -ip4:0.0.0.0/0 -all", "", ""),
        ("v=spf1 include:x.example -all", "v=spf1 ?all", ""),
    ],
)
def test_who_lets_everybody_pass_is_named(record, inner, who):
    assert walked(record, x=inner).lets_all == who


def test_what_is_not_known_yet_is_asked_for_and_held_against_nobody():
    found = walk(HOME, known(vendor="v=spf1 a mx:y.example include:x.example -all"))
    assert found.open == {
        (HOME, RecordType.A),
        ("y.example", RecordType.MX),
        ("x.example", RecordType.TXT),
    }
    assert (found.voids, found.wrong) == (0, [])
    assert walk(HOME, {}).open == {(HOME, RecordType.TXT)}


def test_a_failing_resolver_makes_no_record_wrong_or_void():
    failing = {("x.example", RecordType.TXT): Records("x.example", RecordType.TXT, trouble=Trouble.SERVFAIL)}
    found = walk(HOME, known(vendor="v=spf1 include:x.example -all") | failing)
    assert (found.open, found.voids, found.wrong) == (set(), 0, [])


NAMES = ("vendor.example", "a.example", "b.example", "c.example")
words = st.sampled_from(
    [
        *(f"{kind}{name}" for name in NAMES for kind in ("include:", "a:", "mx:", "exists:", "?include:", "redirect=")),
        *("ip4:192.0.2.0/24", "ptr", "moo", "a", "mx", "exists:%{i}.example"),
    ]
)
records = st.lists(words, max_size=6).map(lambda found: " ".join(["v=spf1", *found, "-all"]))
zones = st.fixed_dictionaries(dict.fromkeys(NAMES, records))


def world_of(zone):
    return World({(name, RecordType.TXT): Records(name, RecordType.TXT, (text,)) for name, text in zone.items()})


@given(zones, words)
def test_one_word_more_never_takes_fewer_look_ups_or_makes_fewer_mistakes(zone, word):
    fewer = walk(HOME, world_of(zone))
    more = walk(HOME, world_of(zone | {HOME: f"{zone[HOME].removesuffix(' -all')} {word} -all"}))
    assert more.lookups >= fewer.lookups
    assert more.voids >= fewer.voids
    assert len(more.wrong) >= len(fewer.wrong)


@given(zones)
def test_whatever_leads_where_the_walk_ends_and_asks_only_what_it_must(zone):
    world, rounds, found = {}, 0, walk(HOME, {})
    while found.open:
        world |= {question: world_of(zone).get(question) for question in found.open}
        rounds, found = rounds + 1, walk(HOME, world)
    assert found.lookups <= STOP
    assert rounds <= STOP + 2
    assert (found.lookups, found.voids, found.wrong) == (
        (whole := walk(HOME, world_of(zone))).lookups,
        whole.voids,
        whole.wrong,
    )


@given(st.text(max_size=200))
@example("v=spf1 " + "%" * 60)
@example("v=spf1 include:" + "a" * 300)
@example("v=spf1 " + "." * 80 + "=")
def test_whatever_a_stranger_publishes_is_read_without_an_error(text):
    record = parse(f"v=spf1 {text}")
    assert all(word.isprintable() for word in record.wrong)
    walked(f"v=spf1 {text}")
