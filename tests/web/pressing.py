"""What a manager does on the pages of registers: signs in, sends a form, reads what it leads to."""

from __future__ import annotations

from contextlib import asynccontextmanager

from tests.journey.manager import signed_in
from tests.journey.vendor import gets, posts

MANAGERS = "managers@impress.example"


@asynccontextmanager
async def managing(house):
    """A browser in which a manager is signed in, and reads English."""
    async with house.client() as browser:
        await signed_in(house, browser, MANAGERS)
        browser.headers["Accept-Language"] = "en"
        yield browser


async def press(client, path, fields):
    """What a form leads to: the status of its answer, and the page that is then shown."""
    status, found = await posts(client, path, fields)
    return (status, await gets(client, found)) if status == 303 else (status, found)


def of(deed, **said):
    """The fields of a form, by its name, with who sends it."""
    return {f"{deed}_{name}": str(value) for name, value in ({"by": "M. Manager"} | said).items()}
