"""A seeded random group, and a script of what people, endpoints and the machine do to it over some two years.

Everything comes from one `random.Random(seed)`: the same seed is the same scene, on every machine. Nothing here knows
how the product works; it only knows what may stand in a registry file and in a script.
"""

from __future__ import annotations

import itertools
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
ZONES = [("Asia/Tokyo", "JP")] * 4 + [("Europe/London", "GB"), ("America/New_York", "US"), ("Asia/Tokyo", "none")]
ROLLS = ["following", "following", "preceding", "none"]
CHECKS = ["availability", "tls", "headers"]
QUICK, SLOW, SILENT, CARELESS = "quick", "slow", "silent", "careless"
Table = dict[str, Any]


@dataclass(frozen=True)
class Revision:
    """Registry files that are applied at an instant, the first of them at the beginning."""

    at: datetime
    tables: Table


@dataclass
class Scene:
    seed: int
    begin: datetime
    end: datetime
    zone: ZoneInfo
    revisions: list[Revision] = field(default_factory=list)
    events: list[Table] = field(default_factory=list)

    def downs(self) -> list[tuple[datetime, datetime]]:
        return [(found["at"], found["until"]) for found in self.events if found["do"] == "down"]


def toml(tables: Table, shuffled: Random | None = None) -> str:
    """The tables as a file; `shuffled` writes them in another order."""
    blocks = [_block(f"[[{kind}]]", entry) for kind, entries in tables.items() if kind != "group" for entry in entries]
    blocks.insert(0, _block("[group]", tables["group"]))
    if shuffled:
        shuffled.shuffle(blocks)
    return "\n".join(blocks)


def script(events: list[Table]) -> str:
    return "\n".join(_block("[[event]]", found) for found in events)


def _block(head: str, entry: Table, indent: str = "") -> str:
    name = head.strip("[]")
    plain = [f"{indent}{key} = {_value(value)}" for key, value in entry.items() if not _nested(value)]
    inner = []
    for key, value in entry.items():
        if isinstance(value, dict):
            inner.append(_block(f"[{name}.{key}]", value, f"{indent}  "))
        elif _nested(value):
            inner += [_block(f"[[{name}.{key}]]", one, f"{indent}  ") for one in value]
    return "\n".join([f"{indent}{head}", *plain, *inner])


def _nested(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, date):  # and so a datetime
        return value.isoformat()
    return str(value) if isinstance(value, int) else f'"{value}"'


def imagine(seed: int) -> Scene:
    """The scene of that seed."""
    return _Imagination(Random(seed), seed).scene()


class _Imagination:
    def __init__(self, chance: Random, seed: int) -> None:
        self.chance = chance
        zone, self.country = chance.choice(ZONES)
        self.zone = ZoneInfo(zone)
        first = date(2026, 1, 1) + chance.randrange(365) * DAY
        self.first, self.last = first, first + chance.randrange(300, 620) * DAY
        self.made = Scene(seed, self._at(first, time(0)), self._at(self.last, time(23, 59)), self.zone)

    def scene(self) -> Scene:
        tables = self._tables()
        self.made.revisions.append(Revision(self.made.begin, tables))
        for at in sorted(self._moment() for _ in range(self.chance.choice([0, 1, 1, 2]))):
            tables = self._revised(deepcopy(tables))
            self.made.revisions.append(Revision(at, tables))
        events = [*self._answers(tables), *self._looks(tables), *self._accidents(tables)]
        self.made.events = sorted((one for one in events if one["at"] < self.made.end), key=lambda one: one["at"])
        return self.made

    def _maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def _day(self, before: int = 0, after: int = 0) -> date:
        return self.first + self.chance.randint(-before, (self.last - self.first).days + after) * DAY

    def _moment(self, day: date | None = None) -> datetime:
        """Mostly when people work, sometimes at night, now and then on the stroke of something."""
        if self._maybe(0.1):
            clock = self.chance.choice([time(0), time(9), time(18), time(23, 59, 59), time(8, 59, 59, 999999)])
        elif self._maybe(0.2):
            clock = time(self.chance.randrange(24), self.chance.randrange(60))
        else:
            clock = time(self.chance.randint(9, 17), self.chance.randrange(60), self.chance.randrange(60))
        return self._at(day or self._day(), clock)

    def _tables(self) -> Table:
        companies = [self._company(f"c{number}") for number in range(self.chance.randint(2, 3))]
        parties = [self._party(f"p{number}") for number in range(self.chance.randint(2, 4))]
        engagements: list[Table] = []
        for number in range(self.chance.randint(3, 8)):
            engagements.append(self._engagement(f"e{number}", companies, parties, engagements))
        purposes = [{"key": "p01", "text": "Delivering products"}]
        return {"group": self._group(), "company": companies, "purpose": purposes, "party": parties,
                "engagement": engagements}  # fmt: skip

    def _group(self) -> Table:
        hours = self.chance.choice([("09:00", "18:00"), ("09:00", "18:00"), ("08:30", "17:00"), ("00:00", "23:59")])
        return {"name": "Group", "timezone": self.zone.key, "closed_days": self.country,
                "send_at": hours[0], "send_until": hours[1], "privacy_office": ["office@group.example"],
                "extra_closed": sorted({self._day() for _ in range(self.chance.randrange(6))}) }  # fmt: skip

    def _company(self, key: str) -> Table:
        made: Table = {"key": key, "name": key.upper(), "managers": [f"managers@{key}.example"]}
        if self._maybe(0.2):
            made["managers"].append(f"second@{key}.example")
        for role in ("pi_manager", "reviewers", "executive"):
            if self._maybe(0.7):
                made[role] = [f"{role.replace('_', '-')}@{key}.example"]
        if self._maybe(0.15):
            made["pi_manager"] = list(made["managers"])  # one person with two roles
        if self._maybe(0.3):
            made["member_until"] = self._day(after=200)
        elif self._maybe(0.2):
            made["member_from"] = self._day(before=300)
        if self._maybe(0.3):
            away = self._day()
            made["person"] = [{"email": made["managers"][0], "roles": ["reviewer"], "deputy": f"deputy@{key}.example",
                               "away": [away, away + self.chance.randrange(40) * DAY]}]  # fmt: skip
        return made

    def _party(self, key: str) -> Table:
        contacts = [f"privacy@{key}.example", f"second@{key}.example"][: self.chance.randint(1, 2)]
        made: Table = {"key": key, "name": key.upper(), "contacts": contacts,
                       "language": self.chance.choice(["ja", "en"])}  # fmt: skip
        made["endpoint"] = [{"url": f"https://{host}.{key}.example/", "checks": CHECKS, "tell_vendor": self._maybe(0.8)}
                            for host in ["www", "api"][: self.chance.randrange(3)]]  # fmt: skip
        if self._maybe(0.15):
            made["endpoint"].append({"url": "https://shared.example/", "checks": CHECKS})
        if not made["endpoint"]:
            del made["endpoint"]
        return made

    def _engagement(self, key: str, companies: list[Table], parties: list[Table], others: list[Table]) -> Table:
        starts_on = self._day(before=800, after=-60)
        made: Table = {"key": key, "company": self.chance.choice(companies)["key"],
                       "party": self.chance.choice(parties)["key"],
                       "kind": self.chance.choice(["trustee", "joint_user"]), "purposes": ["p01"],
                       "starts_on": starts_on, "tier": self.chance.choice("SABC"),
                       "roll": self.chance.choice(ROLLS)}  # fmt: skip
        if others and self._maybe(0.3):
            above = self.chance.choice(others)
            made |= {"under": above["key"], "company": above["company"]}
        if self._maybe(0.5):
            made["ends_on"] = max(starts_on, self._day(before=60, after=200))
        if self._maybe(0.5):
            made["deletion_days"] = self.chance.choice([1, 5, 14, 15, 16, 45, 60, 90])
        if self._maybe(0.1):
            made["state"] = self.chance.choice(["candidate", "closed", "suspended"])
        made["attestation"] = self._attestation(starts_on)
        return {name: value for name, value in made.items() if value != {}}

    def _attestation(self, starts_on: date) -> Table:
        made: Table = {}
        if self._maybe(0.4):
            made["every"] = f"{self.chance.choice([1, 3, 6, 9, 12])} months"
        elif self._maybe(0.3):
            made["due"] = self.chance.choice(["02-29", "06-30", "12-31", "01-01", "10-15"])
        if self._maybe(0.7) and starts_on < self.first:
            made["last_accepted_on"] = max(starts_on, self.first - self.chance.randrange(400) * DAY)
        return made

    def _revised(self, tables: Table) -> Table:
        """The registry as somebody changes it later."""
        for _ in range(self.chance.randint(1, 3)):
            entry = self.chance.choice(tables["engagement"])
            match self.chance.randrange(7):
                case 0:
                    entry["ends_on"] = max(entry["starts_on"], self._day(after=200))
                case 1:
                    entry.pop("ends_on", None)
                case 2:
                    entry["tier"] = self.chance.choice("SABC")
                case 3:
                    entry["state"] = self.chance.choice(["active", "active", "closed", "suspended"])
                case 4:
                    self.chance.choice(tables["company"])["member_until"] = self._day(after=200)
                case 5:
                    party = self.chance.choice(tables["party"])
                    party["contacts"] = [f"new@{party['key']}.example"]
                case _:
                    closed = {*tables["group"]["extra_closed"], *(self._day() for _ in range(3))}
                    tables["group"]["extra_closed"] = sorted(closed)
        for company in tables["company"]:
            if "member_from" in company and company.get("member_until", date.max) < company["member_from"]:
                del company["member_until"]
        return tables

    def _answers(self, tables: Table) -> list[Table]:
        return [event for entry in tables["engagement"] for event in self._of_engagement(entry["key"])]

    def _of_engagement(self, key: str) -> list[Table]:
        temper = self.chance.choice([QUICK, SLOW, SILENT, CARELESS])
        made: list[Table] = []
        for _ in range({QUICK: 7, SLOW: 2, SILENT: 0, CARELESS: 5}[temper]):
            about = {"engagement": key, "obligation": self.chance.choice(["attestation", "attestation", "deletion"])}
            made += self._handed_in(about, careless=temper == CARELESS)
        for _ in range(self.chance.choice([0, 1, 3])):
            about = {"engagement": key, "obligation": self.chance.choice(["attestation", "attestation", "deletion"])}
            made.append(self._put_off(about))
        return made

    def _handed_in(self, about: Table, *, careless: bool) -> list[Table]:
        """An answer, and what the reviewers make of it."""
        day = self._day()
        made = [{"at": self._moment(day), "do": "submit", **about}]
        if self._maybe(0.2):
            return made  # nobody ever reviews it
        for _ in range(self.chance.choice([0, 1, 2]) if careless else 0):
            day += self.chance.randrange(20) * DAY
            made.append({"at": self._moment(day), "do": "return", **about, "reason": "Section 2 is missing."})
            day += self.chance.randrange(30) * DAY
            made.append({"at": self._moment(day), "do": "submit", **about})
        day += self.chance.choice([0, 1, 3, 12, 40]) * DAY
        return [*made, {"at": self._moment(day), "do": "accept", **about}]

    def _put_off(self, about: Table) -> Table:
        """Somebody takes it in hand, or approves an exception."""
        at = self._moment()
        if self._maybe(0.6):
            until = at + timedelta(hours=self.chance.randrange(1, 720))
            return {"at": at, "do": "acknowledge", **about, "until": until}
        until = at + timedelta(hours=self.chance.choice([1, 20, 100, 900, 5000]))
        return {"at": at, "do": "waive", **about, "until": until, "reason": "Merger.", "by": "managers@c0.example"}

    def _looks(self, tables: Table) -> list[Table]:
        endpoints = [endpoint["url"] for party in tables["party"] for endpoint in party.get("endpoint", [])]
        made: list[Table] = []
        for url, check in itertools.product(sorted(set(endpoints)), CHECKS):
            for _ in range(self.chance.choice([0, 0, 1, 2])):
                made += self._seen(url, check)
        return made

    def _seen(self, url: str, check: str) -> list[Table]:
        """A failure that is confirmed or not, that gets worse or not, that passes some time later or never."""
        at = self._moment()
        look = {"do": "observe", "url": url, "check": check}
        severity = self.chance.choice(["low", "medium", "high", "high", "critical"])
        made = [{"at": at + timedelta(minutes=5 * number), **look, "verdict": "fail", "severity": severity}
                for number in range(self.chance.choice([1, 2, 2, 3]))]  # fmt: skip
        if self._maybe(0.3):
            worse = at + timedelta(hours=self.chance.randrange(1, 500))
            made.append({"at": worse, **look, "verdict": "fail", "severity": "critical"})
        if self._maybe(0.2):
            made.append({"at": at + timedelta(minutes=3), **look, "verdict": "unknown"})
        if self._maybe(0.7):
            back = at + timedelta(hours=self.chance.choice([1, 30, 100, 700]))
            made += [{"at": back + timedelta(minutes=number), **look, "verdict": "pass"} for number in (0, 5)]
            made += self._flaps(back, look) if self._maybe(0.3) else []
        return made

    def _flaps(self, at: datetime, look: Table) -> list[Table]:
        """Up and down for a day or two."""
        made: list[Table] = []
        for verdict in ("fail", "pass") * self.chance.randint(1, 6):
            at += timedelta(minutes=self.chance.randint(10, 900))
            made += [{"at": at + timedelta(minutes=number), **look, "verdict": verdict} for number in (0, 2)]
        return made

    def _accidents(self, tables: Table) -> list[Table]:
        made: list[Table] = []
        for _ in range(self.chance.choice([0, 1, 2, 4])):
            at = self._moment()
            longest = self.chance.choice([2, 30, 24 * 9, 24 * 40])
            made.append({"at": at, "do": "down", "until": at + timedelta(hours=self.chance.randrange(1, longest))})
        for _ in range(self.chance.choice([0, 0, 1, 3])):
            day = self._day()
            made.append({"at": self._moment(day - self.chance.randrange(60) * DAY), "do": "close_day", "day": day})
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            entry = self.chance.choice(tables["engagement"])
            on = max(entry["starts_on"], self._day())
            at = self._moment(on - self.chance.randrange(-20, 90) * DAY)
            made.append({"at": at, "do": "end", "engagement": entry["key"], "on": on})
        return [one for one in made if one["at"] >= self.made.begin]
