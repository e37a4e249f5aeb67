"""What is going on, as status pages tell it to machines: JSON, RSS 2.0 and Atom, made by hand and by chance."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.contract import Severity
from checks.incidents import going_on
from tests.checks.looked_at import AT

QUIET = {
    "page": {"name": "Vendor"},
    "components": [{"id": "c1", "name": "Uploads", "status": "operational"}],
    "incidents": [],
    "scheduled_maintenances": [],
    "status": {"indicator": "none"},
}


def said(**changes):
    return going_on(json.dumps(QUIET | changes).encode(), AT)


def incident(**changes):
    return {"id": "i1", "name": "Uploads fail", "status": "investigating", "impact": "major"} | changes


def rss(*items):
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'.encode()


def item(title="Uploads fail", text="Investigating - we look into it.", when=AT - timedelta(hours=2)):
    told = f"<title>{title}</title><description>{text}</description>"
    return f"<item>{told}<pubDate>{format_datetime(when)}</pubDate><guid>g1</guid></item>"


def atom(title="Uploads fail", text="Investigating - we look into it.", when=AT - timedelta(hours=2)):
    entry = f"<id>a1</id><title>{title}</title><updated>{when.isoformat()}</updated><content>{text}</content>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{entry}</entry></feed>'.encode()


def test_a_quiet_page_says_nothing():
    assert said() == ()
    assert going_on(rss(), AT) == ()


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        ("none", Severity.LOW),
        ("minor", Severity.LOW),
        ("major", Severity.MEDIUM),
        ("critical", Severity.HIGH),
        ("unheard-of", Severity.MEDIUM),
        (None, Severity.MEDIUM),
    ],
)
def test_an_incident_is_as_bad_as_its_impact(impact, severity):
    (found,) = said(incidents=[incident(impact=impact)])
    assert (found.key, found.name, found.severity, found.planned) == ("i1", "Uploads fail", severity, False)


@pytest.mark.parametrize("status", ["resolved", "postmortem"])
def test_what_is_over_is_not_going_on(status):
    assert said(incidents=[incident(status=status)]) == ()
    assert said(scheduled_maintenances=[incident(status="completed")]) == ()


def test_maintenance_is_planned_wherever_it_stands():
    (ahead,) = said(scheduled_maintenances=[incident(status="scheduled", impact="maintenance")])
    (among,) = said(incidents=[incident(impact="maintenance")])
    assert ahead.planned
    assert among.planned


def test_a_component_in_trouble_is_told_unless_an_incident_tells_of_it():
    ailing = [{"id": "c1", "name": "Uploads", "status": "partial_outage"}]
    (alone,) = said(components=ailing)
    (told,) = said(components=ailing, incidents=[incident(components=[{"name": "Uploads"}])])
    assert (alone.ailing, alone.severity, alone.components) == (True, Severity.MEDIUM, ("Uploads",))
    assert (told.ailing, told.components) == (False, ("Uploads",))


def test_only_the_components_that_matter_are_heeded():
    (found,) = said(incidents=[incident(components=[{"name": "Uploads"}])])
    (general,) = said(incidents=[incident()])
    assert found.concerns(())
    assert found.concerns(("UPLOADS", "Search"))
    assert not found.concerns(("Search",))
    assert general.concerns(("Search",))


@pytest.mark.parametrize("body", [rss(item()), atom()], ids=["rss", "atom"])
def test_a_young_entry_of_a_feed_is_open(body):
    (found,) = going_on(body, AT)
    assert (found.name, found.severity, found.planned) == ("Uploads fail", Severity.MEDIUM, False)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Uploads fail [RESOLVED]", "Investigating"),
        (
            "Uploads fail",
            "&lt;strong&gt;Resolved&lt;/strong&gt; - all is well. &lt;strong&gt;Investigating&lt;/strong&gt;",
        ),
        ("アップロードの障害（復旧済み）", "詳細"),
        ("障害のお知らせ", "10:00 復旧しました。 9:00 調査中です。"),
        ("Scheduled maintenance", "Completed - the work is done."),
    ],
)
def test_an_entry_whose_latest_word_is_that_it_is_over_is_not_going_on(title, text):
    assert going_on(rss(item(title, text)), AT) == ()
    assert going_on(atom(title, text), AT) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Investigating - an earlier incident was resolved.",
        "It is not yet resolved.",
        "未復旧です",
        "Monitoring. Completed soon",
    ],
)
def test_an_entry_that_goes_on_is_open_whatever_it_says_of_other_things(text):
    assert len(going_on(rss(item(text=text)), AT)) == 1


@pytest.mark.parametrize("title", ["Scheduled maintenance of uploads", "定期メンテナンスのお知らせ"])
def test_an_entry_about_maintenance_is_planned(title):
    assert [one.planned for one in going_on(rss(item(title)), AT)] == [True]


@given(st.integers(0, 24 * 30))
def test_an_entry_that_nobody_closed_counts_for_three_days(hours):
    assert len(going_on(rss(item(when=AT - timedelta(hours=hours))), AT)) == (hours < 72)


def test_a_feed_that_was_cut_off_is_read_as_far_as_it_came():
    whole = rss(item(), item("Second"))
    assert [one.name for one in going_on(whole[: whole.index(b"<title>Second")], AT)] == ["Uploads fail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"status": "ok"}',
        b"plain words",
        b"<!doctype html><title>Status</title>",
        b"<html><body>All well</body></html>",
        b"<rss><channel><item><title>broken</rss>",
        b'<?xml version="1.0" encoding="none-such"?><rss/>',
        b"[" * 60_000,
    ],
)
def test_what_is_none_of_the_three_is_not_read(body):
    assert going_on(body, AT) is None


ENTITIES = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{a}"><!ENTITY b "{b}">%s]>
<rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>""".format(a="x" * 50, b="&a;" * 500)


@pytest.mark.parametrize("more", ["", '<!ENTITY c SYSTEM "file:///etc/hostname">'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_with_a_type_of_its_own_is_not_read_at_all(more, encoding):
    assert going_on((ENTITIES % more).encode(encoding), AT) is None


@pytest.mark.parametrize("encoding", ["punycode", "unicode_escape", "hex", "utf-7"])
def test_what_is_no_encoding_of_text_is_not_even_tried(encoding):
    assert going_on(f'<?xml version="1.0" encoding="{encoding}"?><rss/>'.encode(), AT) is None


def test_a_feed_in_japanese_bytes_is_read():
    text = rss(item("障害発生")).decode().replace('version="1.0"', 'version="1.0" encoding="Shift_JIS"', 1)
    (found,) = going_on(text.encode("shift_jis"), AT)
    assert found.name == "障害発生"


def test_a_deep_feed_is_no_more_work_than_a_long_one():
    assert going_on(rss("<a>" * 9000 + "</a>" * 9000, item()), AT)


scraps = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["major", "resolved", "Uploads"]) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "name", "status", "impact", "components", "incidents"]), inner)
    ),
    max_leaves=25,
)


@given(scraps)
def test_no_document_surprises_the_reader(told):
    body = json.dumps({"incidents": told, "components": told, "scheduled_maintenances": told}).encode()
    assert isinstance(going_on(body, AT), tuple)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_no_feed_surprises_the_reader(title, text, when):
    body = f"<rss><item><title>{title}</title><description>{text}</description><pubDate>{when}</pubDate></item></rss>"
    found = going_on(body.encode("utf-8", "replace"), AT)
    assert found is None or len(found) <= 1


@given(st.binary(max_size=200))
def test_no_bytes_surprise_the_reader(body):
    going_on(b"<" + body, AT)
    assert going_on(body, AT) is None or b"{" in body or b"<" in body


def test_entries_within_entries_are_one_entry_however_deep():
    deep = "<item><title>x</title>" * 15_000 + "</item>" * 15_000
    assert len(going_on(rss(deep, item()), AT)) == 2


@pytest.mark.parametrize("name", ['xmlns="{0}"', "xmlns = '{0}'", 'xmlns:a="{0}"', 'xmlns:{0}="u"'])
def test_a_feed_whose_namespace_has_no_end_is_none(name):
    assert going_on(f"<rss {name.format('u' * 300_000)}>{'<item/>' * 30_000}</rss>".encode(), AT) is None
