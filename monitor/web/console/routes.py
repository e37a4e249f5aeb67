"""Every address of the managers' pages."""

from __future__ import annotations

from aiohttp import web

from monitor.web.console import (
    acting,
    closed,
    comparing,
    conduct,
    deciding,
    looking,
    registers,
    remedying,
    reviewing,
    sheet,
    showing,
    signing,
    today,
)

ROUTES = [
    web.get("/", today.board_page),
    web.get("/closed", closed.closed_page),
    web.get(r"/duty/{id:\d{1,9}}", looking.duty_page),
    web.get(r"/duty/{id:\d{1,9}}/review", reviewing.review_page),
    web.post(r"/duty/{id:\d{1,9}}/review", reviewing.on_review),
    web.post(r"/duty/{id:\d{1,9}}/{deed:accept|return|waive|acknowledge|extend|plea|revoke|colleague}", acting.on_duty),
    web.get(r"/case/{id:\d{1,9}}", conduct.case_page),
    web.post(r"/case/{id:\d{1,9}}/{deed:acknowledge|mute|unmute|mend}", conduct.on_case),
    web.get(r"/case/{id:\d{1,9}}/texts", comparing.texts_page),
    web.get(r"/own-duty/{id:\d{1,9}}", deciding.own_duty_page),
    web.post(r"/own-duty/{id:\d{1,9}}/{deed:[a-z][a-z0-9_-]{0,39}}", deciding.on_own_duty),
    web.get("/registers", registers.registers_page),
    web.get("/findings", remedying.findings_page),
    web.get("/findings.{ending:csv|xlsx}", sheet.findings_sheet),
    web.get(r"/finding/{id:\d{1,9}}", remedying.finding_page),
    web.post(r"/finding/{id:\d{1,9}}/{deed:own|risk|end-risk|verify|reopen}", acting.on_finding),
    web.get("/evidence/{id:[0-9a-f]{32}}", looking.evidence_file),
    web.get(r"/duty/{id:\d{1,9}}/shown", showing.page),
    web.post(r"/duty/{id:\d{1,9}}/shown", showing.write),
    web.get("/sign-in", signing.show),
    web.post("/sign-in", signing.ask),
    web.get("/sign-in/{token:[A-Za-z0-9_-]+}", signing.confirm),
    web.post("/sign-in/{token:[A-Za-z0-9_-]+}", signing.use),
    web.post("/sign-out", signing.leave),
    web.post("/settings", signing.settings),
]
