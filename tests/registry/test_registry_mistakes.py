"""A registry file with mistakes: all are said at once, each with its file, its place and what to write instead."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from stage import COMPANY, GROUP, PARTY, PURPOSE, SISTER, engagement, last_accepted, registry

from monitor import plugins
from monitor.mistakes import Invalid, of_validation
from monitor.registry.format import KINDS, Group
from monitor.registry.intake import declared
from monitor.registry.read import read

AT = datetime(2026, 9, 1, tzinfo=UTC)
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@pytest.fixture
def said(tmp_path):
    """What is said about files, by language; files are TOML, named a.toml, b.toml, ..."""

    def run(*files, language="en"):
        paths = []
        for name, content in zip("abcdefgh", files, strict=False):
            paths.append(tmp_path / f"{name}.toml")
            paths[-1].write_bytes(content if isinstance(content, bytes) else content.encode())
        try:
            read(paths, plugins.known())
        except Invalid as error:
            return [mistake.in_(language).removeprefix(f"{tmp_path}/") for mistake in error.mistakes]
        return []

    return run


def party(*lines):
    return GROUP + '[[party]]\nkey = "acme"\n' + "\n".join(lines) + "\n"


def changed(old, new):
    whole = registry(engagement("dm", more="", attestation=last_accepted("2026-01-10")))
    assert old in whole
    return whole.replace(old, new)


MISTAKES = {
    "a misspelt key": (
        changed("closed_days", "closed_day"),
        "[group]: closed_day: is not a known key. Did you mean closed_days?",
    ),
    "a key that resembles none": (
        changed('closed_days = "JP"', "zzz = 1"),
        "[group]: zzz: is not a known key. Remove it, or write one of",
    ),
    "a day near the end of time": (
        changed("2026-01-10", "9999-12-31"),
        "attestation.last_accepted_on: is 9999-12-31. Write a day from 1900 to 2200.",
    ),
    "a day near the beginning of time": (changed("2026-01-10", "0001-01-15"), "Write a day from 1900 to 2200."),
    "a misspelt key of an inner table": (
        changed("last_accepted_on", "last_accepted"),
        'engagement "dm": attestation.last_accepted: is not a known key. Did you mean last_accepted_on?',
    ),
    "a misspelt key of a row": (
        changed("url =", "ulr ="),
        'party "acme": endpoint 1: ulr: is not a known key. Did you mean url?',
    ),
    "a misspelt table": (
        changed("[[purpose]]", "[[purposes]]"),
        "purposes: is not a known table. Did you mean purpose?",
    ),
    "a table that is none": (
        GROUP + "[weather]\nx = 1\n",
        "weather: is not a known table. Remove it, or write one of group, minors, company",
    ),
    "a single table": (GROUP + '[company]\nkey = "a"\n', "company: is a single table. Write [[company]]."),
    "a missing key": (
        changed('managers = ["managers@impress.example"]', ""),
        'company "impress": managers: is missing. Add it.',
    ),
    "no contact": (party('name = "A"'), 'party "acme": contacts: is missing. Add it.'),
    "an empty list of contacts": (
        party('name = "A"', "contacts = []"),
        'party "acme": contacts: is empty. Name at least one.',
    ),
    "text for a list": (
        party('name = "A"', 'contacts = "a@b.example"'),
        'contacts: is "a@b.example", which is no list. Put it in square brackets.',
    ),
    "no address": (party('name = "A"', 'contacts = ["a@b"]'), 'contacts 1: is "a@b", which is no e-mail address.'),
    "an address with a line end": (party('name = "A"', r'contacts = ["a@b.example\n"]'), "which is no e-mail address."),
    "two addresses in one": (
        party('name = "A"', 'contacts = ["a@b.example, c@d.example"]'),
        "which is no e-mail address.",
    ),
    "a control character": (
        party(r'name = "A\u0000"', 'contacts = ["a@b.example"]'),
        'party "acme": name: holds control characters.',
    ),
    "an empty name": (
        party('name = "  "', 'contacts = ["a@b.example"]'),
        "name: is empty. Write something, or leave the key out.",
    ),
    "a number for text": (
        party("name = 5", 'contacts = ["a@b.example"]'),
        "name: is 5, which is no text. Put it in quotes.",
    ),
    "a broken address of a site": (
        changed("https://www.acme.example/", "https://[bad"),
        'endpoint 1: url: is "https://[bad", which is no web address.',
    ),
    "a port that cannot be": (
        changed("https://www.acme.example/", "https://www.acme.example:99999/"),
        "which is no web address.",
    ),
    "a password in a URL": (
        changed("https://www.acme.example/", "https://u:hunter2@www.acme.example/"),
        "which is no web address. Write it with https:// or http:// and a host, without a password.",
    ),
    "an unknown check": (
        changed('url = "https', 'checks = ["tsl"]\n  url = "https'),
        'endpoint https://www.acme.example/: checks: has "tsl". Write one of availability, ',
    ),
    "an unknown questionnaire": (
        changed("last_accepted_on", 'questionnaire = "nope"\nlast_accepted_on'),
        'attestation.questionnaire: has "nope". Write one of',
    ),
    "an unknown party": (
        changed('party = "acme"', 'party = "acmee"'),
        'engagement "dm": party: there is no party "acmee". Did you mean acme?',
    ),
    "an unknown purpose": (
        changed('["p03"]', '["zzz"]'),
        'engagement "dm": purposes: there is no purpose "zzz". Declare it in a [[purpose]] table',
    ),
    "a key in capitals": (changed('key = "acme"', 'key = "ACME"'), 'is "ACME". Write it in the form'),
    "a year and a day": (
        changed("last_accepted_on", 'every = "13 months"\nlast_accepted_on'),
        'attestation.every: is "13 months", longer than a year. Write "12 months" or fewer',
    ),
    "a number for months": (
        changed("last_accepted_on", "every = 12\nlast_accepted_on"),
        "attestation.every: is 12. Write a number of months",
    ),
    "too often": (
        changed('url = "https', 'every = "5s"\n  url = "https'),
        'every: is "5s". Write a duration of 10 seconds or more',
    ),
    "30 February": (
        changed("last_accepted_on", 'due = "02-30"\nlast_accepted_on'),
        'attestation.due: is "02-30", which is no day of the year.',
    ),
    "a number for a day": (
        changed("2020-10-01", "86400"),
        'engagement "dm": starts_on: is 86400. Write a date without quotes',
    ),
    "a work for nothing": (
        changed('purposes = ["p03"]\n', ""),
        'engagement "dm": purposes is missing. Name at least one',
    ),
    "a day in quotes": (changed("2020-10-01", '"2020-10-01"'), "Write a date without quotes, like 2026-09-30."),
    "seconds for a day": (changed("2020-10-01", '"1759276800"'), "Write a date without quotes, like 2026-09-30."),
    "a number in quotes": (
        changed("starts_on = 2020-10-01", 'starts_on = 2020-10-01\ndeletion_days = "30"'),
        'deletion_days: is "30", which is no whole number.',
    ),
    "a moment for a day": (
        changed("2020-10-01", "2020-10-01T09:00:00"),
        "starts_on: is 2020-10-01 09:00:00, a time. Write the date alone",
    ),
    "an end before the start": (
        changed("starts_on = 2020-10-01", "starts_on = 2020-10-01\nends_on = 2020-09-30"),
        'engagement "dm": ends_on is before starts_on.',
    ),
    "a membership that ends first": (
        changed('key = "impress"', 'key = "impress"\nmember_from = 2026-01-02\nmember_until = 2026-01-01'),
        'company "impress": member_until is before member_from.',
    ),
    "an hour that is none": (
        changed('closed_days = "JP"', 'send_at = "25:00"'),
        '[group]: send_at: is "25:00". Write hours and minutes',
    ),
    "mails that end before they begin": (
        changed('closed_days = "JP"', 'send_at = "18:00"\nsend_until = "09:00"'),
        "[group]: send_until is not after send_at.",
    ),
    "an unknown zone": (changed("Asia/Tokyo", "Asia/Edo"), '[group]: timezone: is "Asia/Edo", an unknown time zone.'),
    "a country without holidays": (
        changed('"JP"', '"XX"'),
        '[group]: closed_days: is "XX". Write a country code whose holidays are known',
    ),
    "yes for true": (
        changed('kind = "trustee"', 'kind = "trustee"\nchild_data = "yes"'),
        'child_data: is "yes". Write true or false.',
    ),
    "true for a number": (
        changed('kind = "trustee"', 'kind = "trustee"\ndeletion_days = true'),
        "deletion_days: is true, which is no whole number.",
    ),
    "too many days": (
        changed('kind = "trustee"', 'kind = "trustee"\ndeletion_days = 400'),
        "deletion_days: is 400. Write 366 or less.",
    ),
    "an unknown word": (
        changed('"trustee"', '"vendor"'),
        "kind: is \"vendor\". Write one of 'trustee' or 'joint_user'.",
    ),
    "an engagement below itself": (
        changed('kind = "trustee"', 'kind = "trustee"\nunder = "dm"'),
        'engagement "dm": under: hangs below itself.',
    ),
    "a deputy of themselves": (
        changed("[[purpose]]", '[[company.person]]\nemail = "a@b.example"\ndeputy = "a@b.example"\n[[purpose]]'),
        "a@b.example is their own deputy.",
    ),
    "an endpoint twice": (
        changed("[[engagement]]", '[[party.endpoint]]\nurl = "https://www.acme.example/"\n[[engagement]]'),
        "https://www.acme.example/ stands 2 times.",
    ),
    "a key twice in a table": (
        changed('name = "Impress"', 'name = "Impress"\nname = "Again"'),
        "-: is not TOML: Cannot overwrite a value (at line",
    ),
    "no TOML": (b"\x00\x01", "-: is not TOML"),
    "nesting without end": (b"a = " + b"[" * 5000, "-: is nested too deeply. Write fewer brackets within each other."),
    "a number without end": (b"a = " + b"9" * 5000, "-: holds a day or a number that cannot be. Correct it."),
    "Shift_JIS": (
        changed("Acme Printing", "アクメ印刷").encode("cp932"),
        "-: is not UTF-8 text. Save the file as UTF-8.",
    ),
    "UTF-16": (GROUP.encode("utf-16"), "-: is not UTF-8 text. Save the file as UTF-8."),
}


@pytest.mark.parametrize(("content", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_names_file_place_and_remedy(said, content, words):
    found = said(content)
    assert any(words in text for text in found), found
    assert all(text.startswith("a.toml: ") for text in found)
    assert not any("hunter2" in text or "See the documentation" in text for text in found)


@pytest.mark.parametrize("content", [content for content, _ in MISTAKES.values()], ids=MISTAKES.keys())
def test_every_mistake_is_said_in_japanese_too(said, content):
    english, japanese = said(content), said(content, language="ja")
    assert len(japanese) == len(english)
    assert all(JAPANESE.search(text) for text in japanese), japanese


def test_mistakes_of_all_files_and_entries_come_in_one_go(said):
    found = said(
        GROUP.replace("timezone", "timezon") + COMPANY + COMPANY,
        PURPOSE
        + PARTY.replace("name", "nam")
        + engagement("one", party="nobody")
        + engagement("two", starts_on="2026-99-01"[:4]),
        "nonsense",
        GROUP + SISTER + engagement("three", company="sistr"),
    )
    for words in (
        "a.toml: [group]: timezone: is missing", "a.toml: [group]: timezon: is not", 'a.toml: company "impress": stands twice (also in',
        'b.toml: party "acme": name: is missing', 'b.toml: engagement "one": party: there is no party "nobody"',
        'b.toml: engagement "two": starts_on', "c.toml: -: is not TOML", 'd.toml: engagement "three": company: there is no company "sistr"',
    ):  # fmt: skip
        assert any(words in text for text in found), (words, found)


def test_a_broken_entry_does_not_make_references_to_it_look_wrong(said):
    found = said(changed('contacts = ["privacy@acme.example"', 'contact = ["privacy@acme.example"'))
    assert len(found) == 2, found
    assert all('party "acme": contact' in text for text in found)


def test_a_file_that_is_not_there_and_a_folder_are_mistakes(tmp_path):
    with pytest.raises(Invalid) as caught:
        read([tmp_path / "none.toml", tmp_path])
    assert [mistake.in_("en") for mistake in caught.value.mistakes] == [
        f"{tmp_path}/none.toml: -: cannot be read (No such file or directory). Check the path.",
        f"{tmp_path}: -: cannot be read (Is a directory). Check the path.",
    ]


GOOD = registry(engagement("dm", title="ダイレクトメール"))


@pytest.mark.parametrize(
    "content",
    [GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.replace("Acme Printing", "㈱アクメ・𠮷野家 はがき"), ""],
    ids=["as it is", "with a BOM", "with CRLF", "in Japanese", "empty"],
)
def test_files_of_any_editor_are_read(said, content):
    assert said(content) == []


def test_entries_may_be_spread_over_files_in_any_order(said):
    assert said(engagement("dm"), PARTY, COMPANY + SISTER, PURPOSE, GROUP) == []


@pytest.mark.slow
def test_a_file_of_five_megabytes_is_read_and_its_one_mistake_found(said):
    many = "".join(engagement(f"dm/{number}", attestation=last_accepted("2026-01-10")) for number in range(28_000))
    assert len(many) > 5_000_000
    assert said(registry(many, engagement("last", party="acmee"))) == [
        'a.toml: engagement "last": party: there is no party "acmee". Did you mean acme?'
    ]


async def test_a_mistake_of_the_day_and_a_missing_group_come_with_the_others(store, tmp_path):
    file = tmp_path / "a.toml"
    file.write_text(changed("2026-01-10", "2026-09-02").replace('"p03"]', '"p04"]'))
    with pytest.raises(Invalid) as caught:
        await declared([file], plugins.known(), AT)
    found = [mistake.in_("en") for mistake in caught.value.mistakes]
    assert len(found) == 2, found
    assert 'there is no purpose "p04"' in found[0]
    assert (
        "last_accepted_on: is a day to come. Write the day on which it was accepted, Tue 1 Sep 2026 at the latest."
        in found[1]
    )
    file.write_text(COMPANY.replace("name", "nam"))
    with pytest.raises(Invalid) as caught:
        await declared([file], plugins.known(), AT)
    assert "[group]: is missing" in caught.value.mistakes[-1].in_("en")
    assert len(caught.value.mistakes) == 3


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes() | st.times()
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PLACES = [(kind, name) for kind, model in {"group": Group, **KINDS}.items() for name in model.model_fields]


@settings(max_examples=300)
@given(st.sampled_from(PLACES), ANYTHING)
def test_whatever_stands_at_a_key_is_taken_or_named_with_a_remedy(place, value):
    kind, name = place
    model = {"group": Group, **KINDS}[kind]
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        for mistake in of_validation(error, model, "f"):
            assert "See the documentation" not in mistake.in_("en"), mistake.in_("en")
            assert mistake.in_("ja")


NUMBER = "1234 5678 9018"  # its last digit checks the others
WITH_TEXTS = {
    "a title": ('party = "acme"\n', 'party = "acme"\ntitle = "For １２３４-５６７８-９０１８"\n', "title"),
    "a data item": ('party = "acme"\n', f'party = "acme"\nitems = ["name", "{NUMBER}"]\n', "items 2"),
    "a reason": (
        "  [engagement.attestation]",
        f'  [[engagement.waiver]]\n  what = "class"\n  by = "M."\n  reason = "See {NUMBER}"\n  until = 2027-01-31\n  [engagement.attestation]',
        "waiver 1: reason",
    ),
}


@pytest.mark.parametrize(("old", "new", "place"), WITH_TEXTS.values(), ids=WITH_TEXTS)
def test_a_text_with_an_individual_number_is_refused_and_not_repeated(said, old, new, place):
    [mistake] = said(changed(old, new))
    assert mistake == (
        f'a.toml: engagement "dm": {place}: seems to hold an individual number (My Number). Take the number out: it may'
        " not be kept here."
    )
    [japanese] = said(changed(old, new), language="ja")
    assert JAPANESE.search(japanese)
    assert "5678" not in mistake + japanese


def test_a_key_and_the_number_of_a_certificate_may_be_any_twelve_digits(said):
    certificate = f'  [[party.certificate]]\n  kind = "PMARK"\n  number = "{NUMBER}"\n  expires_on = 2027-11-30\n'
    whole = registry(engagement("dm-123456789018"), parties=PARTY + certificate)
    assert said(whole) == []


def test_what_is_in_the_registry_already_can_still_be_read():
    assert Group.model_validate({"name": NUMBER, "timezone": "Asia/Tokyo"}).name == NUMBER
