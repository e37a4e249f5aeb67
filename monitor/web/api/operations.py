"""Every call of the API, literally: address, what it takes, what it gives, which problems it has. Routes and the
description are made of this table, and so cannot say different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from aiohttp import web

from monitor.web.api import answering, files, notices, submitting, telling
from monitor.web.api.description import describe
from monitor.web.api.models import CodeMailed, Description, HandedIn, JointUses, Receipt, Request, Saved, Stored
from monitor.web.api.sent import Answers, Code, Declaring

if TYPE_CHECKING:
    from pydantic import BaseModel

    from monitor.web.border import Handler

REQUEST = "/api/v1/request"
OCTETS = "octets"  #: a body that is no JSON
MATCH, KEY, NAME = "If-Match", "Idempotency-Key", "Content-Disposition"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A call. `problems` are those that it has beside what any call may meet; `headers` those that it wants;
    `versioned`: it tells in ETag which version of the answers stands.
    """

    method: str
    path: str
    name: str
    summary: str
    handler: Handler
    gives: type[BaseModel]
    status: int = 200
    takes: type[BaseModel] | str | None = None
    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    public: bool = False
    versioned: bool = False

    @property
    def template(self) -> str:
        """The path without the patterns of its places."""
        return self.path.replace(":[0-9a-f]{32}", "")


async def described(_request: web.Request) -> web.StreamResponse:
    """The description of all of this."""
    headers = {"Cache-Control": "public, max-age=300"}
    return web.Response(text=_description(), content_type="application/json", charset="utf-8", headers=headers)


_WRITING = ("may-not-answer", "not-open")
_HANDING_IN = ("may-not-submit", "not-open")
_SHAPED = ("not-json", "not-as-described")

OPERATIONS = (
    Operation(
        method="GET", path="/api/openapi.json", name="description", public=True,
        summary="This description.", handler=described, gives=Description,
    ),
    Operation(
        method="GET", path="/api/v1/joint-use", name="jointUse", public=True,
        summary="The public notice of joint use, as the register has it today.",
        handler=notices.joint_uses, gives=JointUses,
    ),
    Operation(
        method="GET", path=REQUEST, name="request",
        summary="What is asked, what is answered so far, what is missing. Closed requests show what was handed in.",
        handler=telling.show, gives=Request, versioned=True,
    ),
    Operation(
        method="PATCH", path=f"{REQUEST}/answers", name="saveAnswers",
        summary="Save answers as a draft: all of them, or none and every mistake.",
        handler=answering.save, takes=Answers, gives=Saved, headers=(MATCH,), versioned=True,
        problems=(*_SHAPED, *_WRITING, "if-match-missing", "changed-meanwhile", "answers-refused"),
    ),
    Operation(
        method="POST", path=f"{REQUEST}/files/{{question}}", name="attachFile",
        summary="Hand in a file with an answer, as raw octets. The same file again changes nothing.",
        handler=files.attach, takes=OCTETS, gives=Stored, status=201, headers=(NAME,), versioned=True,
        problems=(*_WRITING, "file-refused"),
    ),
    Operation(
        method="DELETE", path=f"{REQUEST}/files/{{question}}/{{id:[0-9a-f]{{32}}}}", name="removeFile",
        summary="Take a file out of the draft.", handler=files.remove, gives=Stored, versioned=True,
        problems=(*_WRITING, "no-such-file", "file-refused"),
    ),
    Operation(
        method="POST", path=f"{REQUEST}/submission", name="handIn",
        summary="Declare that the answers are correct, and hand them in. Where a code has to confirm it, the code is "
        "mailed to the registered address and the answer is `step-up-required`.",
        handler=submitting.submit, takes=Declaring, gives=HandedIn, status=201, headers=(MATCH, KEY), versioned=True,
        problems=(
            *_SHAPED, "key-missing", *_HANDING_IN, "step-up-required", "nothing-added", "if-match-missing",
            "changed-meanwhile", "incomplete", "declaration-refused", "key-reused", "later",
        ),
    ),
    Operation(
        method="POST", path=f"{REQUEST}/submission/code", name="mailCode",
        summary="Mail another code for what was declared, a minute after the last one at the earliest.",
        handler=submitting.mail_code, gives=CodeMailed, status=202,
        problems=(*_HANDING_IN, "nothing-declared", "later"),
    ),
    Operation(
        method="POST", path=f"{REQUEST}/submission/confirmation", name="confirm",
        summary="Hand in what was declared, by the code that was mailed for it.",
        handler=submitting.confirm, takes=Code, gives=HandedIn, status=201, headers=(KEY,), versioned=True,
        problems=(
            *_SHAPED, "key-missing", *_HANDING_IN, "nothing-declared", "answers-changed", "code-refused", "key-reused",
            "later",
        ),
    ),
    Operation(
        method="GET", path=f"{REQUEST}/receipt", name="receipt",
        summary="The signed receipt of what was handed in last, or under that number.",
        handler=submitting.receipt, gives=Receipt, query=("number",), problems=("no-receipt",),
    ),
)  # fmt: skip

ROUTES = [web.route(one.method, one.path, one.handler) for one in OPERATIONS]


@cache
def _description() -> str:
    return describe(OPERATIONS)
