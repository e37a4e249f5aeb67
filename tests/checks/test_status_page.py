"""status-page: what a party has announced of its own service, wherever machines can read it."""

from __future__ import annotations

import json

import pytest

from checks.answers import Trouble
from checks.contract import Severity, Verdict
from checks.options import configured
from checks.status_page import SHORTER, SUMMARY, StatusPage
from tests.checks.looked_at import AT, FakeProbe, failed, rules, served

CHECK = StatusPage()
HOME = "https://status.vendor.example/"
PAGE = served(url=HOME, body=b"<!doctype html><title>All systems operational</title>")
UPLOADS = [{"id": "c1", "name": "Uploads"}]
INCIDENT = {"id": "i1", "name": "Uploads fail", "status": "identified", "impact": "critical", "components": UPLOADS}
AHEAD = {"id": "m1", "name": "New disks", "status": "scheduled", "impact": "maintenance"}


def summary(*incidents, ahead=(), components=()):
    told = {"incidents": incidents, "scheduled_maintenances": list(ahead), "components": list(components)}
    return served(url=HOME + SUMMARY[1:], body=json.dumps(told).encode())


async def look(page=PAGE, check=CHECK, **pages):
    beside = {HOME.rstrip("/") + path: answer for path, answer in zip((SUMMARY, SHORTER), pages.values(), strict=False)}
    probe = FakeProbe(served(url=HOME, status=404), pages={HOME: page, **beside})
    return check.judge(await check.observe(HOME, probe), AT), [url for _, url, _ in probe.asked]


async def test_a_page_for_people_is_read_where_machines_read_it():
    found, asked = await look(summary=summary())
    assert (found.verdict, found.observed["incidents"]) == (Verdict.PASS, [])
    assert asked == [HOME, HOME.rstrip("/") + SUMMARY]


async def test_an_open_incident_is_found_by_its_impact():
    found, _ = await look(summary=summary(INCIDENT))
    (finding,) = found.findings
    assert (finding.rule, finding.key, finding.severity) == ("status-page.incident", "i1", Severity.HIGH)
    assert "Uploads fail" in finding.detail


async def test_an_address_that_machines_can_read_is_asked_alone():
    _, asked = await look(summary(INCIDENT))
    assert asked == [HOME]


async def test_maintenance_is_noted_and_held_against_nobody():
    found, _ = await look(summary=summary(ahead=[AHEAD]))
    assert (found.verdict, found.observed["maintenance"]) == (Verdict.PASS, ["New disks"])


async def test_what_the_work_does_not_use_is_not_heeded():
    search = configured(CHECK, {"components": ["Search"]})
    uploads = configured(CHECK, {"components": ["uploads"]})
    assert (await look(summary=summary(INCIDENT), check=search))[0].verdict is Verdict.PASS
    assert (await look(summary=summary(INCIDENT), check=uploads))[0].verdict is Verdict.FAIL


async def test_of_a_page_that_tells_without_end_the_worst_is_kept():
    many = [{**INCIDENT, "id": f"i{n}", "impact": "minor"} for n in range(500)]
    found, _ = await look(summary=summary(*many, INCIDENT))
    assert len(found.findings) == 20
    assert found.findings[0].severity is Severity.HIGH


async def test_a_component_in_trouble_without_an_incident_is_found():
    found, _ = await look(summary=summary(components=[{**UPLOADS[0], "status": "major_outage"}]))
    assert rules(found) == {"status-page.component"}
    assert found.severity is Severity.HIGH


async def test_a_summary_that_is_too_long_gives_way_to_the_shorter_list():
    cut = served(url=HOME, body=b'{"components": [{"name": "Upl', truncated=True)
    found, asked = await look(summary=cut, shorter=summary(INCIDENT))
    assert rules(found) == {"status-page.incident"}
    assert asked[-1].endswith(SHORTER)


async def test_what_no_machine_can_read_is_found():
    found, _ = await look()
    assert rules(found) == {"status-page.unreadable"}
    assert found.severity is Severity.LOW


async def test_a_page_that_is_gone_is_found():
    assert rules((await look(served(url=HOME, status=404)))[0]) == {"status-page.unreadable"}


@pytest.mark.parametrize("status", [403, 429, 500, 503])
async def test_a_page_that_will_not_say_is_not_one_without_news(status):
    assert (await look(served(url=HOME, status=status)))[0].verdict is Verdict.UNKNOWN
    assert (await look(summary=served(url=HOME, status=status)))[0].verdict is Verdict.UNKNOWN


async def test_silence_beside_the_page_is_no_finding():
    found, _ = await look(summary=failed(Trouble.DNS_TIMEOUT))
    assert (found.verdict, found.fault) == (Verdict.UNKNOWN, True)
