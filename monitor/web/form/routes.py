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
    pleading,
    receiving,
    signing,
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
    web.get(IN + "/done", ending.done),
    web.get(IN + "/help", pleading.show),
    web.post(IN + "/help", pleading.say),
    web.post(IN + "/resume", pleading.resume),
]
