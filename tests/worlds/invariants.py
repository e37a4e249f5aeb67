"""What must be true of every world, whatever happened in it. Each function is one promise and yields what broke it.

They are told in the words of the rules and worked out from the lines, the ledger and the rows alone: days, audiences
and places of rungs are computed here a second time, from the registry's own entries, and not asked of the product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import holidays

from monitor import ledger, tables
from monitor.own_duties import OWN_DUTIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playing import Line, Played, Registered

DAY = timedelta(days=1)
AT_ANY_HOUR = {"receipt"}
ROLES = {"managers": "managers", "pi_manager": "pi_manager", "executive": "executive", "reviewer": "reviewers"}
LIVE = {"scheduled", "open", "returned", "submitted", "waived"}
ASKED = {"open", "returned"}
#: event -> states in which a duty may be when it comes, and the state after it (none: as before)
LEGAL: dict[str, tuple[set[str], str | None]] = {
    "obligation.scheduled": ({"", "waived"}, "scheduled"),
    "obligation.opened": ({"scheduled", "waived"}, "open"),
    "obligation.submitted": (ASKED, "submitted"),
    "obligation.accepted": ({"submitted"}, "accepted"),
    "obligation.returned": ({"submitted"}, "returned"),
    "obligation.waived": (LIVE - {"waived"}, "waived"),
    "obligation.cancelled": ({"scheduled", *ASKED, "waived"}, "cancelled"),
    "obligation.overdue": (ASKED, None),
    "obligation.acknowledged": (ASKED, None),
    "obligation.due_moved": ({"scheduled", *ASKED}, None),
}
TURNS = {"case.opened", "case.reopened", "case.closed"}
AFTER_THE_END = {
    "accepted": {"accepted", "undeliverable"},
    "cancelled": {"cancelled", "undeliverable"},
    "submitted": {"receipt", "review", "review-reminder", "undeliverable"},
    "waived": {"undeliverable"},
}


def broken(played: Played) -> list[str]:
    """All that is wrong with a world that was played."""
    return [f"{promise.__name__}: {said}" for promise in PROMISES for said in promise(played)]


def _when(line: Line) -> datetime:
    return datetime.fromisoformat(line["at"])


def _day(line: Line) -> date:
    return date.fromisoformat(line["at"][:10])


def _duty(line: Line) -> tuple[str, str]:
    """What a line is about: of what a company owes itself for all of its works, the company."""
    kind = line.get("obligation", "")
    return line.get("engagement") or (line.get("company", "") if kind in OWN_DUTIES else ""), kind


@lru_cache(maxsize=64)
def _national(country: str, year: int) -> Any:
    return holidays.country_holidays(country, years=year)


def closed(group: dict[str, Any], day: date) -> bool:
    """Whether a group rests on that day."""
    country = group.get("closed_days", "JP")
    if day.isoformat() in group.get("extra_closed", []):
        return True
    if country == "none":
        return False
    turn_of_the_year = (day.month, day.day) in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    return day.weekday() > 4 or day in _national(country, day.year) or (country == "JP" and turn_of_the_year)


def no_stage_is_late_and_the_auditor_agrees(played: Played) -> Iterator[str]:
    yield from played.complaints
    end = played.scene.end
    late = [
        *(("duty", duty.id, duty.turns_at) for duty in played.rows[tables.Obligation]),
        *(("duty", duty.id, duty.next_at) for duty in played.rows[tables.Obligation]),
        *(("case", case.id, case.next_at) for case in played.rows[tables.Case]),
        *(("engagement", row.key, row.plan_at) for row in played.rows[tables.Engagement]),
    ]
    if not any(begin <= end <= until for begin, until in played.scene.downs()):
        yield from (f"{what} {key} waits since {at}" for what, key, at in late if at and at <= end)


def whoever_waits_has_a_next_step(played: Played) -> Iterator[str]:
    waiting = {
        (n.obligation_id, n.side) for n in played.rows[tables.Notice] if n.kind == "rung" and n.state == "waiting"
    }
    for duty in played.rows[tables.Obligation]:
        queued = (duty.id, "vendor") in waiting or (duty.id, "company") in waiting
        if duty.state in {"scheduled", "waived"} and duty.turns_at is None:
            yield f"duty {duty.id} is {duty.state} for ever"
        if duty.state in {"submitted", *ASKED} and duty.next_at is None and not queued:
            yield f"duty {duty.id} is {duty.state} and nobody is reminded"
        if duty.state in ASKED and duty.told_on and not duty.overdue_on and duty.turns_at is None:
            yield f"duty {duty.id} never becomes overdue"
        if duty.state not in {"submitted", *ASKED} and duty.next_at is not None:
            yield f"duty {duty.id} is {duty.state} and still climbs"


def what_is_queued_waits_in_the_outbox(played: Played) -> Iterator[str]:
    waiting = {(n.obligation_id, n.case_id, n.side, n.rung) for n in played.rows[tables.Notice] if n.state == "waiting"}
    rows = [(duty.id, None, duty) for duty in played.rows[tables.Obligation]]
    rows += [(None, case.id, case) for case in played.rows[tables.Case] if case.closed_at is None]
    for duty_id, case_id, row in rows:
        for side, queued in (("vendor", row.vendor_queued), ("company", row.company_queued)):
            if queued is not None and (duty_id, case_id, side, queued) not in waiting:
                yield f"{type(row).__name__} {row.id}: rung {queued} of its {side} was queued and is not in the outbox"


def histories_are_legal(played: Played) -> Iterator[str]:
    states: defaultdict[str, str] = defaultdict(str)
    for line in played.book:
        if line["type"] not in LEGAL:
            continue
        before, after = LEGAL[line["type"]]
        duty = line["subject"]
        if states[duty] not in before:
            yield f"{duty}: {line['type']} after {states[duty] or 'nothing'} at {line['at']}"
        states[duty] = after or states[duty]
        if line["data"]["state"] != states[duty]:
            yield f"{duty}: the ledger says {line['data']['state']} at {line['at']}, its history {states[duty]}"


def rows_are_what_the_ledger_says(played: Played) -> Iterator[str]:
    last = {line["subject"]: line for line in played.book if line["type"] in LEGAL}
    for duty in played.rows[tables.Obligation]:
        said = last[f"obligation/{duty.id}"]["data"]
        if (said["state"], said["due_on"]) != (duty.state, duty.due_on.isoformat()):
            yield f"duty {duty.id} is {duty.state}, due {duty.due_on}; its last line says {said}"
    types = {(line["subject"], line["type"]) for line in played.book}
    ended = {line["subject"]: line["type"] == "case.closed" for line in played.book if line["type"] in TURNS}
    for case in played.rows[tables.Case]:
        if ended[f"case/{case.id}"] != (case.closed_at is not None):
            yield f"case {case.id} and the ledger disagree on whether it is closed"
    for mail in played.rows[tables.Mail]:
        if ((f"mail/{mail.id}", "mail.sent") in types) != (mail.state == "sent"):
            yield f"mail {mail.id} and the ledger disagree on whether it was sent"


def a_check_that_flaps_makes_no_storm(played: Played) -> Iterator[str]:
    """No case opens within a day of the end of another of the same check and company that had passed; and of a case, a
    party is told at first once, and once more if it rose to critical.
    """
    passed: dict[tuple[Any, ...], datetime] = {}
    for line in played.book:
        data = line["data"]
        about = (line["company"], data.get("party"), data.get("url"), data.get("check"))
        if line["type"] == "case.closed" and "reason" not in data:
            passed[about] = _when(line)
        elif line["type"] == "case.closed":
            passed.pop(about, None)
        elif line["type"] == "case.opened" and about in passed and _when(line) - passed[about] < DAY:
            yield f"{line['subject']} opened at {line['at']}, and its check had passed at {passed[about]}"
    first = Counter(
        line["case"] for line in played.mails() if line.get("rung") == "C+0" and line["audience"] == ["vendor"]
    )
    yield from (f"case {case} told its party {times} times at first" for case, times in first.items() if times > 2)


def recovery_is_told_once_to_those_who_were_told(played: Played) -> Iterator[str]:
    """Between two times that a side hears that it passes again, it heard that it failed."""
    heard: dict[tuple[str, bool], str] = {}
    for line in played.mails():
        if "case" not in line or line["notice"] not in {"rung", "resolved"}:
            continue
        side = (line["case"], line["audience"] == ["vendor"])
        if line["notice"] == "resolved" and heard.get(side) not in {"rung", line["at"]}:
            yield f"case {side[0]}: it passes again, said at {line['at']} to those who knew of nothing"
        heard[side] = "rung" if line["notice"] == "rung" else line["at"]


def the_ledger_verifies(played: Played) -> Iterator[str]:
    verifier = ledger.Verifier()
    try:
        for line in played.book:
            verifier.take(line)
    except ledger.Broken as error:
        yield str(error)
    yield from (f"seq {b['seq']} goes back in time" for a, b in pairwise(played.book) if b["at"] < a["at"])


def one_live_duty_of_a_kind_for_an_engagement(played: Played) -> Iterator[str]:
    live = Counter((duty.engagement_id, duty.kind) for duty in played.rows[tables.Obligation] if duty.state in LIVE)
    yield from (f"{about} is owed {times} times" for about, times in live.items() if times > 1)


def mails_leave_in_the_hours_of_open_days(played: Played) -> Iterator[str]:
    for line in played.mails():
        if line["notice"] in AT_ANY_HOUR or line.get("severity") == "critical":
            continue
        group = [one.entries["group"]["group"] for one in played.registry_at(_when(line))]
        if not any(_open(found, line) for found in group) and not _shares_a_letter_that_is_urgent(played, line):
            yield f"{line['notice']} left at {line['at']}"


def _open(group: dict[str, Any], line: Line) -> bool:
    clock = datetime.fromisoformat(line["at"]).time()
    begin, end = (time.fromisoformat(group.get(name, usual)) for name, usual in (("send_at", "09:00"), ("send_until", "18:00")))  # fmt: skip
    return begin <= clock < end and not closed(group, _day(line))


def _shares_a_letter_that_is_urgent(played: Played, line: Line) -> bool:
    """A case that was critical in its `C+0` has its end told by an ordinary mail; the reverse is one letter."""
    return any(other.get("severity") == "critical" for other in played.mails() if other["mail"] == line["mail"])


def nobody_outside_role_and_company_is_told(played: Played) -> Iterator[str]:
    for line in played.mails():
        allowed: set[str] = set()
        for registered in played.registry_at(_when(line)):
            allowed |= _may_hear(line, registered)
        strangers = set(line["to"]) - allowed
        if strangers or not line["to"]:
            yield f"{line['at']} {line['notice']} of {_duty(line)} for {line['audience']} went to {strangers or 'nobody'}"


def _may_hear(line: Line, registered: Registered) -> set[str]:
    entries, day = registered.entries, _day(line)
    if line["audience"] == ["vendor"]:
        return set(entries["party"][line["party"]]["contacts"])
    company = entries["company"].get(line.get("company", ""))
    office = set(entries["group"]["group"].get("privacy_office", []))
    first, last = (company or {}).get("member_from", "0001-01-01"), (company or {}).get("member_until", "9999-12-31")
    if company is None or not first <= day.isoformat() <= last:
        return office
    people: set[str] = set()
    for role in line["audience"]:
        people |= office if role == "privacy_office" else _holders(company, role, day)
    return people


def _holders(company: dict[str, Any], role: str, day: date) -> set[str]:
    persons = company.get("person", [])
    listed = {*company.get(ROLES[role], []), *(one["email"] for one in persons if role in one.get("roles", []))}
    if role == "reviewer" and not listed:
        return _holders(company, "managers", day)
    away = {one["email"]: one["deputy"] for one in persons
            if one.get("deputy") and one.get("away") and one["away"][0] <= day.isoformat() <= one["away"][1]}  # fmt: skip
    return {away.get(address, address) for address in listed}


def companies_hear_of_their_own_only(played: Played) -> Iterator[str]:
    """A letter speaks of one company's matters, and for a duty that is the company of its engagement."""
    letters: defaultdict[str, set[str]] = defaultdict(set)
    for line in played.mails():
        letters[line["mail"]].add(line.get("company", ""))
        if "engagement" in line:
            owners = {
                one.entries["engagement"][line["engagement"]]["company"] for one in played.registry_at(_when(line))
            }
            if line["company"] not in owners:
                yield f"{line['at']} {line['notice']} of {line['engagement']} went to {line['company']}"
    yield from (f"letter {mail} speaks of {found}" for mail, found in letters.items() if len(found) > 1)


def _told(played: Played) -> dict[tuple[str, str], list[tuple[Line, dict[str, Any]]]]:
    """Every rung that the ledger says was told, by what it is about and by side, in order; once a letter."""
    found: defaultdict[tuple[str, str], list[tuple[Line, dict[str, Any]]]] = defaultdict(list)
    for line in played.book:
        for item in line["data"]["items"] if line["type"] == "mail.sent" else ():
            if item["notice"] == "rung":
                found[item["about"], "vendor" if item["roles"] == ["vendor"] else "company"].append((line, item))
    return found


def _anew(played: Played) -> dict[str, list[str]]:
    """When the ladder of a duty began anew: it opened, or T moved by more than a week."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in played.book:
        if line["type"] == "obligation.opened":
            found[line["subject"]].append(line["at"])
        if line["type"] == "obligation.due_moved":
            was, now = (date.fromisoformat(line["data"][name]) for name in ("was", "due_on"))
            if (now - was).days > 7:
                found[line["subject"]].append(line["at"])
    return found


def _climbs(played: Played) -> Iterator[tuple[str, str, list[tuple[Line, dict[str, Any]]]]]:
    """Each ladder from its beginning, side by side."""
    anew = _anew(played)
    for (about, side), told in _told(played).items():
        starts = [*anew.get(about, []), "9999"]
        groups: defaultdict[int, list[tuple[Line, dict[str, Any]]]] = defaultdict(list)
        for line, item in told:
            groups[sum(1 for start in starts if start <= line["at"])].append((line, item))
        yield from ((about, side, climb) for climb in groups.values())


def _offset(rung: str) -> int:
    return -1000 if rung == "T-30" else int(rung[1:])


def rungs_are_strictly_ordered_and_none_is_told_twice(played: Played) -> Iterator[str]:
    readers = {f"mail/{line['mail']}": set(line["to"]) for line in played.mails()}
    for about, side, climb in _climbs(played):
        seen = [(_offset(item["rung"]), item["level"], line["at"], line["subject"]) for line, item in climb]
        for before, after in pairwise(seen):
            if before[:2] == after[:2] and readers[before[3]].isdisjoint(readers[after[3]]):
                continue  # one notice in several letters, for readers with different news
            higher = after[0] > before[0] or (side == "company" and after[0] == before[0] and after[1] > before[1])
            if not higher and not about.startswith("case/"):
                yield f"{about} told its {side} {before} and then {after}"


def no_mail_brings_in_more_than_one_new_level(played: Played) -> Iterator[str]:
    for about, side, climb in _climbs(played):
        reached, risen_on = 0, None
        for line, item in climb if side == "company" else ():
            day = _when(line).astimezone(played.scene.zone).date()
            if item["level"] > reached + 1:
                yield f"{about} went from level {reached} to {item['level']} at {line['at']}"
            if item["level"] > reached:
                if day == risen_on:
                    yield f"{about} brought in two levels on {day}"
                # What rises to critical in the night is told at that hour, and its next rung may come up in the morning.
                urgent = item["rung"] == "C+0" and "privacy_office" in item["roles"]
                reached, risen_on = item["level"], None if urgent else day


def no_two_rungs_of_one_duty_to_one_person_on_a_day(played: Played) -> Iterator[str]:
    resumed = {(_duty(line), line["at"][:10]) for line in played.lines if line["what"] == "opened"}
    told: defaultdict[tuple[Any, ...], set[str]] = defaultdict(set)
    for line in played.mails():
        if line["notice"] == "rung" and "engagement" in line and (_duty(line), line["at"][:10]) not in resumed:
            for reader in line["to"]:
                told[reader, line["audience"] == ["vendor"], _duty(line), line["at"][:10]].add(line["at"])
    yield from (f"{about} at {sorted(times)}" for about, times in told.items() if len(times) > 1)


def no_rung_is_told_before_its_place(played: Played) -> Iterator[str]:
    """Rungs before T leave on the open day up to theirs, rungs after T on the open day from theirs on; never sooner."""
    for line in played.mails():
        if line["notice"] != "rung" or "engagement" not in line or line["rung"] == "T-30":
            continue
        offset = _offset(line["rung"])
        place = date.fromisoformat(line["due_on"]) + offset * DAY
        days = []
        for registered in played.registry_at(_when(line)):
            found = place
            while closed(registered.entries["group"]["group"], found):
                found += DAY if offset > 0 else -DAY
            days.append(found)
        if _day(line) < min(days):
            yield f"{line['rung']} of {_duty(line)}, due {line['due_on']}, left on {line['at']}"


def nothing_is_told_of_a_duty_that_has_ended(played: Played) -> Iterator[str]:
    states: dict[tuple[str, str], str] = {}
    for line in played.lines:
        if line["what"] in {"opened", "deadline", "submitted", "accepted", "returned", "waived", "cancelled"}:
            states[_duty(line)] = line["what"]
        elif line["what"] == "mail" and "engagement" in line:
            allowed = AFTER_THE_END.get(states.get(_duty(line), "opened"))
            if allowed is not None and line["notice"] not in allowed | {"receipt"}:
                yield f"{line['notice']} {line.get('rung', '')} of {_duty(line)} at {line['at']}, which is {states[_duty(line)]}"
            if line["notice"] == "rung" and _duty(line) not in states:
                yield f"{line['rung']} of {_duty(line)} at {line['at']}, which nobody opened"


def overdue_begins_at_midnight_after_a_day_that_was_told(played: Played) -> Iterator[str]:
    """Except where an end was corrected after the fact, to a day that is past as well: T is then past at once."""
    moved = {(_duty(line), line["at"]) for line in played.lines if line["what"] == "due_moved"}
    downs = [(begin, until) for begin, until in played.scene.downs()]
    told: dict[tuple[str, str], str] = {}
    for line in played.lines:
        if (
            line["what"] == "mail"
            and (line["audience"] == ["vendor"] or _duty(line)[1] in OWN_DUTIES)
            and "due_on" in line
        ):
            told[_duty(line)] = line["due_on"]
        if line["what"] == "overdue" and (_duty(line), line["at"]) not in moved:
            if told.get(_duty(line), "") < line["due_on"]:
                yield f"{_duty(line)} is overdue for {line['due_on']}; its party knows {told.get(_duty(line))}"
            midnight = datetime.combine(date.fromisoformat(line["due_on"]) + DAY, time(), played.scene.zone)
            late = _when(line) - midnight
            if late and not any(begin <= midnight <= until == _when(line) for begin, until in downs):
                yield f"{_duty(line)}, due {line['due_on']}, is overdue at {line['at']}"


def nobody_has_fewer_days_than_were_meant(played: Played) -> Iterator[str]:
    """Fourteen days lie between the first mail of an attestation and the first T that it is overdue for."""
    asked: dict[tuple[str, str], date] = {}
    for line in played.lines:
        if line["what"] == "opened":
            asked.pop(_duty(line), None)
        if line["what"] == "mail" and line.get("rung") == "T-30":
            asked.setdefault(_duty(line), _day(line))
        if line["what"] == "overdue" and line["obligation"] == "attestation":
            days = (date.fromisoformat(line["due_on"]) - asked[_duty(line)]).days
            if days < 14:
                yield f"{_duty(line)} was asked {days} days before it was due on {line['due_on']}"


def a_date_that_was_told_never_moves_earlier(played: Played) -> Iterator[str]:
    told: dict[int, date] = {}
    for line in played.book:
        if line["type"] in LEGAL and line["type"] != "obligation.scheduled":
            due, duty = date.fromisoformat(line["data"]["due_on"]), line["subject"]
            if duty in told and due < told[duty] and line["type"] != "obligation.opened":
                yield f"{duty} moved from {told[duty]} to {due} at {line['at']}"
            if line["data"]["state"] in {*ASKED, "submitted"}:
                told[duty] = max(due, told.get(duty, due))


def what_is_asked_of_an_engagement_ends_with_it(played: Played) -> Iterator[str]:
    """No attestation is asked for after the last day, and no deletion before it is over."""
    for line in played.mails():
        if line["notice"] != "rung" or "engagement" not in line:
            continue
        ends = [_last_day(line["engagement"], one) for one in played.registry_at(_when(line))]
        after = [bool(end) and line["at"][:10] > str(end) for end in ends]
        if line["obligation"] == "attestation" and all(after):
            yield f"{line['rung']} of {line['engagement']} at {line['at']}, which ended on {ends}"
        if line["obligation"] == "deletion" and not any(after):
            yield f"deletion of {line['engagement']} is asked at {line['at']}, and it ends on {ends}"


def _last_day(key: str, registered: Registered) -> str | None:
    ends: list[str] = []
    step: str | None = key
    while step:
        entry = registered.entries["engagement"][step]
        ends += [entry["ends_on"]] if "ends_on" in entry else []
        step = entry.get("under")
    return min(ends, default=None)


def letters_are_sent_once_each(played: Played) -> Iterator[str]:
    sent = Counter(line["subject"] for line in played.book if line["type"] == "mail.sent")
    yield from (f"{mail} was sent {times} times" for mail, times in sent.items() if times > 1)
    yield from (
        f"mail {mail.id} is {mail.state}" for mail in played.rows[tables.Mail] if mail.state in {"parked", "failed"}
    )
    told: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    letters = {mail.id: mail for mail in played.rows[tables.Mail] if mail.state == "sent"}
    for item in played.rows[tables.MailItem]:
        for reader in letters[item.mail_id].to if item.mail_id in letters else ():
            told[item.notice_id, reader].add(item.mail_id)
    yield from (f"{notice} went twice to {reader}" for (notice, reader), mails in told.items() if len(mails) > 1)


def what_opens_is_asked_and_what_is_overdue_is_told(played: Played) -> Iterator[str]:
    """Within ten days of days on which the daemon ran; the longest rest of a calendar here is shorter."""
    waits: dict[tuple[Any, ...], datetime] = {}
    corrected = {("overdue", _duty(line), line["at"]) for line in played.lines if line["what"] == "due_moved"}
    for line in played.lines:
        about = _duty(line)
        if line["what"] in {"submitted", "accepted", "cancelled", "waived", "opened", "acknowledged", "due_moved"}:
            for what in ("opened", "overdue"):
                waits.pop((what, about), None)
        if line["what"] == "mail":
            waits.pop(("opened" if line["audience"] == ["vendor"] else "overdue", about), None)
        if line["what"] in {"opened", "overdue"} and (line["what"], about, line["at"]) not in corrected:
            waits[line["what"], about] = _when(line)
        yield from _forgotten(waits, _when(line), played)
    yield from _forgotten(waits, played.scene.end, played)


def _forgotten(waits: dict[tuple[Any, ...], datetime], at: datetime, played: Played) -> Iterator[str]:
    for about, since in list(waits.items()):
        away = sum((min(until, at) - max(begin, since) for begin, until in played.scene.downs()
                    if begin < at and until > since), timedelta())  # fmt: skip
        if at - since - away > 10 * DAY:
            waits.pop(about)
            yield f"{about} at {since}, and nobody was told by {at}"


PROMISES = (
    no_stage_is_late_and_the_auditor_agrees,
    whoever_waits_has_a_next_step,
    what_is_queued_waits_in_the_outbox,
    histories_are_legal,
    rows_are_what_the_ledger_says,
    a_check_that_flaps_makes_no_storm,
    recovery_is_told_once_to_those_who_were_told,
    the_ledger_verifies,
    one_live_duty_of_a_kind_for_an_engagement,
    mails_leave_in_the_hours_of_open_days,
    nobody_outside_role_and_company_is_told,
    companies_hear_of_their_own_only,
    rungs_are_strictly_ordered_and_none_is_told_twice,
    no_mail_brings_in_more_than_one_new_level,
    no_two_rungs_of_one_duty_to_one_person_on_a_day,
    no_rung_is_told_before_its_place,
    nothing_is_told_of_a_duty_that_has_ended,
    overdue_begins_at_midnight_after_a_day_that_was_told,
    nobody_has_fewer_days_than_were_meant,
    a_date_that_was_told_never_moves_earlier,
    what_is_asked_of_an_engagement_ends_with_it,
    letters_are_sent_once_each,
    what_opens_is_asked_and_what_is_overdue_is_told,
)
