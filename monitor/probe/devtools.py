"""Talking with a Chromium over the pipe of its developer tools: JSON, each message ended by a zero byte.

A pipe and no port, so that nobody else on the machine can talk with it. We subscribe to nothing and ask little: what a
page does is seen at the proxy, and the less we hear from the browser, the less a page can make it say.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio.subprocess import Process

LONGEST_MESSAGE = 8 * 1024 * 1024


class Gone(Exception):  # noqa: N818 - what became of it
    """The browser has ended, or says what is no answer."""


class DevTools:
    """Questions to one browser, one at a time."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None  # noqa: S101 - started with both
        assert process.stdout is not None  # noqa: S101
        self._in, self._out = process.stdin, process.stdout
        self._last = 0

    async def ask(self, method: str, *, session: str = "", **parameters: Any) -> dict[str, Any]:
        """The answer's result. `Gone` if there will be none, or if the browser refuses the question."""
        self._last += 1
        question = {"id": self._last, "method": method, "params": parameters}
        try:
            self._in.write(json.dumps(question | ({"sessionId": session} if session else {})).encode() + b"\0")
            await self._in.drain()
            while (answer := await self._heard()).get("id") != self._last:
                pass
        except (OSError, EOFError, asyncio.LimitOverrunError, ValueError) as error:
            raise Gone(f"{method}: {type(error).__name__}") from error
        if not isinstance(answer.get("result"), dict):
            raise Gone(f"{method} was refused")
        result: dict[str, Any] = answer["result"]
        return result

    async def _heard(self) -> dict[str, Any]:
        message = json.loads((await self._out.readuntil(b"\0"))[:-1])
        if not isinstance(message, dict):
            raise ValueError("no message")  # noqa: TRY004 - as wrong as what is no JSON
        return message
