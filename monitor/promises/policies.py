"""Whether what the group has published agrees with itself and with the registry. Pure rules over the registers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from checks.detail import Detail
from monitor.conduct import ACT
from monitor.language import Message
from monitor.registry.texts import in_effect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from monitor.registry.format import Company, JointUse, LinkedSite, Policy

CONTACTS, RELATIONS, FIFTH_ITEM, COMPANIES, PURPOSES, SUPERVISED, UNTOLD = (
    "contacts-differ",
    "relations-disagree",
    "fifth-item-missing",
    "companies-differ",
    "purposes-differ",
    "linked-site-supervised",
    "joint-use-untold",
)


@dataclass(frozen=True, slots=True)
class GapRule:
    """What published texts are held to, in few words; `version` and `since` as those of `monitor.conduct.Rule`."""

    title: Message
    version: int = 1
    since: date = ACT


#: A literal table: pages, cases and the command line read from it.
RULES: Mapping[str, GapRule] = {
    CONTACTS: GapRule(Message("Different contacts")),
    RELATIONS: GapRule(Message("A case in which data goes to others is allowed here and excluded there")),
    FIFTH_ITEM: GapRule(Message("The party responsible for joint use is not named in full")),
    COMPANIES: GapRule(Message("Another list of companies")),
    PURPOSES: GapRule(Message("Different purposes of use")),
    SUPERVISED: GapRule(Message("Out of scope, and yet registered as a trustee's")),
    UNTOLD: GapRule(Message("A joint use that no text tells of")),
}
_WORDS: Mapping[str, str] = {
    "entrustment": "entrustment",
    "joint_use": "joint use",
    "succession": "succession of a business",
    "consent": "with consent",
    "opt_out": "by opt-out",
    "statistics": "as statistics",
    "emergency": "in an emergency",
    "law": "by law",
    "public_health": "for public health",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Where texts do not agree: the rule, the entries that it is about, and a sentence."""

    rule: str
    about: tuple[str, ...]
    detail: Detail

    @property
    def ref(self) -> str:
        """What stands for it in a case, as long as it lasts."""
        return " ".join((self.rule, *self.about))[:120]


@dataclass(frozen=True)
class Published:
    """Everything that the rules compare. `watched`: what is registered as a party's, or looked at as such."""

    policies: Mapping[str, Policy]
    uses: Mapping[str, JointUse]
    companies: Mapping[str, Company]
    sites: Mapping[str, LinkedSite]
    watched: Mapping[str, Sequence[str]]


def gaps(published: Published, day: date) -> list[Gap]:
    """Everything that does not agree on that day."""
    present = in_effect(published.policies.values(), day)
    return [
        *_contacts(present),
        *_relations(present),
        *_fifth_item(present),
        *_purposes(present),
        *_companies(present, published, day),
        *_untold(present, published, day),
        *_supervised(published),
    ]


def _pairs(policies: Sequence[Policy]) -> Iterator[tuple[Policy, Policy]]:
    for number, first in enumerate(policies):
        yield from ((first, second) for second in policies[number + 1 :])


def _contacts(policies: Sequence[Policy]) -> Iterator[Gap]:
    """Two pages send people with the same question to different places."""
    for first, second in _pairs([one for one in policies if one.contacts]):
        if not set(first.contacts) & set(second.contacts):
            words = "They name different contacts: {first} and {second}."
            detail = Detail(words, first=", ".join(first.contacts), second=", ".join(second.contacts))
            yield Gap(CONTACTS, (first.key, second.key), detail)


def _relations(policies: Sequence[Policy]) -> Iterator[Gap]:
    """One page says that data goes to others in a case that another excludes."""
    for strict in (one for one in policies if one.only):
        for other in policies:
            more = [name for name in other.provides if name not in strict.provides]
            if other is not strict and more:
                words = "The one says that data goes to others in these cases only, the other adds: {cases}."
                cases = Detail.listed([Detail(_WORDS[name]) for name in more])
                yield Gap(RELATIONS, (strict.key, other.key), Detail(words, cases=cases))


def _fifth_item(policies: Sequence[Policy]) -> Iterator[Gap]:
    """A page tells of joint use and not who is responsible, where, and by whom it is represented."""
    for one in policies:
        told = one.joint_use or "joint_use" in one.provides
        missing = [name for name in ("responsible", "address", "representative") if name not in one.states]
        if told and missing:
            words = {
                "responsible": "the responsible party",
                "address": "its address",
                "representative": "its representative",
            }
            named = Detail.listed([Detail(words[name]) for name in missing])
            yield Gap(FIFTH_ITEM, (one.key,), Detail("It tells of joint use and does not name: {items}.", items=named))


def _purposes(policies: Sequence[Policy]) -> Iterator[Gap]:
    for first, second in _pairs([one for one in policies if one.purposes]):
        differ = sorted(set(first.purposes) ^ set(second.purposes))
        if differ:
            detail = Detail("Only one of them names these purposes: {purposes}.", purposes=", ".join(differ))
            yield Gap(PURPOSES, (first.key, second.key), detail)


def _companies(policies: Sequence[Policy], published: Published, day: date) -> Iterator[Gap]:
    """A list of the group's companies is another one than the registry has for that day."""
    members = {key for key, one in published.companies.items() if one.member_on(day)}
    for one in policies:
        differ = sorted(set(one.companies) ^ members) if one.companies else []
        if differ:
            detail = Detail(
                "Its list of companies and the registry differ in: {companies}.", companies=", ".join(differ)
            )
            yield Gap(COMPANIES, (one.key,), detail)


def _untold(policies: Sequence[Policy], published: Published, day: date) -> Iterator[Gap]:
    """Data is used jointly, and no text in effect tells of it."""
    told = {key for one in policies for key in one.joint_use}
    for key, use in published.uses.items():
        if policies and use.members_on(day) and key not in told:
            yield Gap(UNTOLD, (key,), Detail("No text that is in effect tells of this joint use."))


def _supervised(published: Published) -> Iterator[Gap]:
    """What a policy does not apply to must not be counted as supervised."""
    for site in published.sites.values():
        host = urlsplit(site.url).hostname
        for party, urls in published.watched.items():
            if any(urlsplit(url).hostname == host for url in urls):
                yield Gap(
                    SUPERVISED,
                    (site.key, party),
                    Detail("It is said to be out of scope, and is registered as a trustee's: it is not counted."),
                )
