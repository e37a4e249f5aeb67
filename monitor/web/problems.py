"""What machines are told where something does not work: `application/problem+json` (RFC 9457), in their language.

The type of a problem is a name for scripts and never changes; its words are for whoever reads the log of such a script.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor.language import Message
from monitor.web.pages import wanted
from monitor.web.site import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

API = "/api/"  #: what lies below it speaks to machines
MEDIA_TYPE = "application/problem+json"
NAMES = "urn:itaku:problem:"


@dataclass(frozen=True)
class Kind:
    """A problem that has a name: its status, and what is the matter, with what to do about it."""

    status: int
    text: Message


#: All problems by name. Those that any call may meet come first.
PROBLEMS: Mapping[str, Kind] = {
    "unreadable": Kind(400, Message("This cannot be read as JSON (RFC 8259, UTF-8, no name twice in an object).")),
    "no-token": Kind(401, Message("Send the token of your link in the header: Authorization: Bearer itk_…")),
    "other-site": Kind(403, Message("This was sent from a page of another site.")),
    "unknown-link": Kind(404, Message("This token opens nothing: it is unknown, void or past its time.")),
    "no-such-address": Kind(404, Message("There is nothing at this address. All of them are in /api/openapi.json.")),
    "no-such-method": Kind(405, Message("This address does not take that method. See /api/openapi.json.")),
    "too-slow": Kind(408, Message("This did not arrive in time. Send it once more.")),
    "too-large": Kind(413, Message("This is larger than it may be.")),
    "too-often": Kind(429, Message("Too many calls. Come again after the time in Retry-After.")),
    "fault": Kind(500, Message("Something went wrong here. What was saved before is kept.")),
    "away": Kind(503, Message("This cannot be done right now. Come again after the time in Retry-After.")),
    "key-missing": Kind(400, Message("Send an Idempotency-Key of 1 to 255 visible ASCII characters.")),
    "may-not-answer": Kind(403, Message("This link is for reading only.")),
    "may-not-submit": Kind(403, Message("This link is for preparing only. Whoever was asked hands in.")),
    "step-up-required": Kind(403, Message("A code was mailed to the registered address. Send it to …/confirmation.")),
    "no-receipt": Kind(404, Message("There is no receipt for this link: nothing was handed in under that number.")),
    "no-such-file": Kind(404, Message("There is no such file among the answers of this link.")),
    "not-open": Kind(409, Message("This request is not open for an answer.")),
    "nothing-added": Kind(409, Message("These answers are the same as those that were handed in before.")),
    "nothing-declared": Kind(409, Message("Nothing waits for a code. Hand in once more.")),
    "answers-changed": Kind(409, Message("The answers were changed since they were declared. Hand in once more.")),
    "changed-meanwhile": Kind(412, Message("The answers have changed since you read them. Read them once more.")),
    "not-json": Kind(415, Message("Send application/json.")),
    "not-as-described": Kind(422, Message("This is not of the shape that /api/openapi.json describes.")),
    "answers-refused": Kind(422, Message("Some of these answers cannot be kept. Nothing of this call was saved.")),
    "incomplete": Kind(422, Message("Something is still missing. Nothing was handed in.")),
    "declaration-refused": Kind(422, Message("The declaration is not complete. Nothing was handed in.")),
    "code-refused": Kind(422, Message("The code was not accepted. Nothing was handed in.")),
    "file-refused": Kind(422, Message("The file was not taken.")),
    "key-reused": Kind(422, Message("Another declaration was sent under this Idempotency-Key.")),
    "if-match-missing": Kind(428, Message("Send the version that you have read in If-Match.")),
    "later": Kind(429, Message("Today no more of this can be taken. Try again tomorrow.")),
    "refused": Kind(409, Message("This cannot be done now.")),
}
#: What the border and aiohttp refuse by themselves.
PLAIN = {
    400: "unreadable", 403: "other-site", 404: "no-such-address", 405: "no-such-method", 408: "too-slow",
    413: "too-large", 429: "too-often", 500: "fault", 503: "away",
}  # fmt: skip
COMMON = (*PLAIN.values(), "no-token", "unknown-link", "refused")  #: what any call may meet
LATER = {"Retry-After": "60"}


class Problem(Exception):  # noqa: N818 - what the caller has
    """Something does not work: the name of the problem, more exact words where there are some, and each mistake."""

    def __init__(self, name: str, text: Message | None = None, mistakes: Sequence[Any] = (), **more: Any) -> None:
        super().__init__(name)
        self.name, self.text, self.mistakes, self.more = name, text, mistakes, more


def tongue(request: web.Request) -> str:
    """The caller's language: what it asks for, else its party's, else Japanese."""
    return wanted(request) or request.get(LANGUAGE) or "ja"


def problem(
    request: web.Request, found: Problem, status: int = 0, headers: Mapping[str, str] | None = None
) -> web.Response:
    """The answer that tells of it."""
    kind, language = PROBLEMS[found.name], tongue(request)
    status = status or kind.status
    said = {
        "type": NAMES + found.name,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": (found.text or kind.text).in_(language),
        **found.more,
        **({"errors": [one.model_dump(mode="json") for one in found.mistakes]} if found.mistakes else {}),
    }
    more = dict(headers or {}) | ({"WWW-Authenticate": "Bearer"} if found.name == "no-token" else {})
    more |= {"Content-Language": language, "Vary": "Accept-Language"}
    return web.Response(text=json.dumps(said, ensure_ascii=False), status=status, content_type=MEDIA_TYPE, headers=more)


def plain_problem(request: web.Request, status: int, headers: Mapping[str, str]) -> web.Response:
    """What was refused before anybody looked at it, by its status."""
    name = PLAIN.get(status) or ("unreadable" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "fault")
    kept = {header: headers[header] for header in ("Allow", "Retry-After") if header in headers}
    return problem(request, Problem(name), status, kept)
