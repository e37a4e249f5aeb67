"""The OpenAPI 3.1 document, made of the table of calls and the types that they take and give. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from monitor import __version__
from monitor.web.api.models import ProblemDetails
from monitor.web.problems import COMMON, MEDIA_TYPE, NAMES, PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode

    from monitor.web.api.operations import Operation

PLACE = "#/components/schemas/{model}"
INTRO = (
    "A party's own system answers what it is asked, by the token of the link that was mailed to it: what stands in it "
    "behind /f/, up to the next slash. Everything that the form checks is checked here. Texts come in the language of "
    "Accept-Language (ja, en)."
)
HEADERS: Mapping[str, str] = {
    "If-Match": "The version that was read, in quotes, as it came in ETag.",
    "Idempotency-Key": "Of your own making, new for each declaration. Sent again, the same call does nothing twice.",
    "Content-Disposition": "The file's name: attachment; filename=\"name.pdf\", or filename*=UTF-8''… (RFC 6266).",
}
PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "question": {"description": "The id of the question.", "schema": {"type": "string"}},
    "id": {"description": "The id of the file.", "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"}},
    "number": {
        "description": "Which submission; the last one without it.",
        "schema": {"type": "integer", "minimum": 1},
    },
}


def describe(operations: Sequence[Operation]) -> str:
    """The document as it is served."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in operations:
        paths[one.template][one.method.lower()] = _operation(one)
    found = {
        "openapi": "3.1.0",
        "info": {
            "title": "itaku",
            "version": __version__,
            "description": INTRO,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"link": []}],
        "paths": dict(paths),
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {"link": {"type": "http", "scheme": "bearer", "description": "The token of a link."}},
        },
    }
    return json.dumps(found, ensure_ascii=False)


def _schemas(operations: Iterable[Operation]) -> dict[str, Any]:
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(ProblemDetails, "serialization"): None}
    for one in operations:
        wanted[one.gives, "serialization"] = None
        if one.takes is not None and not isinstance(one.takes, str):
            wanted[one.takes, "validation"] = None
    _, found = models_json_schema(list(wanted), ref_template=PLACE)
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "responses": {str(one.status): _given(one), **_problems(one.problems), "default": _any_problem()},
    }
    parameters = [*_places(one), *(_header(name) for name in one.headers)]
    if parameters:
        found["parameters"] = parameters
    if one.takes is not None:
        found["requestBody"] = {"required": True, "content": _body(one.takes)}
    if one.public:
        found["security"] = []
    return found


def _places(one: Operation) -> list[dict[str, Any]]:
    inside = [name for name in PARAMETERS if f"{{{name}}}" in one.template]
    return [{"name": name, "in": "path", "required": True, **PARAMETERS[name]} for name in inside] + [
        {"name": name, "in": "query", "required": False, **PARAMETERS[name]} for name in one.query
    ]


def _header(name: str) -> dict[str, Any]:
    return {
        "name": name, "in": "header", "required": True, "description": HEADERS[name], "schema": {"type": "string"},
    }  # fmt: skip


def _body(takes: type[BaseModel] | str) -> dict[str, Any]:
    if isinstance(takes, str):
        return {"application/octet-stream": {}}
    return {"application/json": {"schema": _of(takes)}}


def _given(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {"description": "Done.", "content": {"application/json": {"schema": _of(one.gives)}}}
    if one.versioned:
        found["headers"] = {"ETag": {"description": "The version that stands.", "schema": {"type": "string"}}}
    return found


def _of(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": PLACE.format(model=model.__name__)}


def _problems(names: Iterable[str]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = defaultdict(list)
    for name in names:
        by_status[PROBLEMS[name].status].append(name)
    return {str(status): _told(found) for status, found in sorted(by_status.items())}


def _any_problem() -> dict[str, Any]:
    return _told([name for name in COMMON if name in PROBLEMS])


def _told(names: Iterable[str]) -> dict[str, Any]:
    said = "\n".join(f"- `{NAMES}{name}`: {PROBLEMS[name].text.in_('en')}" for name in names)
    return {"description": said, "content": {MEDIA_TYPE: {"schema": _of(ProblemDetails)}}}
