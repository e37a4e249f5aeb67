"""The end of a certificate is told once for each degree that it reaches, however often it is looked at."""

from __future__ import annotations

from datetime import date, timedelta

from stage import engagement, event, last_accepted, registry

URL = "https://www.acme.example/"
ENDS = date(2026, 10, 20)


def looks(*days: int) -> list[str]:
    """Two looks on each day, so many days before the end, with the severity that the check gives it then."""
    made = []
    for left in days:
        severity = "critical" if left <= 3 else "high" if left <= 14 else "medium" if left <= 30 else None
        said = {"url": URL, "check": "tls", "verdict": "fail" if severity else "pass", "severity": severity}
        day = ENDS - timedelta(days=left)
        made += [event(f"{day}T{hour}:00", "observe", None, **said) for hour in (10, 13)]
    return made


async def test_a_certificate_that_runs_out_is_told_when_it_comes_near_and_again_when_it_is_critical(world):
    toml = registry(engagement(attestation=last_accepted("2026-08-01")))
    told = await world(toml, "2026-09-14", "2026-10-20", *looks(31, 30, 29, 25, 15, 14, 13, 10, 4, 3, 2, 1))
    rungs = [(*line["audience"], line["rung"], line["at"][5:16]) for line in told.notices("rung")]
    assert len(told.of("case_opened")) == 1
    assert [row for row in rungs if row[0] == "vendor"] == [
        ("vendor", "C+0", "09-24T09:00"),
        ("vendor", "C+0", "10-17T10:00"),
    ]
    assert [row for row in rungs if row[0] != "vendor"] == [
        ("managers", "C+0", "09-24T09:00"),
        ("managers", "pi_manager", "C+3", "10-06T10:00"),
        ("managers", "pi_manager", "privacy_office", "C+10", "10-07T09:00"),
        ("managers", "pi_manager", "privacy_office", "C+0", "10-17T10:00"),
    ]


async def test_a_renewal_closes_it(world):
    toml = registry(engagement(attestation=last_accepted("2026-08-01")))
    told = await world(toml, "2026-09-14", "2026-10-01", *looks(30, 29, 26), *_renewed())
    assert [line["what"] for line in told if line["what"].startswith("case_")] == ["case_opened", "case_closed"]


def _renewed() -> list[str]:
    return [event(f"2026-09-26T{hour}:00", "observe", None, url=URL, check="tls", verdict="pass") for hour in (10, 13)]
