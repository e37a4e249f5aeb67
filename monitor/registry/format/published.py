"""What the group has published: who uses data jointly, its policies, the linked sites that they do not apply to."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from monitor.registry.format.entry import Entry
from monitor.registry.values import Day, Email, Flag, Key, Seconds, Text, Web, whole

Basis = Literal["original", "consent", "rename", "succession"]
ORIGINAL: Basis = "original"
#: On what a new member may use data that were acquired before it came (guideline 3-6-3): the owner's consent, or
#: nothing but a new name, or a business taken over.
CONTINUES: frozenset[str] = frozenset({"consent", "rename", "succession"})
Provision = Literal[
    "entrustment", "joint_use", "succession", "consent", "opt_out", "statistics", "emergency", "law", "public_health"
]
Item = Literal["fact", "items", "scope", "purposes", "responsible", "address", "representative"]
Version = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]*$", max_length=60)]
Days = Annotated[int, Field(ge=1, le=366), BeforeValidator(whole)]


class Member(Entry):
    """共同利用者: a company of the group, or a party outside it, that uses the data jointly from a day until a day."""

    company: Key | None = None
    party: Key | None = None
    begins: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None
    basis: Basis = ORIGINAL

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.company is None) == (self.party is None):
            raise ValueError("member-who")
        if self.begins and self.until and self.until < self.begins:
            raise ValueError("member-days")
        return self

    @property
    def who(self) -> str:
        return self.company or self.party or ""

    def on(self, day: date) -> bool:
        return (self.begins or date.min) <= day <= (self.until or date.max)


def _members(value: Any) -> Any:
    """A key alone is a company that has been a member from the first."""
    return [{"company": one} if isinstance(one, str) else one for one in value] if isinstance(value, list) else value


class NextResponsible(Entry):
    """Who is going to be responsible for the management, and from when: to be announced beforehand (APPI 27(6))."""

    company: Key
    begins: Annotated[Day, Field(alias="from")]


class Notice(Entry):
    """One version of the notice, as it was shown from that day on."""

    version: Version
    effective_from: Day


class Form(Entry):
    """Where personal data is acquired, and which version of the notice was shown there in that time."""

    url: Web
    notice: Version
    begins: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None


class DataSet(Entry):
    """Personal data that was acquired under one version of the notice, and stays bound to it."""

    name: Text
    notice: Version


class JointUse(Entry):
    """共同利用: data that companies use jointly, and the five items of which its owners have to be told beforehand.

    APPI 27(5)(iii): the fact itself, the items of data, the scope of the users, their purposes, and of the party that
    is responsible for the management its name, address and representative. The last two are those of the company.
    """

    key: Key
    name: Text | None = None
    name_ja: Text | None = None
    items: tuple[Text, ...] = ()
    items_ja: tuple[Text, ...] = ()
    scope: Text | None = None
    scope_ja: Text | None = None
    purposes: tuple[Key, ...] = ()
    responsible: Key | None = None
    next_responsible: NextResponsible | None = None
    members: Annotated[tuple[Member, ...], BeforeValidator(_members)] = ()
    notice: tuple[Notice, ...] = ()
    form: tuple[Form, ...] = ()
    data_set: tuple[DataSet, ...] = ()
    notice_days: Days = 10
    deletion_days: Days = 30

    @model_validator(mode="after")
    def _versions(self) -> Self:
        known = {one.version for one in self.notice}
        named = {one.notice for one in self.form} | {one.notice for one in self.data_set}
        if named - known:
            raise ValueError("notice-unknown")
        return self

    def responsible_on(self, day: date) -> str | None:
        following = self.next_responsible
        return following.company if following and following.begins <= day else self.responsible

    def members_on(self, day: date) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.on(day))

    def member_on(self, who: str, day: date) -> Member | None:
        return next((one for one in self.members_on(day) if one.who == who), None)

    def may_use(self, who: str, data: DataSet, day: date) -> bool:
        """Whether a member may use data that were acquired under an earlier version of the notice: it stood in that
        notice already, or came in a way that lets it take on what is there.
        """
        member = self.member_on(who, day)
        shown = next(one.effective_from for one in self.notice if one.version == data.notice)
        return member is not None and (member.basis in CONTINUES or (member.begins or date.min) <= shown)


class Policy(Entry):
    """公表文書: one version of a text that the group has published about personal data (APPI 21, 27, 32).

    `provides`: in which cases it says that data goes to others; `only`: and in no others. While it is in effect it is
    looked at, unless `watched` says no: every so many seconds, with these `options` of the check.
    """

    key: Key
    url: Web
    effective_from: Day
    name: Text | None = None
    name_ja: Text | None = None
    contacts: tuple[Email, ...] = ()
    purposes: tuple[Key, ...] = ()
    provides: tuple[Provision, ...] = ()
    only: Flag = False
    joint_use: tuple[Key, ...] = ()
    states: tuple[Item, ...] = ()
    companies: tuple[Key, ...] = ()
    watched: Flag = True
    every: Seconds | None = None
    options: dict[str, Any] = Field(default_factory=dict)


class LinkedSite(Entry):
    """A site that a policy links to and does not apply to: never counted as supervised."""

    key: Key
    url: Web
    name: Text | None = None
