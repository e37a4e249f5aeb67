"""Every address of the party's form."""

from __future__ import annotations

from aiohttp import web

from monitor.web.form import (
    answering,
    beginning,
    colleagues,
    ending,
    mine,
    offline,
    paper,
    passing,
    pleading,
    receiving,
    signing,
    telling,
)

BASE = "/f/{token}"
IN = BASE + "/{language:ja|en}"

ROUTES = [
    web.get(BASE, beginning.enter),
    web.get(BASE + "/", beginning.enter),
    web.post(BASE + "/fresh", beginning.ask_fresh),
    web.get(IN + "/", beginning.start),
    web.get(IN + "/tasks", beginning.tasks),
    web.get(IN + "/s/{section}", answering.show),
    web.post(IN + "/s/{section}", answering.save),
    web.get(IN + "/check", ending.check),
    web.get(IN + "/declare", ending.declare),
    web.post(IN + "/declare", ending.submit),
    web.get(IN + "/sign", signing.show),
    web.post(IN + "/sign", signing.confirm),
    web.get(IN + "/colleagues", colleagues.show),
    web.post(IN + "/colleagues", colleagues.change),
    web.get(IN + "/mine", mine.show),
    web.post(IN + "/mine", mine.open_one),
    web.get(IN + "/pass-on", passing.show),
    web.post(IN + "/pass-on", passing.ask),
    web.get(IN + "/incident", telling.show),
    web.post(IN + "/incident", telling.begin),
    web.get(IN + "/workbook", offline.show),
    web.post(IN + "/workbook", offline.hand_in),
    web.get(IN + "/workbook.xlsx", offline.download),
    web.get(IN + "/workbook/{id:[0-9a-f]{32}}", offline.preview),
    web.post(IN + "/workbook/{id:[0-9a-f]{32}}", offline.take),
    web.get(IN + "/print", paper.show),
    web.get("/p/{code}", paper.entry),
    web.post("/p/{code}", paper.ask_fresh),
    web.get(IN + "/done", ending.done),
    web.post(IN + "/copy", ending.copy),
    web.get(IN + "/receipt.json", receiving.download),
    web.get(IN + "/receipt-{number:[1-9][0-9]{0,3}}.json", receiving.download),
    web.get(IN + "/due.ics", receiving.due),
    web.get(IN + "/help", pleading.show),
    web.post(IN + "/help", pleading.say),
    web.post(IN + "/resume", pleading.resume),
]
