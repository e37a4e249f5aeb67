"""A call of a machine: whose link it holds, what it sent, which version it has read, under which key it hands in.

The token comes in the header and in no address, because addresses are written into logs on the way. There is no cookie
and nothing that lets pages of other sites call.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from monitor.language import Message
from monitor.obligations.adding import NOTHING_ADDED, TOO_MANY
from monitor.obligations.holding import NOT_OPEN
from monitor.refusal import Refused
from monitor.web.api.models import Mistake
from monitor.web.border import LIMITS
from monitor.web.fields import SOON, legible
from monitor.web.form.opening import Closed, Opened, opened_by
from monitor.web.pages import wanted
from monitor.web.problems import Problem, problem, tongue
from monitor.web.site import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from pydantic_core import ErrorDetails

    Call = Callable[[web.Request, Opened], Awaitable[web.StreamResponse]]
    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

Model = TypeVar("Model", bound=BaseModel)
JSON = frozenset({"application/json", "application/merge-patch+json"})
BEARER = re.compile(r"Bearer +(\S+) *", re.IGNORECASE)
KEY = re.compile(r"[\x21-\x7e]{1,255}")
MISTAKES = 100  #: that are told at once
VALUES = 20_000  #: of one call: four times what the longest questionnaire has, and each may be a mistake of its own
PARTS = frozenset({"value", "not_applicable", "reason", "comment"})
MISSING = Message("This is missing.")
NOT_KNOWN = Message("There is no such field.")
TOO_LONG = Message("This is longer than it may be.")
OTHERWISE = Message("This is of another type than /api/openapi.json says.")
SHAPES = {"missing": MISSING, "extra_forbidden": NOT_KNOWN, "string_too_long": TOO_LONG, "too_long": TOO_LONG}
#: What acts refuse, by what machines are told. Whatever else is refused has its own words.
REFUSALS = {
    NOT_OPEN: "not-open",
    NOTHING_ADDED: "nothing-added",
    TOO_MANY: "later",
    "too-many-codes": "later",
    "answers-changed": "answers-changed",
    "settled": "file-refused",
}


def with_link(call: Call) -> Handler:
    """A call that needs the token of a link: it gets the request that was opened, or is never reached."""

    @wraps(call)
    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            found = await opened_by(request, _token(request), wanted(request))
            request[LANGUAGE] = found.language
            with request.app[LIMITS].one_of_few(request, found.link.id):
                return await call(request, found)
        except Closed:
            return problem(request, Problem("unknown-link"))
        except Problem as found_wrong:
            return problem(request, found_wrong)
        except Refused as no:
            return problem(request, Problem(REFUSALS.get(no.reason, "refused"), no.message))

    return answered


def _token(request: web.Request) -> str:
    found = BEARER.fullmatch(request.headers.get("Authorization", ""))
    if found is None:
        raise Problem("no-token")
    return found[1]


def answer(request: web.Request, said: BaseModel, status: int = 200, version: str = "") -> web.Response:
    """What a call gives back, with the version that it leaves."""
    text = said.model_dump_json(by_alias=True)
    response = web.Response(text=text, status=status, content_type="application/json", charset="utf-8")
    response.headers["Content-Language"] = tongue(request)
    response.headers["Vary"] = "Accept-Language, Authorization"
    if version:
        response.headers["ETag"] = f'"{version}"'
    return response


async def body(request: web.Request, model: type[Model]) -> Model:
    """What was sent, of the shape that is described; all that is wrong with it is said at once."""
    if request.content_type not in JSON:
        raise Problem("not-json")
    with legible():
        async with asyncio.timeout(SOON):
            octets = await request.read()
    try:
        return model.model_validate(_plain(octets))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise Problem("not-as-described", None, _mistakes(found, tongue(request))) from error


def _plain(octets: bytes) -> Any:
    """JSON without what readers of JSON disagree about: a name that stands twice, numbers that are none, halves of
    signs; no deeper than it can be read, and of no more values than can be judged while others wait.
    """
    try:
        found = json.loads(octets.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Problem("unreadable") from error
    if _many(found):
        raise Problem("too-large")
    return found


def _many(found: Any) -> bool:
    """Whether it has more values than one call can mean."""
    left, seen = [found], 0
    while left and seen <= VALUES:
        one = left.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        seen += len(inner)
        left.extend(inner)
    return seen > VALUES


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_number(_name: str) -> Any:
    raise ValueError


def _mistakes(errors: Sequence[ErrorDetails], language: str) -> list[Mistake]:
    """What does not fit, by question and field. A value that is of none of its types is one mistake, and not three."""
    found: dict[tuple[str, str], Mistake] = {}
    for error in errors[:MISTAKES]:
        place = [str(part) for part in error["loc"]]
        inside = place[:1] in (["answers"], ["objections"])
        question = place[1] if inside and len(place) > 1 else ""
        field = next((part for part in place[2:] if part in PARTS), "") if inside else place[0] if place else ""
        code = error["type"].replace("_", "-") if error["type"] in SHAPES else "wrong-type"
        text = SHAPES.get(error["type"], OTHERWISE).in_(language)
        found.setdefault((question, field), Mistake(question=question, field=field, code=code, detail=text))
    return list(found.values())


def held_to(request: web.Request, version: str) -> None:
    """What is changed or handed in is what the caller has read: else nothing happens."""
    tags = request.if_match
    if tags is None:
        raise Problem("if-match-missing")
    if not any(not tag.is_weak and tag.value in {version, "*"} for tag in tags):
        raise Problem("changed-meanwhile")


def key_of(request: web.Request) -> str:
    """The key under which this is handed in, as it is kept."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Problem("key-missing")
    return hashlib.sha256(key.encode()).hexdigest()
