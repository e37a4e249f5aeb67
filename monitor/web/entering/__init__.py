"""An answer that came on paper: found by the number on the sheet, entered in the form's own pages, marked as such."""

from __future__ import annotations

from aiohttp import web

from monitor.web.entering.beginning import begin, scan_file, show
from monitor.web.entering.filling import check, conclude, save_entered, section
from monitor.web.entering.finding import find

_ENTRY = r"/duty/{id:\d{1,9}}/entry"
_FORM = _ENTRY + "/{language:ja|en}"
ROUTES = [
    web.get("/find", find),
    web.get(_ENTRY, show),
    web.post(_ENTRY, begin),
    web.get(_FORM + "/s/{section}", section),
    web.post(_FORM + "/s/{section}", save_entered),
    web.get(_FORM + "/{page:tasks|check}", check),
    web.post(_FORM + "/{deed:submit|drop}", conclude),
    web.get("/scan/{id:[0-9a-f]{32}}", scan_file),
]
