"""`itaku mail`: look at any letter without sending it, try the mail server, see what waits and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.border import (
    FAILED,
    TEMPORARY,
    bordered,
    config_option,
    give_up,
    json_option,
    put,
    say,
    settings_of,
    store_of,
)
from monitor.cli.misspelt import unknown

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.letters import Letters
    from monitor.simulation.preview import Kind, Wanted
    from notifiers.contract import Letter

_STATES = ("queued", "parked", "failed")
_SAMPLE_KEY = b"what is made with this key opens nothing"


@click.group()
def mail() -> None:
    """Letters: preview any kind, send a test, list what waits or failed, try one again."""


@mail.command()
@click.argument("kind", required=False)
@click.option("--language", type=click.Choice(["ja", "en"]), help="Instead of the reader's own.")
@click.option("--duty", type=int, help="About this request (its number, as in ITK-000123) of the database.")
@click.option("--party", default="", help="About the latest request to this party of the database.")
@click.option("--company", default="", help="About the latest request of this company of the database.")
@click.option("--html", "as_html", is_flag=True, help="Print the HTML instead of the text.")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write text, HTML and .eml into this folder.",
)
@config_option
@click.pass_context
@bordered
async def preview(context: click.Context, kind: str | None, config_file: Path | None, **options: Any) -> None:
    """Put a letter of KIND into words without sending it; without KIND, list the kinds."""
    from monitor.refusal import Refused
    from monitor.simulation.preview import Wanted

    if kind is None:
        _list()
        return
    folder, as_html = options.pop("folder"), options.pop("as_html")
    wanted = Wanted(_known(kind), **{**options, "language": options["language"] or ""})
    try:
        letter = await _written(wanted, context, config_file)
    except Refused as no:
        give_up([str(no.message)], FAILED)
    if folder:
        _keep(letter, folder, wanted.kind)
    else:
        click.echo(letter.html if as_html else _as_text(letter))


def _list() -> None:
    from monitor.simulation.preview import kinds

    for kind in kinds():
        click.echo(kind.name)


def _known(name: str) -> Kind:
    from monitor.simulation.preview import find, kinds

    found = find(name)
    if not found:
        raise unknown(f"letter {name}", name, [kind.stage for kind in kinds()], "`itaku mail preview` lists them.")
    if len(found) > 1:
        say(f"This is {found[0].name}. There is also {', '.join(kind.name for kind in found[1:])}.")
    return found[0]


async def _written(wanted: Wanted, context: click.Context, config_file: Path | None) -> Letter:
    """From the database where one of its things is named, else from the sample, which needs no configuration."""
    from monitor import clock
    from monitor.simulation.preview import preview as put_into_words
    from monitor.simulation.preview import sample, shown

    at = clock.now()
    if wanted.duty is None and not wanted.party and not wanted.company:
        async with sample(at):
            return await put_into_words(wanted, shown(_letters(None)), at)
    settings = settings_of(config_file, context)
    async with store_of(settings):
        return await put_into_words(wanted, shown(_letters(settings)), at)


def _letters(settings: Settings | None) -> Letters:
    from monitor.building import mail_domain
    from monitor.letters import Letters
    from monitor.links import Keyring

    keyring = Keyring({"sample": _SAMPLE_KEY})
    if settings is None:
        return Letters("https://itaku.group.example", keyring, "group.example")
    return Letters(settings.web.base_url, keyring, mail_domain(settings))


def _as_text(letter: Letter) -> str:
    heads = {
        "From": letter.sender_name,
        "To": ", ".join(letter.to),
        "Reply-To": letter.reply_to,
        "Subject": letter.subject,
        **letter.headers,
        "Attached": ", ".join(one.name for one in letter.attachments),
    }
    return "\n".join([*(f"{name}: {value}" for name, value in heads.items() if value), "", letter.text])


def _keep(letter: Letter, folder: Path, kind: Kind) -> None:
    from notifiers.email import compose

    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{kind.side}-{kind.stage}-{letter.language}"
    octets = compose(letter, "itaku@group.example").as_bytes()
    for name, content in (
        (f"{stem}.txt", _as_text(letter).encode()),
        (f"{stem}.html", letter.html.encode()),
        (f"{stem}.eml", octets),
        *((f"{stem}-{one.name}", one.text.encode()) for one in letter.attachments),
    ):
        (folder / name).write_bytes(content)
        say(f"wrote {folder / name}")


@mail.command()
@click.argument("to")
@config_option
@click.pass_context
@bordered
async def test(context: click.Context, to: str, config_file: Path | None) -> None:
    """Send one letter to TO through the configured mail server, now, and say what the server answered."""
    from monitor.building import notifier
    from notifiers.contract import Permanent, Temporary

    settings = settings_of(config_file, context)
    channel = notifier(settings)
    if channel is None:
        give_up(["No mail server is configured: nobody is asked and nobody is told. Set [mail] host."], FAILED)
        return
    try:
        receipt = await channel.send(_test_letter(to, settings))
    except Temporary as trouble:
        give_up([f"Not sent: {trouble.reason}", *_remedy(settings, fault=trouble.fault)], TEMPORARY)
    except Permanent as trouble:
        refused = [f"{address}: {why}" for address, why in trouble.refused.items()]
        give_up([f"Refused for good: {trouble.reason}", *refused], FAILED)
    else:
        where = f"{settings.mail.host}:{settings.mail.port}"
        say(f"{where} has taken the letter to {to}. Now look into that mailbox, and into its spam folder.")
        click.echo(receipt.reply)
    finally:
        await channel.aclose()


def _remedy(settings: Settings, *, fault: bool) -> list[str]:
    where = f"{settings.mail.host}:{settings.mail.port}, tls = {settings.mail.tls}"
    if fault:
        return [f"The cause lies in [mail] of the configuration ({where}). Correct it; `itaku doctor` looks at it too."]
    return [f"Asked: {where}. If that is right, try again later; letters that wait lose nothing."]


def _test_letter(to: str, settings: Settings) -> Letter:
    from secrets import token_hex

    from monitor import clock
    from monitor.building import mail_domain
    from monitor.language import Message, reader
    from notifiers.contract import Letter

    at, language = clock.now(), reader()
    subject = Message("Test letter of itaku").in_(language)
    text = Message("Your mail server has taken this letter of itaku, and you can read it. Nothing has to be done.").in_(
        language
    )
    return Letter(
        f"<test.{token_hex(12)}@{mail_domain(settings)}>", (to,), subject, f"{text}\n", "", language,
        sender_name="itaku", written_at=at,
    )  # fmt: skip


@mail.command()
@click.option("--state", type=click.Choice(_STATES), help="Only those.")
@json_option
@config_option
@click.pass_context
@bordered
async def queue(context: click.Context, state: str | None, config_file: Path | None, *, as_json: bool) -> None:
    """List letters that wait, that are parked after an error of ours, or that were refused, with the server's words."""
    from monitor import tables

    async with store_of(settings_of(config_file, context)):
        states = [state] if state else list(_STATES)
        rows = await tables.Mail.filter(state__in=states).order_by("made_at", "id")
        for row in rows:
            _show(row, as_json=as_json)
    if not as_json:
        say(f"{len(rows)} letters." if rows else "No letter waits and none failed.")


def _show(row: Any, *, as_json: bool) -> None:
    said = {
        "id": row.id,
        "state": row.state,
        "to": row.to,
        "subject": row.subject,
        "attempts": row.attempts,
        "made_at": row.made_at.isoformat(),
        "next_at": row.next_at.isoformat() if row.next_at else None,
        "reply": row.reply,
    }
    if as_json:
        put(said)
        return
    click.echo(f"{row.id}  {row.state}  {', '.join(row.to)}  {row.subject}")
    when = f"next try {said['next_at']}" if said["next_at"] else f"made {said['made_at']}"
    click.echo(f"    {row.attempts} tries, {when}{': ' + row.reply if row.reply else ''}")


@mail.command()
@click.argument("number", metavar="ID")
@config_option
@click.pass_context
@bordered
async def retry(context: click.Context, number: str, config_file: Path | None) -> None:
    """Let a letter that waits, is parked or was refused be tried at the next beat of the daemon."""
    from monitor import clock
    from monitor.outbox.again import again
    from monitor.refusal import Refused

    async with store_of(settings_of(config_file, context)):
        try:
            row = await again(number, clock.now())
        except Refused as no:
            give_up([str(no.message)], FAILED)
        else:
            say(f"{row.id} to {', '.join(row.to)} is tried at the next beat of the daemon.")
