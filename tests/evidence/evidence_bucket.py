"""A bucket: as much of the S3 protocol as a store speaks, in memory, with faults on demand."""

from __future__ import annotations

from contextlib import asynccontextmanager
from hashlib import md5
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    import asyncio


class Bucket:
    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.asked: list[str] = []
        self.refuse: int | None = None  #: answer this to everything
        self.refuse_writing: int | None = None
        self.break_off = False  #: in the middle of what is read
        self.silent: asyncio.Event | None = None  #: say nothing until then

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.method)
        if self.silent:
            await self.silent.wait()
        fault = self.refuse or (self.refuse_writing if request.method in {"PUT", "POST"} else None)
        if fault:
            return web.Response(status=fault)
        body = await request.read()
        return await getattr(self, request.method.lower())(request, request.path, body)

    async def put(self, request: web.Request, key: str, body: bytes) -> web.Response:
        if "uploadId" in request.query:
            self.parts[request.query["uploadId"]][int(request.query["partNumber"])] = body
        else:
            self.objects[key] = body
        return web.Response(headers={"ETag": f'"{md5(body).hexdigest()}"'})

    async def post(self, request: web.Request, key: str, body: bytes) -> web.Response:
        if "uploads" in request.query:
            self.parts[key] = {}
            said = f"<InitiateMultipartUploadResult><UploadId>{key}</UploadId></InitiateMultipartUploadResult>"
        else:
            parts = self.parts.pop(request.query["uploadId"])
            self.objects[key] = b"".join(parts[number] for number in sorted(parts))
            said = '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>'
        return web.Response(text=f'<?xml version="1.0"?>{said}', content_type="application/xml")

    async def get(self, request: web.Request, key: str, body: bytes) -> web.StreamResponse:
        found = self.objects.get(key)
        if found is None:
            return web.Response(status=404)
        headers = {"ETag": '"x"', "Last-Modified": "Thu, 31 Dec 2026 10:00:00 GMT", "Content-Length": str(len(found))}
        answer = web.StreamResponse(headers=headers)
        await answer.prepare(request)
        if request.method == "GET":
            await answer.write(found[: len(found) // 2])
            if self.break_off:
                request.transport.close()
                return answer
            await answer.write(found[len(found) // 2 :])
        return answer

    head = get

    async def delete(self, request: web.Request, key: str, body: bytes) -> web.Response:
        return web.Response(status=204)


@asynccontextmanager
async def bucket(monkeypatch):
    """A bucket under `s3://evidence/`, found through the variables that operators set."""
    kept = Bucket()
    application = web.Application(client_max_size=1 << 30)
    application.router.add_route("*", "/{key:.*}", kept.answer)
    async with TestServer(application) as server:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "ap-northeast-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}",
            "AWS_ALLOW_HTTP": "true",
        }.items():
            monkeypatch.setenv(name, value)
        yield kept
