"""The pages of a letter: its topics within the frame, as plain text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from monitor.letters.details import people
from monitor.letters.layout import heading, wrap
from monitor.letters.texts import around, block, file_of
from monitor.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.letters.basics import Values
    from monitor.letters.topic import Topic
    from monitor.tables import Mail

_AROUND = ("salutation", "greeting", "footer")


@dataclass(frozen=True)
class Sheet:
    """The pages of one letter: what stands around its topics, and the topics in order of urgency."""

    mail: Mail
    topics: Sequence[Topic]
    values: Sequence[Values]
    subject: str

    def text(self) -> str:
        page = render("mail/frame.txt", self._language, self._pages(html=False), html=False)
        return wrap(page, self._language, self._names)

    def html(self) -> str:
        return render("mail/frame.html", self._language, self._pages(html=True))

    @property
    def _names(self) -> list[str]:
        """Whoever is named in the letter: nobody likes to see the own name broken."""
        found = (
            values[key]
            for values in self.values
            for key in ("party", "company", "group", "above", "through", "named", "named_by")
        )
        return list(dict.fromkeys(str(name) for name in found if name))

    @property
    def _language(self) -> str:
        return self.mail.language

    def _pages(self, *, html: bool) -> Values:
        heads = [block("headline", file_of(values), self._language, values) for values in self.values]
        common = self._common(heads[0])
        bodies = [block("body", file_of(values), self._language, values, html=html) for values in self.values]
        headline = around("more", self._language, common) if len(heads) > 1 else heads[0]
        return {
            "subject": self.subject,
            "headline": heading(headline, self._language, self._names) if html else headline,
            "topics": [
                {"heading": self._numbered(number, head), "body": Markup(body) if html else body}  # noqa: S704 - our template made it
                for number, (head, body) in enumerate(zip(heads, bodies, strict=True), 1)
            ],
        } | {name: _safe(around(name, self._language, common, html=html), html=html) for name in _AROUND}

    def _numbered(self, number: int, headline: str) -> str:
        return around("numbered", self._language, {"number": number, "count": len(self.topics), "headline": headline})

    def _common(self, first: str) -> Values:
        roles = list(dict.fromkeys(role for topic in self.topics for role in topic.roles))
        return self.values[0] | {
            "first": first,
            "others": len(self.topics) - 1,
            "readers": len(self.mail.to),
            "roles": roles,
            "role_names": people(roles, self._language),
        }


def _safe(text: str, *, html: bool) -> str:
    return Markup(text) if html else text  # noqa: S704 - rendered with every value escaped
