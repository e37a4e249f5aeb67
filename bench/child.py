"""Runs one function of the bench in a process of its own and prints what it returns as JSON.

A process that did nothing else before has an honest memory figure and an honest CPU time.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from importlib import import_module
from typing import Any


def main(place: str, loop: str, arguments: str) -> None:
    module, name = place.split(":")
    work = getattr(import_module(module), name)
    factory: Any = None
    if loop == "uvloop":
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        found = runner.run(work(**json.loads(arguments)))
    print(json.dumps({**(found or {}), "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
