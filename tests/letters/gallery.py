"""One letter of every kind, in both languages: what the tests read, and what people look at.

`ITAKU_LETTERS_TO=folder pytest tests/letters` writes them there as files, to be opened in a browser.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from post import Kept, engagement, notice, office, registry
from stage import event, instant, last_accepted

from checks.contract import Severity
from checks.detail import Detail
from monitor import tables
from monitor.cases.conduct import breach
from monitor.certificates import Held
from monitor.duties.owing import begin
from monitor.escalation import climb_own
from monitor.ladder import OPENING
from monitor.notices import about_own
from monitor.obligations.pleas import DECISIONS
from monitor.registry.roster import roster
from monitor.tables.duty import DECLINE, DECLINED, MORE_TIME, NOT_OURS, WRONG_PERSON

if TYPE_CHECKING:
    from monitor.letters.digest import Week

URL = "https://www.acme.example/"
PORTAL = "https://portal.acme.example/orders.csv"
OFFICE = {"ja": "総務課", "en": "General Affairs"}
TITLES = {
    "ja": {
        "dm": "DM印刷・発送業務",
        "survey": "読者アンケートの集計",
        "prize": "賞品の発送",
        "panel": "会員向け調査の共同実施",
    },
    "en": {"dm": "Direct mail", "survey": "Reader survey", "prize": "Posting of prizes", "panel": "Joint member panel"},
}
REASON = "No. 7 lacks the date of the last drill.\nPlease also attach the new rules."
GRUND = "設問7の訓練の実施日をご記入ください。\n改訂後の規程も添付をお願いします。"
BEGIN, END = "2026-11-02T08:00", "2027-02-10T12:00"


def registered(language: str) -> str:
    titles = TITLES[language]
    return registry(
        engagement("dm", title=titles["dm"], attestation=last_accepted("2025-12-31"), tier="A"),
        engagement("survey", title=titles["survey"], attestation=last_accepted("2025-12-10") + '\nrests_on = "SOC2"'),
        engagement("prize", title=titles["prize"], starts_on="2025-01-06", ends_on="2026-11-30"),
        engagement("panel", title=titles["panel"], attestation=last_accepted("2025-12-10")).replace(
            '"trustee"', '"joint_user"'
        ),
        language=language,
    )


def events(language: str) -> list[str]:
    reason = GRUND if language == "ja" else REASON
    return [
        event("2026-11-20T21:15", "submit", "survey"),
        event("2026-11-24T11:00", "return", "survey", reason=reason.replace("\n", "\\n")),
        event("2026-11-25T16:00", "submit", "survey"),
        event("2026-12-07T10:00", "accept", "survey"),
        event("2026-12-01T10:00", "observe", None, url=URL, check="tls", verdict="fail", severity="high"),
        event("2026-12-01T11:00", "observe", None, url=URL, check="tls", verdict="fail", severity="high"),
        event("2026-12-22T11:00", "observe", None, url=URL, check="tls", verdict="pass"),
        event("2026-12-22T12:00", "observe", None, url=URL, check="tls", verdict="pass"),
        event("2026-12-20T03:00", "observe", None, url=URL, check="availability", verdict="fail", severity="critical"),
        event("2026-12-20T03:05", "observe", None, url=URL, check="availability", verdict="fail", severity="critical"),
        event("2026-12-10T08:00", "down", None, until="2026-12-10T14:00"),
        event("2026-12-18T10:00", "end", "panel", on="2026-12-20"),
    ]


async def _findings(language: str) -> None:
    for check, rule, detail in (
        ("tls", "tls.expires-soon", "The certificate expires on 2026-12-24, in 3 days."),
        ("tls", "tls.old-protocol", "The server accepts TLSv1.1."),
        ("headers", "headers.cookie-flags", "The cookie sid lacks Secure and HttpOnly."),
    ):
        watch = await tables.Watch.get(check_kind=check)
        await tables.FindingRow.create(watch_id=watch.id, rule=rule, key="sid" if "cookie" in rule else "", severity=3,
                                       detail=detail, first_seen_at=instant(BEGIN), last_seen_at=instant(BEGIN))  # fmt: skip


@asynccontextmanager
async def furnished(language: str, tmp: Any) -> Any:
    """The world of the gallery, run to its end and still open."""
    begun = sorted(events(language), key=lambda text: text.split("\n")[0])
    async with office(registered(language), BEGIN, END, *begun, tmp=tmp) as found:
        await _findings(language)
        yield found


def week(*, quiet: bool) -> Week:
    due = {"id": 1, "company": "impress", "party": "acme", "kind": "attestation", "on": "2027-01-04"}
    finding = {"company": "impress", "party": "acme", "url": URL, "check": "headers", "severity": "medium"}
    silent = {**finding, "check": "tls", "passes": True, "muted": "2027-03-05", "taken": "2027-02-26"}
    unsteady = {"company": "impress", "party": "acme", "url": URL, "check": "availability", "fails": 61, "looks": 240}
    conduct = {"company": "impress", "party": "", "url": "", "check": "", "severity": "high", "ref": "ITK-000009"}
    conduct["rule"] = "joint_use_notice_incomplete"
    ours = {"id": 9, "company": None, "party": "", "kind": "joint-use-notice", "on": "2027-03-02", "own": True}
    return {
        "begin": "2027-02-03",
        "until": "2027-02-09",
        "overdue": [] if quiet else [due, {**due, "id": 2, "company": None, "kind": "deletion", "on": "2027-02-08"}],
        "findings": [] if quiet else [finding, silent, conduct],
        "looks": 12345,
        "mails": 67,
        "head": {"seq": 1234567, "hash": "0123456789abcdef" * 4},
        "dates": [{**due, "id": 3, "on": "2027-02-26"}, {**due, "id": 4, "kind": "deletion", "on": "2027-03-01"}, ours],
        "reviews": [] if quiet else [{**due, "id": 5, "on": "2027-02-05"}],
        "pleas": [] if quiet else [{**due, "id": 8, "on": "2027-02-08"}],
        "waivers": [] if quiet else [{**due, "id": 6, "on": "2028-03-31"}],
        "undeliverable": [] if quiet else [{**due, "id": 7, "on": "2027-02-19"}],
        "certificates": [] if quiet else [{"party": "acme", "kind": "SOC2", "on": "2027-03-31"}],
        "unsteady": [] if quiet else [unsteady],
        "lacking": None if quiet else {"points": 12, "works": 3, "on": "2027-05-06"},
    }


@dataclass
class Written:
    """The letters of one world: one of every kind by name, and all that it sent by itself."""

    by_name: dict[str, Kept]
    all: list[Kept]


async def written(language: str, tmp: Any) -> Written:
    async with furnished(language, tmp) as place:
        found: dict[str, Kept] = {}
        for kept in place.clerk.kept:
            found.setdefault(_name(kept), kept)
        by_itself = list(place.clerk.kept)
        return Written(found | {name: kept async for name, kept in _by_hand(place)}, by_itself)


def _name(kept: Kept) -> str:
    about = ["deletion" for topic in kept.topics if topic.duty and topic.duty.kind == "deletion"]
    about += ["critical" for topic in kept.topics if topic.case and topic.case.severity > Severity.HIGH]
    return "+".join(dict.fromkeys([kept.side, *kept.stages, *about]))


async def _of_pleas(duty: Any, letter: Any, text: str) -> Any:
    """What a company answers a party, and what it hears of a refusal."""
    for kind, verdicts in DECISIONS.items():
        for verdict in verdicts:
            said = {"kind": kind, "decision": verdict, "text": text, "proposed_on": "2027-01-15"}
            yield f"vendor+plea-decided+{kind}+{verdict}", await letter("plea-decided", "vendor", data=said)
    about = {
        "name": "A. B.",
        "email": "general@acme.example",
        "offered": text,
        "price_consulted_on": "2026-12-18",
    }
    for kind in (MORE_TIME, NOT_OURS, WRONG_PERSON, DECLINE):
        said = {"kind": kind, "text": text, "proposed_on": "2027-01-15" if kind == MORE_TIME else "", "about": about}
        heard = {"heard_at": "2026-12-24T00:00:00+00:00"} if kind == DECLINE else {}
        yield f"vendor+plea-receipt+{kind}", await letter("plea-receipt", "vendor", data=said | heard)
    on = {"on": "2026-12-21", "reason": text, "offered": text, "price_consulted_on": "2026-12-18", "plea": 1}
    for name, about in {"": on, "+bare": on | {"offered": "", "price_consulted_on": ""}}.items():
        duty.state, duty.declined = DECLINED, about
        await duty.save()
        said = {"rung": "T+1", "declined": "2026-12-21"}
        yield f"company+declined{name}", await letter("rung", "company", rung=1, level=1, data=said)
    duty.state, duty.declined = "open", {}
    await duty.save()


WISHES = {
    "ja": "年末は担当者が不在のため、\n1月中旬まで猶予をいただけますでしょうか。",
    "en": "We are closed\nover the turn of the year.",
}


async def _of_what_came_back(letter: Any, tls: Any, text: str) -> Any:
    """Bounces and replies."""
    yield "company+undeliverable", await letter("undeliverable", "company", level=1)
    gone = {"address": "privacy@acme.example", "why": "550 5.1.1", "instead": "second@acme.example"}
    yield "company+undeliverable+instead", await letter("undeliverable", "company", level=1, data=gone)
    alone = {**gone, "instead": "", "alone": True}
    yield "company+undeliverable+alone", await letter("undeliverable", "company", level=1, data=alone)
    wrote = {"from": "privacy@acme.example", "subject": "ITK-000001", "text": text}
    yield "company+mail-reply", await letter("mail-reply", "company", level=1, data=wrote)
    yield (
        "company+mail-reply+case",
        await letter("mail-reply", "company", about=tls, level=1, data={**wrote, "text": ""}),
    )
    yield "vendor+use-link", await letter("use-link", "vendor")


async def _of_wishes(letter: Any, text: str) -> Any:
    """What parties say beside their answers, as their company reads it."""
    for name, said in {
        "more-time": {"kind": "more-time", "text": text, "proposed_on": "2027-01-15"},
        "more-time-some-day": {"kind": "more-time", "text": text, "proposed_on": ""},
        "not-ours": {"kind": "not-ours", "text": text, "proposed_on": ""},
        "wrong-person": {"kind": "wrong-person", "text": text, "proposed_on": ""},
        "objection": {"kind": "objection", "text": text, "proposed_on": ""},
        "hand-over": {"kind": "hand-over", "text": "", "proposed_on": ""},
        "stranger": {"kind": "stranger", "text": "", "proposed_on": ""},
        "of-another-kind": {"kind": "question", "text": text, "proposed_on": ""},
    }.items():
        yield f"company+plea+{name}", await letter("plea", "company", data=said)


async def _of_additions(duty: Any, letter: Any) -> Any:
    """What is added to a notice of an incident, and what is asked for before a report of the company is due."""
    was = {"kind": duty.kind, "state": duty.state, "submitted_at": duty.submitted_at}
    await duty.update_from_dict(
        {"kind": "incident-notice", "state": "submitted", "submitted_at": duty.opened_at}
    ).save()
    told = {"submission": 0, "added": ["incident.people", "incident.cause"], "missing": "5, 7"}
    due = {"missing": "4, 5, 8", "report": "final-report", "by": "2027-01-04", "adding": True}
    yield "vendor+still-missing", await letter("still-missing", "vendor", data=due)
    yield "vendor+receipt+added", await letter("receipt", "vendor", data=told)
    yield "vendor+receipt+all-told", await letter("receipt", "vendor", data=told | {"missing": ""})
    yield "company+review+added", await letter("review", "company", data=told, roles=("reviewer",))
    yield "vendor+fresh-link+adding", await letter("fresh-link", "vendor", data={"adding": True})
    for grade in ("draft", "submit", "view"):
        named = {"contact": 1, "grade": grade, "name": "", "from": "p…y@acme.example", "adding": True}
        yield f"vendor+hand-over+adding+{grade}", await letter("hand-over", "vendor", data=named)
    yield "vendor+accepted+notice", await letter("accepted", "vendor")
    await duty.update_from_dict(was).save()


async def _of_moves(duty: Any, letter: Any, text: str) -> Any:
    """Dates that moved, requests that ended, and one that ended and takes more."""
    for reason in ("asked-late", "form-unreachable", "returned", "extended", "recomputed", text, ""):
        name = f"vendor+due-moved+{reason if reason.isascii() and chr(10) not in reason else 'words'}"
        yield name, await letter("due-moved", "vendor", data={"reason": reason, "was": "2026-12-25"} if reason else {})
    called_off = ("correction-withdrawn", "request-declined", "request-withdrawn", "round-closed", "not-finished")
    for reason in ("engagement-ended", "not-ended", "end-moved", "confirmed", "not-in-force", *called_off):
        yield f"vendor+cancelled+{reason}", await letter("cancelled", "vendor", data={"reason": reason})
    was, duty.state = duty.state, "accepted"
    await duty.save()
    yield "vendor+cancelled+made", await letter("cancelled", "vendor", data={"reason": "correction-withdrawn"})
    duty.state = was
    await duty.save()
    async for name, kept in _of_additions(duty, letter):
        yield name, kept


async def _by_hand(place: Any) -> Any:
    """Letters that no script brings about. The duty is put back to where it was when such a letter is usual."""
    at = instant("2026-12-22T10:00")
    duty = await place.duty("dm")
    duty.overdue_on, duty.vendor_sent, duty.company_sent, duty.told, duty.told_at = None, -14, None, 0, None
    await duty.save()
    tls = await tables.Case.filter(check_kind="tls").first()
    tls.closed_at, tls.company_sent, tls.told = None, 3, 2
    await tls.save()

    async def letter(
        kind: str, side: str, about: Any = duty, to: Any = None, roles: Any = ("managers",), **fields: Any
    ) -> Kept:
        row = notice(kind, side, made_at=at, **({"duty": about} if about is duty else {"case": about}), **fields)
        kept, _ = await place.kept(row, to=to, roles=list(roles), at=at)
        return kept

    text = WISHES[place.language]
    async for name, kept in _of_wishes(letter, text):
        yield name, kept
    async for name, kept in _of_pleas(duty, letter, text):
        yield name, kept
    async for name, kept in _of_moves(duty, letter, text):
        yield name, kept
    yield "vendor+fresh-link", await letter("fresh-link", "vendor")
    named = {
        "reason": "another-person",
        "name": "後任の担当者" if place.language == "ja" else "The successor",
        "from": "p…y@acme.example",
    }
    yield "vendor+fresh-link+another-person", await letter("fresh-link", "vendor", data=named)
    yield "vendor+copy", await letter("copy", "vendor", data={"submission": 0}, to=["colleague@acme.example"])
    async for name, kept in _of_signing(place, duty, letter, at):
        yield name, kept
    yield "company+second-person", await letter("second-person", "company", roles=("reviewer",))
    async for name, kept in _of_what_came_back(letter, tls, text):
        yield name, kept
    again = {"rung": -7, "data": {"rung": "T-7", "instead": True}}
    yield "vendor+reminder+instead", await letter("rung", "vendor", **again)
    yield "company+mute-ended", await letter("mute-ended", "company", about=tls, level=1)
    yield "company+undeliverable+case", await letter("undeliverable", "company", about=tls, level=1)
    climbed = {"rung": 3, "level": 2, "data": {"rung": "C+3"}, "to": ["managers@impress.example", "pi@impress.example"]}
    yield (
        "company+case+findings",
        await letter("rung", "company", about=tls, roles=("managers", "pi_manager"), **climbed),
    )
    yield "vendor+case+findings", await letter("rung", "vendor", about=tls, rung=0, data={"rung": "C+0"})
    async for name, row, roles in _of_certificates(place, at):
        yield name, (await place.kept(row, roles=roles, at=at))[0]
    async for name, row in _of_decisions(at):
        yield name, (await place.kept(row, at=at))[0]
    for name, quiet in (("company+digest", False), ("company+digest+quiet", True)):
        data = week(quiet=quiet)
        yield (
            name,
            await letter(
                "digest",
                "company",
                about=None,
                data=data,
                to=["privacy-office@group.example"],
                roles=("privacy_office",),
            ),
        )
    data = {"address": "managers@impress.example", "why": "550 5.1.1", "mail": "ab" * 16}
    yield "person+mailbox", await letter("mailbox", "person", about=None, data=data, roles=("person",))
    yield "company+mailbox", await letter("mailbox", "company", about=None, data=data, level=3)
    yield (
        "person+sign-in",
        await letter(
            "sign-in",
            "person",
            about=None,
            data={"sign_in": "ab" * 12},
            to=["managers@impress.example"],
            roles=("person",),
        ),
    )
    certificate = Held("acme", "PMARK", "10000000(01)", date(2027, 1, 21)).warning("impress", "vendor", -30, at)
    opening = notice("rung", "vendor", duty=await place.duty("survey"), made_at=at, rung=OPENING, data={"rung": "T-30"})
    moved = notice("due-moved", "vendor", duty=duty, made_at=at)
    case = notice("rung", "vendor", case=tls, made_at=at, rung=0, data={"rung": "C+0"})
    yield "vendor+several", (await place.kept(opening, moved, case, certificate, at=at))[0]
    tls.check_kind, tls.url = "erased", PORTAL
    await tls.save()
    yield "vendor+case+erased", (await place.kept(case, at=at))[0]
    yield "vendor+reopened", (await place.kept(await _asked_again(place, at), at=at))[0]


async def _asked_again(place: Any, at: Any) -> Any:
    """The opening of a deletion that had been confirmed, whose places serve content again."""
    duty = await place.duty("prize")
    names = ("本番データベース", "バックアップ") if place.language == "ja" else ("Production database", "Backup")
    places = [{"name": name, "url": f"{PORTAL}{number}"} for number, name in enumerate(names)]
    duty.cause = {"reason": "served-again", "seen_at": "2026-12-21T03:00:00+09:00", "places": places}
    await duty.save()
    return notice("rung", "vendor", duty=duty, made_at=at, rung=OPENING, data={"rung": "T-30"})


async def _of_decisions(at: Any) -> Any:
    """What a company owes itself: as it opens, and once its last day is over; a law's clock, and what concerns no party."""
    calendar = (await roster()).calendar
    change = {"kind": "change-review", "party_id": "acme", "url": URL}
    report = {"kind": "preliminary-report", "party_id": "acme", "engagement_id": "dm", "ref": "ITK-000007"}
    report |= {"about": {"missing": "4, 8"}}
    notice_of_all = {"kind": "joint-use-notice", "party_id": None}
    for name, days, about in (
        ("", 16, change),
        ("+late", -8, change),
        ("+statutory", 3, report | {"statutory": True}),
        ("+statutory+late", -1, report | {"statutory": True}),
        ("+nobody", 9, notice_of_all),
        ("+nobody+entry", 9, notice_of_all | {"ref": "ITK-000008"}),
    ):
        due_on = calendar.day_of(at) + timedelta(days=days)
        duty = await begin(tables.OwnDuty(company_id="impress", due_on=due_on, **about), calendar, at)
        yield f"company+own-duty{name}", climb_own(duty, calendar, at).notices[0]
    joint = {"kind": "joint-correction", "ref": "C-2026-001", "about": {"corrected_by": "sister"}}
    due_on = calendar.day_of(at) + timedelta(days=5)
    duty = await begin(tables.OwnDuty(company_id="impress", due_on=due_on, **joint), calendar, at)
    for reason in ("correction-withdrawn", "request-withdrawn"):
        yield f"company+cancelled+{reason}", about_own(duty, "cancelled", at, level=1, data={"reason": reason})
    async for name, row in _of_conduct(at):
        yield name, row


async def _of_conduct(at: Any) -> Any:
    """Conduct that is not as promised: as it is found, some days on, put right; of a party, and of nobody outside."""
    present = await roster()
    found = Detail("{name} was named as working below, and was never reported.", name="below.example")
    of_party = {"company_id": "impress", "party_id": "acme", "engagement_id": "dm", "tell_vendor": True}
    case = await breach("opt_out_ignored", found, at, present, **of_party)
    ours = await breach("joint_use_notice_incomplete", Detail(""), at, present, company_id="impress", ref="ITK-000009")
    for side in ("vendor", "company"):
        yield f"{side}+conduct", notice("rung", side, case=case, made_at=at, rung=0, level=1, data={"rung": "C+0"})
    yield "company+conduct+nobody", notice("rung", "company", case=ours, made_at=at, rung=0, data={"rung": "C+0"})
    case.opened_on, case.company_sent, case.told = case.opened_on - timedelta(days=5), 3, 2
    await case.save()
    yield (
        "company+conduct+later",
        notice("rung", "company", case=case, made_at=at, rung=3, level=2, data={"rung": "C+3"}),
    )
    wrote = {"from": "privacy@acme.example", "subject": "ITK-C00001", "text": ""}
    yield "company+mail-reply+conduct", notice("mail-reply", "company", case=case, made_at=at, level=1, data=wrote)
    yield "company+undeliverable+conduct", notice("undeliverable", "company", case=case, made_at=at, level=1)
    for side in ("vendor", "company"):
        yield f"{side}+conduct-resolved", notice("resolved", side, case=case, made_at=at, level=1)


async def _of_signing(place: Any, duty: Any, letter: Any, at: Any) -> Any:
    """Letters to colleagues who were let in, by what they may do, and the code of a signature."""
    colleague = await tables.Person.create(email="colleague@acme.example", seen_at=at)
    for grade in ("", "view", "submit"):
        data = {"contact": colleague.id, "name": OFFICE[place.language], "from": "p…y@acme.example"} | (
            {"grade": grade} if grade else {}
        )
        kept = await letter("hand-over", "vendor", data=data, to=["colleague@acme.example"])
        yield f"vendor+hand-over{'+' if grade else ''}{grade}", kept
    for decision in ("approved", "refused"):
        said = {"decision": decision, "text": WISHES[place.language], "name": "A. B."}
        name = f"vendor+sub-entrustment-decided+{decision}"
        yield name, await letter("sub-entrustment-decided", "vendor", data=said)
    yield "vendor+code", await letter("code", "vendor", data={"code": await _code(duty, at, place.language)})


async def _code(duty: Any, at: Any, language: str) -> str:
    """A code that was asked for by somebody who declared."""
    link = await tables.Link.create(
        id="c" * 24, obligation_id=duty.id, token_sha256="", grade="submit", issued_at=at, expires_at=at
    )
    signer = ("髙﨑 さつき", "個人情報保護担当") if language == "ja" else ("A. Vendor", "Privacy office")
    said = {"signer_name": signer[0], "signer_title": signer[1], "sha256": "0" * 64}
    row = await tables.SigningCode.create(
        id="d" * 24, obligation_id=duty.id, link_id=link.id, made_at=at, expires_at=at, **said
    )
    return row.id


async def _of_certificates(place: Any, at: Any) -> Any:
    """A certificate that a confirmation rests on with warnings still to come, one that nothing rests on in its last
    week, one of a kind that has no name here; and a warning that could not be delivered."""
    for name, found, rung in (
        ("", Held("acme", "SOC2", "SOC2-T2-2025", date(2027, 2, 20)), -60),
        ("+last", Held("acme", "PMARK", "10000000(01)", date(2026, 12, 25)), -7),
        ("+unnamed", Held("acme", "ISO99999", "I\u202e9", date(2026, 12, 22)), -7),
    ):
        yield f"vendor+certificate{name}", found.warning("impress", "vendor", rung, at), ["vendor"]
        yield f"company+certificate{name}", found.warning("impress", "company", rung, at), ["managers"]
        bounced = found.notice("impress", "company", "undeliverable", at, mark="1", level=1)
        yield f"company+undeliverable+certificate{name}", bounced, ["managers"]
