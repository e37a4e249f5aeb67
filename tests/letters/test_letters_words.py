"""What every letter says, and never says, in both languages."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date
from pathlib import Path

import pytest
from post import engagement, notice, office, registry, squeezed, visible
from stage import event, instant, last_accepted

from checks import CHECKS
from checks.contract import Severity
from monitor.language import say_short_day
from monitor.letters import words
from monitor.letters.basics import BLANK
from monitor.letters.layout import COLUMNS, width
from monitor.letters.texts import block
from monitor.obligations import KINDS
from monitor.registry.roster import RISING
from notifiers.email import compose

ROOT = Path(__file__).parent.parent.parent
DAY = {
    "ja": re.compile(r"\d+/\d+\([月火水木金土日]\)|\d+年\d+月\d+日"),
    "en": re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ [A-Z]"),
}
ADDRESS = re.compile(r"https?://\S+")
MAILBOX = re.compile(r"(?<![\w.+…-])[\w.+-]+@[\w-]+(\.[\w-]+)+")
FORM, TOKEN = re.compile(r"https://itaku\.impress\.example/f/(itk_[\w-]+)"), re.compile(r"itk_[\w-]{20,}")
#: Latin that a Japanese letter may hold: names of techniques and files, references, what a check saw.
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")  #: by which a letter is verified
TECHNICAL = re.compile(
    r"receipt\.json|/joint-use|ISO(?:/IEC)?|SOC(?:2-T2)?|TLS|SSL|HTTPS?|URL|UTC|SHA-256|HSTS|DM|ITK-[CD]?\d+|RFC \d+( section [\d.]+)?|[\d:]+[0-9a-f]{64}|[\w.-]+\.example"
    r"|[\w.+-]+@[\w.-]+|Set-Cookie|HttpOnly|SameSite|Secure|JavaScript|Web|OWASP[\w ]*|Cookie|cookie|HttpOnly|v?\d[\d.]*"
)
ASKS = (
    "opening", "reopened", "reminder", "overdue", "due-moved", "returned", "fresh-link", "hand-over", "several",
    "still-missing",
)  # fmt: skip


ABOVE = """
[[party]]
key = "above"
name = "Above Agency"
contacts = ["privacy@above.example"]
language = "en"
"""


@pytest.fixture(scope="module")
def returned(tmp_path_factory):
    """Letters of a world in which an answer came back, and in which work is sub-entrusted."""
    agency = engagement("agency", party="above", attestation=last_accepted("2026-10-01"))
    below = engagement("agency/sub", under="agency", attestation=last_accepted("2026-01-20"))
    toml = registry(engagement(attestation=last_accepted("2025-12-31")), agency, below, language="en") + ABOVE
    script = (
        event("2026-12-22T10:00", "submit", "dm"),
        event("2026-12-24T21:00", "return", "dm", reason="The list lacks the countries."),
    )

    async def run():
        tmp = tmp_path_factory.mktemp("returned")
        async with office(toml, "2026-11-20T00:00", "2027-01-08T00:00", *script, tmp=tmp) as place:
            mine = [kept for kept in place.clerk.kept if kept.side == "vendor" and "dm" in _engagements(kept)]
            found = {stage: [kept for kept in mine if kept.stages == [stage]] for stage in ("reminder", "overdue")}
            found["reminder"] = [kept for kept in found["reminder"] if kept.at > instant("2026-12-24T10:00")]
            found["sub"] = [kept for kept in place.of("opening") if "agency/sub" in _engagements(kept)]
            duty, at = await place.duty(), instant("2026-12-24T10:00")
            rung = notice("rung", "vendor", duty=duty, made_at=at, rung=-7, key="test/rung", data={"rung": "T-7"})
            moved = {"reason": "The list lacks the countries.", "was": "2026-12-31"}
            back = notice("returned", "vendor", duty=duty, made_at=at, data=moved)
            reminded = notice(
                "rung", "vendor", duty=await place.duty("agency/sub"), made_at=at, rung=-7, key="test/instead"
            )
            reminded.data = {"rung": "T-7", "instead": True}
            found["instead"] = [(await place.kept(reminded, at=at))[0]]
            over = notice("cancelled", "vendor", duty=await place.duty("agency/sub"), made_at=at, key="test/over")
            found["beside"] = [(await place.kept(rung, over, at=at))[0]]
            found["both"] = [(await place.kept(back, rung, at=at))[0]]
            return found

    found = asyncio.run(run())
    assert all(found.values())
    return found


def _engagements(kept):
    return {topic.duty.engagement_id for topic in kept.topics if topic.duty}


def first_line(kept):
    """The first sentence, its broken lines joined."""
    return kept.letter.text.split("\n\n")[0].replace("\n", " ")


def own_words(text):
    """A letter's text without addresses, references and what a check has seen word for word."""
    lines = [line for line in text.split("\n") if not re.search("検出内容：|Observed:", line)]
    return ADDRESS.sub("", "\n".join(lines))


def test_the_gallery_has_a_letter_of_every_text(gallery):
    texts = {f"{path.parent.name}+{path.stem}" for path in (ROOT / "templates/mail").glob("*/*.jinja")}
    texts = {text for text in texts if not text.startswith(("shared+", "kinds+"))}
    shown = {f"{kept.side}+{stage}" for kept in gallery.values() for stage in kept.stages}
    assert texts == shown


def test_the_deed_and_its_day_come_first(gallery):
    for (language, name), kept in gallery.items():
        assert DAY[language].search(first_line(kept)), name


def test_a_request_names_deed_and_day_within_what_a_telephone_shows_of_its_subject(gallery):
    for (language, name), kept in gallery.items():
        if kept.side == "vendor" and set(kept.stages) & set(ASKS):
            assert DAY[language].search(kept.letter.subject[: 45 if language == "en" else 25]), name


def test_all_reminders_of_one_request_have_the_same_subject(gallery):
    for language in ("ja", "en"):
        asked = [kept for (spoken, _), kept in gallery.items() if spoken == language and kept.side == "vendor"]
        subjects = {
            kept.letter.subject
            for kept in asked
            if len(kept.topics) == 1
            and kept.topics[0].duty
            and kept.topics[0].duty.id == 3
            and kept.topics[0].notice.kind == "rung"
        }
        assert len(subjects) == 1


def test_what_a_party_owes_says_in_its_subject_since_when_it_is_over_and_never_before(gallery):
    for language, over in (("ja", "の期限を過ぎています】"), ("en", ", overdue since ")):
        asked = [kept for (spoken, _), kept in gallery.items() if spoken == language and kept.side == "vendor"]
        late = {kept.letter.subject for kept in asked if kept.stages == ["overdue"]}
        early = {kept.letter.subject for kept in asked if kept.stages == ["reminder"]}
        assert late
        assert all(over in subject for subject in late)
        assert early
        assert not any(over in subject for subject in early)


def test_the_decision_on_passing_work_on_is_addressed_to_who_asked_and_not_to_whom_it_is_passed_on(gallery):
    for (_, name), kept in gallery.items():
        if name.startswith("vendor+sub-entrustment-decided"):
            whom = kept.topics[0].notice.data["name"]
            assert whom in first_line(kept), name
            greeted = next(line for line in kept.letter.text.splitlines() if line.startswith("To ") or "御中" in line)
            assert whom not in greeted, name


def test_text_and_html_say_the_same(gallery):
    for (_, name), kept in gallery.items():
        assert squeezed(visible(kept.letter.html)) == squeezed(kept.letter.text), name


def test_no_line_is_longer_than_34_full_width_characters(gallery):
    for (_, name), kept in gallery.items():
        for line in kept.letter.text.split("\n"):
            assert width(line) <= COLUMNS or " " not in line.strip(), (name, line)
            assert (
                width(line) <= COLUMNS
                or ADDRESS.fullmatch(line.strip())
                or re.fullmatch(r"\d+:[0-9a-f]{64}", line.strip())
            )


def test_addresses_are_never_broken(gallery):
    for (_, name), kept in gallery.items():
        assert set(ADDRESS.findall(kept.letter.text)) == set(ADDRESS.findall(visible(kept.letter.html))), name
        for address in re.findall(r'href="([^"]+)"', kept.letter.html):
            assert f"\n{address}\n" in kept.letter.text


def test_a_japanese_letter_holds_no_english(gallery):
    for (language, name), kept in gallery.items():
        if language == "ja":
            said = CODE.sub("", f"{kept.letter.subject}\n{kept.letter.text}")
            left = TECHNICAL.sub("", own_words(said))
            assert not re.findall(r"[A-Za-z]{2,}", left), (name, re.findall(r"[A-Za-z]{2,}.*", left))


def test_an_english_letter_holds_no_japanese(gallery):
    for (language, name), kept in gallery.items():
        if language == "en":
            said = f"{kept.letter.subject}{kept.letter.text}{kept.letter.html.split('</head>')[1]}{kept.letter.sender_name}"
            assert not re.findall("[\u3000-\u9fff\uff00-\uffef]", said), name


def test_every_letter_says_in_which_language_it_is(gallery):
    for (language, _), kept in gallery.items():
        assert kept.letter.language == language
        assert f'<html lang="{language}">' in kept.letter.html


@pytest.mark.parametrize(
    "threat", ["解除", "停止", "打ち切", "法的", "処分", "至急", "直ちに", "必ず", "義務", "違反", "ペナルティ", "督促"]
)
def test_no_letter_to_a_party_threatens(gallery, threat):
    for (language, name), kept in gallery.items():
        if language == "ja" and kept.side == "vendor":
            words = own_words(kept.letter.subject + kept.letter.text).replace("運用を停止", "")
            assert threat not in words, name


def test_a_company_is_addressed_with_onchu_and_a_person_with_sama(gallery):
    for (language, name), kept in gallery.items():
        if language != "ja":
            continue
        salutation = kept.letter.text.split("\n\n")[1].replace("\n", "")
        endings = [ending for ending in ("御中", "様", "各位") if salutation.endswith(ending)]
        assert len(endings) == 1, (name, salutation)
        assert sum(salutation.count(mark) for mark in ("御中", "様", "各位")) == 1, (name, salutation)
        if kept.side == "vendor":
            passed_on = kept.topics[0].notice.kind == "sub-entrustment-decided"  # the name is that of somebody else
            named = "" if passed_on else kept.topics[0].notice.data.get("name")
            assert salutation == (f"株式会社月見坂印刷　{named} 様" if named else "株式会社月見坂印刷 御中"), name


def test_several_readers_are_addressed_as_all_concerned(gallery):
    for (language, name), kept in gallery.items():
        if language == "ja" and kept.side == "company":
            salutation = kept.letter.text.split("\n\n")[1]
            assert salutation.endswith("関係者各位") == (len(kept.letter.to) > 1), name


def test_only_the_letter_to_the_party_holds_the_link(gallery):
    for (_, name), kept in gallery.items():
        found = set(FORM.findall(kept.letter.text)) | set(FORM.findall(kept.letter.html))
        if kept.side == "vendor" and set(kept.stages) & {
            *ASKS,
            "receipt",
            "copy",
            "plea-decided",
            "use-link",
        }:  # those two lead to what can be read
            assert bool(found) != name.endswith("+confirmed"), name  # who was the wrong person is asked no more
        else:
            assert not found, name
    for (_, name), kept in gallery.items():
        if kept.side == "company":
            assert not TOKEN.search(kept.letter.text + kept.letter.html), name
            assert (
                "/duty/" in kept.letter.text
                or "/own-duty/" in kept.letter.text
                or "/case/" in kept.letter.text
                or kept.stages in (["digest"], ["mailbox"])
                or "case-resolved" in kept.stages
                or kept.topics[0].certificate  # it has no page: what is to be done is done in the registry
            )


def test_no_letter_names_a_mail_address_but_the_party_s_to_those_who_have_to_ask_there(gallery):
    for (_, name), kept in gallery.items():
        contacts = set(kept.topics[0].party.contacts) if kept.side == "company" and kept.topics[0].party else set()
        if kept.side == "company" and kept.stages == ["mailbox"]:  # whose reader is to be asked
            contacts = {kept.topics[0].notice.data["address"]}
        if kept.stages == ["plea-receipt"]:  # which has the party's own words
            contacts = {kept.topics[0].notice.data["about"]["email"]}
        for text in (kept.letter.text, visible(kept.letter.html)):
            assert {found[0] for found in MAILBOX.finditer(text)} <= contacts, name
        assert not MAILBOX.search(kept.letter.subject), name


def test_whoever_has_to_ask_a_party_is_told_where(gallery):
    for (_, name), kept in gallery.items():
        if kept.side == "company" and set(kept.stages) & {"overdue", "case", "certificate", "plea"}:
            assert "privacy@acme.example" in kept.letter.text, name


def test_html_asks_nothing_of_anybody_else(gallery):
    for (_, name), kept in gallery.items():
        page = kept.letter.html
        assert not re.search(r"<(img|script|link|iframe|form|object)\b|url\(|@import|@font-face", page), name
        assert all(
            address.startswith("https://itaku.impress.example/")
            for address in re.findall(r'(?:href|src)="([^"]+)"', page)
        )


def test_the_button_leads_where_the_address_beside_it_says(gallery):
    for (_, name), kept in gallery.items():
        buttons = re.findall(r'class="button" href="([^"]+)"', kept.letter.html)
        shown = re.findall(r'<p class="address">([^<]+)</p>', kept.letter.html)
        assert buttons == shown, name


def test_every_letter_can_go_over_the_wire(gallery):
    for (_, name), kept in gallery.items():
        wire = compose(kept.letter, "itaku@impress.example").as_bytes()
        assert b"\r\n" in wire, name
        assert max(len(line) for line in wire.split(b"\r\n")) <= 998


def test_a_letter_says_who_sends_it_and_why_and_how_to_answer(gallery):
    for (language, name), kept in gallery.items():
        foot = kept.letter.text.rpartition("\n--\n")[2].replace("\n", "" if language == "ja" else " ")
        new = name.endswith("another-person")  # of whom nothing was on record
        why = {"ja": "この宛先", "en": "this address"} if new else {"ja": "このメール", "en": "You get this mail"}
        assert why[language] in foot, name
        if kept.side != "person":
            assert {"ja": "返信", "en": "repl"}[language] in foot, name
        assert kept.letter.reply_to.endswith(".example")
        assert list(kept.letter.to) != [kept.letter.reply_to] or kept.letter.reply_to.startswith("privacy-office"), name


def test_everything_that_a_letter_may_name_has_a_word():
    assert set(KINDS) == words.DUTIES
    assert set(CHECKS) <= set(words.CHECKS)
    assert {severity.word for severity in Severity} == set(words.SEVERITIES)
    assert {*RISING, "reviewer", "vendor"} <= set(words.ROLES)


def test_what_was_returned_is_asked_for_as_such_and_not_as_if_nothing_had_come(returned):
    for stage in ("reminder", "overdue"):
        for kept in returned[stage]:
            assert "Please complete your answer" in first_line(kept)
            assert "The list lacks the countries." in kept.letter.text
            assert "asked you on Fri 25 Dec to complete" in kept.letter.text.replace("\n", " ")
            assert "have not received your answer" not in kept.letter.text.replace("\n", " ")


def test_whoever_is_asked_in_anothers_place_learns_first_why_and_what_is_asked(returned):
    for kept in returned["instead"]:
        text = kept.letter.text.replace("\n", " ")
        assert (
            text.index("excuse this unexpected mail") < text.index("The law (article 25") < text.index("Open the form")
        )
        assert "have not received your answer" not in text


def test_what_asks_for_nothing_is_not_counted_beside_a_deed(returned):
    for kept in returned["beside"]:
        assert len(kept.topics) == 2
        assert "more" not in kept.letter.subject


@pytest.mark.parametrize(("asked_in", "said"), [
    ({"above": "1 of 2", "ref": "ITK-000028", "due": date(2027, 1, 8)}, "in part 1 of 2 of this mail (ITK-000028"),
    ({"above": "", "ref": "ITK-000028", "due": date(2027, 1, 8)}, "in a mail of its own (ITK-000028"),
    ({}, "We shall ask you about that"),
])  # fmt: skip
def test_an_acceptance_says_where_what_it_left_is_asked_about(asked_in, said):
    day = date(2026, 12, 1)
    values = {
        "kind": "attestation",
        "remedies": [{}],
        "more_remedies": 0,
        "asked_in": asked_in,
        "today": day,
        "tz": UTC,
    }
    assert said in block("body", "mail/vendor/accepted.jinja", "en", {**BLANK, **values}).replace("\n", " ")


def test_a_letter_that_returns_an_answer_names_the_date_that_it_moves(returned):
    for kept in returned["both"]:
        assert re.search("Dueuntilnow.{0,4}31Dec", squeezed(kept.letter.text))


def test_one_letter_never_thanks_for_an_answer_and_misses_it(returned):
    for kept in returned["both"]:
        text = kept.letter.text.replace("\n", " ")
        assert "Thank you for your answer" in text
        assert not re.search("have not (yet )?received", text)


def test_a_sub_trustee_is_told_through_whom_the_work_came(returned):
    for kept in returned["sub"]:
        assert "sub-entrusted by Above Agency" in kept.letter.text.replace("\n", " ")


def test_a_due_date_of_another_year_carries_its_year():
    assert say_short_day(date(2028, 3, 31), "ja", date(2027, 2, 9)) == "2028年3月31日(金)"
    assert say_short_day(date(2028, 2, 8), "ja", date(2027, 2, 9)) == "2/8(火)"


def test_only_the_office_is_told_that_its_report_comes_every_week(gallery):
    office = gallery["en", "company+digest"].letter.text.replace("\n", " ")
    assert "comes every week" in office
    assert "for Impress Corporation" in office
