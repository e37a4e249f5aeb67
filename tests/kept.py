"""A work that was over long ago, with something in every table that hangs on it: what retention has to erase."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from stage import engagement, instant, registry

from monitor import ledger, plugins, tables
from monitor.obligations.acts import person
from monitor.reasons import keep
from monitor.registry.apply import apply
from monitor.registry.read import read
from monitor.tables.store import transaction

NIGHT = instant("2031-09-15T01:00")  #: five years after it was closed
SECRET = "Words that nobody may find afterwards"
SIGNER = "signer@acme.example"
CLOSED = instant("2026-09-14T10:00")


async def over(tmp):
    """The work, the request whose answer was accepted, and the letter that asked for it."""
    file = tmp / "registry.toml"
    text = registry(engagement("dm", ends_on="2026-08-31", starts_on="2020-10-01", state="closed"))
    file.write_text(text, encoding="utf-8")
    await apply(read([file], plugins.known()), CLOSED, plugins.looks())
    on, day = CLOSED - timedelta(days=3), date(2026, 9, 11)
    days = dict.fromkeys(("nominal_on", "base_on", "due_on", "meant_on", "accepted_on"), day)
    duty = await tables.Obligation.create(
        **days, kind="deletion", engagement_id="dm", company_id="impress", party_id="acme", state="accepted",
        roll="none", opens_at=on, ladder="", since=on, planned_at=on, opened_at=on, reason=SECRET,
    )  # fmt: skip
    await tables.Submission.create(obligation_id=duty.id, answers="{}", sha256="", submitted_at=on, verdict="accepted")
    of = {"side": "vendor", "company_id": "impress", "party_id": "acme", "made_at": on}
    asked = await tables.Notice.create(**of, key="n", kind="rung", obligation_id=duty.id, roles=["vendor"], data={"said": SECRET}, send_at=on, state="sent", done_at=on)  # fmt: skip
    mail = await tables.Mail.create(**of, id="m", to=["privacy@acme.example"], language="en", subject=SECRET, state="sent", sent_at=on)  # fmt: skip
    await tables.MailItem.create(mail_id=mail.id, notice_id=asked.key, roles=["vendor"])


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


async def fill(at=NIGHT - timedelta(days=1800)):
    """Something everywhere. The files' hashes are those of their names."""
    duty = await tables.Obligation.get(kind="deletion")
    someone = int((await person(SIGNER, at, "A. Signer")).removeprefix("person/"))
    of = {"obligation_id": duty.id}
    handed_in = await tables.Submission.filter(**of).first()
    await tables.Submission.filter(id=handed_in.id).update(
        answers=f'{{"q": "{SECRET}"}}', sha256=sha256("answers"), signer_name="A. Signer", signer_email=SIGNER
    )
    await tables.Answer.create(**of, question="q", value={"value": SECRET}, changed_at=at)
    file = {"name": SECRET, "media_type": "image/png", "size": 1}
    await tables.Evidence.create(**of, id="e" * 32, question="q", sha256=sha256("page"), stored_at=at, **file)
    scan = await tables.OfflineFile.create(
        **of, id="o" * 32, kind="scan", sha256=sha256("scan"), actor="vendor", received_at=at, **file
    )
    await tables.PaperEntry.create(
        **of,
        channel="paper",
        received_on=at.date(),
        place=SECRET,
        signer_name="A. Signer",
        scan_id=scan.id,
        begun_at=at,
    )
    await tables.Note.create(**of, question="q", text=SECRET, author_id=someone, written_at=at)
    said = {"name": "A. Signer", "email": SIGNER}
    await tables.Plea.create(**of, kind="wrong-person", text=SECRET, made_at=at, about=said)
    row = {"issued_at": at, "expires_at": at, "grade": "submit"}
    link = await tables.Link.create(**of, id="l" * 24, token_sha256=sha256("token"), contact_id=someone, **row)
    await tables.SigningCode.create(
        **of, id="c" * 24, link_id=link.id, signer_name="A. Signer", signer_title=SECRET, sha256=sha256("answers"),
        made_at=at, expires_at=at,
    )  # fmt: skip
    await tables.Colleague.create(
        **of, contact_id=someone, named_by=link.id, name=SECRET, grade="view", sections=[], state="given", made_at=at,
        changed_at=at,
    )  # fmt: skip
    await tables.Mark.create(submission_id=handed_in.id, question="q", comment=SECRET, changed_at=at)
    await tables.Proposal.create(submission_id=handed_in.id, proposer_id=someone, proposed_at=at)
    whose = {"engagement_id": "dm", "company_id": "impress", "party_id": "acme"}
    days = dict.fromkeys(("first_on", "set_on", "first_due_on", "base_on", "due_on"), date(2026, 9, 1))
    await tables.Remediation.create(
        **whose, **days, origin_id=handed_in.id, kind="deletion", question="q", raised_by="no", state="verified",
        words={"en": {"name": SECRET}}, severity=2, since=at,
    )  # fmt: skip
    await _beside(whose, at)
    async with transaction():
        why = await keep(SECRET, at)
        event_ = ledger.Event("obligation.waived", f"obligation/{duty.id}", why, "impress")
        await ledger.write([event_], at)
    return duty.id


async def _beside(whose, at):
    """What stands in registers, and what came back by mail."""
    entered = {"entered_at": at, "entered_by": "person/1"}
    await tables.Incident.create(**whose, state="closed", aware_on=at.date(), begun_at=at, begun_by="person/1")
    await tables.Disclosure.create(**whose, **entered, basis="law", why=SECRET)
    await tables.Complaint.create(company_id="impress", party_id="acme", about=SECRET, arrived_on=at.date(), **entered)
    mail = await tables.Mail.filter(side="vendor", state="sent").order_by("made_at").first()
    await tables.Incoming.create(
        id="i" * 64, sha256=sha256("mail"), size=1, way="reply", mail_id=mail.id, arrived_at=at, state="done",
        kind="reply", address=SIGNER, subject=SECRET, text=SECRET,
    )  # fmt: skip


FILES = {sha256(name) for name in ("page", "scan", "mail")}


async def everything():
    """All rows of all tables but the ledger, as one text."""
    models = [getattr(tables, name) for name in tables.__all__ if name != "LedgerLine"]
    return "\n".join([str(row) for model in models for row in await model.all().values()])
