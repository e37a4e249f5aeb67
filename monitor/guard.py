"""The one place where an unexpected error is caught: it is logged with what it was about, and the others go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import logging
    from types import TracebackType


class Guard:
    """Keeps one row's, one stage's or one page's error from becoming everybody's.

    >>> with Guard(log, "mail %s cannot be written", mail.id) as guard:
    ...     return await write(mail)
    ... # only after an error is this line reached; `guard.error` says which

    Cancellation and the end of the process are no errors and pass, and so does what `let` names: a database that is
    away is not the row's fault, and must not be booked as one.
    """

    def __init__(
        self, log: logging.Logger, text: str, *about: object, let: tuple[type[BaseException], ...] = ()
    ) -> None:
        self._log, self._text, self._about, self._let = log, text, about, let
        self.error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception) or isinstance(error, self._let):
            return False
        self._log.error(self._text, *self._about, exc_info=error)
        self.error = error
        return True
