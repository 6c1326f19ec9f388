"""One short page through a service that apprise knows.

Apprise says yes or no and never why. A page points at a task that is still open, so it does no more the second
time than the first: a no is tried again.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import apprise

from kinfirst.channels.port import Letter, Outcome
from kinfirst.core.errors import BadInput

PHONE = "{phone}"
_DIGITS = re.compile(r"[^\d+]")


class PushParcel:
    """A page and the service it goes to."""

    def __init__(self, service: apprise.Apprise, letter: Letter) -> None:
        self._service, self._letter = service, letter

    @property
    def wire(self) -> bytes:
        """Title and text: everything in the page that is ours."""
        return f"{self._letter.subject}\n{self._letter.text}".encode()

    def carry(self) -> Outcome:
        """Asks the service once."""
        if not len(self._service):
            return Outcome(state="refused", result="the service cannot be addressed that way")
        if self._service.notify(title=self._letter.subject, body=self._letter.text):
            return Outcome(state="taken", result="taken by the push service")
        return Outcome(state="not_now", result="the push service did not take it")


class PushChannel:
    """A service by its apprise URL. With `{phone}` in it each reader's own number is put there; without, it is one
    room for all. Refuses (BadInput) a URL that apprise does not know, without repeating it: it holds secrets."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.reaches = "phone" if PHONE in url else ""
        if not apprise.Apprise().add(url.replace(PHONE, "15551234567")):
            raise BadInput("push: not an address of a service that apprise knows")

    def pack(self, letter: Letter) -> PushParcel:
        """The service with this reader's number in it."""
        service = apprise.Apprise()
        number = quote(_DIGITS.sub("", letter.to), safe="")
        service.add(self._url.replace(PHONE, number))
        return PushParcel(service, letter)
