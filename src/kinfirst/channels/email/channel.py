"""One e-mail to one member of staff. Its Message-ID is the idempotency key: a mail program knows a second copy."""

from __future__ import annotations

import smtplib
from collections.abc import Callable

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from kinfirst.channels.port import Letter, Outcome

Connect = Callable[[], BaseEmailBackend]
PERMANENT = 500


class EmailParcel:
    """A message that was built and not sent."""

    def __init__(self, message: EmailMessage, connect: Connect) -> None:
        self._message, self._connect = message, connect

    @property
    def wire(self) -> bytes:
        """The message as it is sent, without its To line: that is the reader's own address."""
        built = self._message.message()
        del built["To"]
        return built.as_bytes()

    def carry(self) -> Outcome:
        """Hands it to the mail server. Before the server speaks of this message nothing can have arrived."""
        try:
            connection = self._connect()
            connection.open()
        except (OSError, smtplib.SMTPException) as wrong:
            return Outcome(state="not_now", result=f"mail server: {type(wrong).__name__}")
        try:
            count = connection.send_messages([self._message])
        except smtplib.SMTPException as wrong:
            return _said(wrong)
        except OSError as wrong:
            return Outcome(state="unclear", result=f"mail server: {type(wrong).__name__}")
        finally:
            connection.close()
        return Outcome(
            state="taken" if count else "not_now", result="taken by the mail server" if count else "not sent"
        )


class EmailChannel:
    """Staff by e-mail; `connect` gives a mail connection that is not open yet."""

    reaches = "email"

    def __init__(self, *, sender: str, connect: Connect) -> None:
        self._sender, self._connect = sender, connect
        self._domain = sender.rpartition("@")[2].rstrip("> ") or "localhost"

    def pack(self, letter: Letter) -> EmailParcel:
        """Plain text; automatic replies are asked to stay away."""
        headers = {
            "Message-ID": f"<{letter.key}@{self._domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        }
        message = EmailMessage(
            subject=letter.subject,
            body=letter.text,
            from_email=self._sender,
            to=[letter.to],
            headers=headers,
        )
        return EmailParcel(message, self._connect)


def _said(wrong: smtplib.SMTPException) -> Outcome:
    """What a mail server said of this message: never for ever (5xx), not now (4xx), or nobody knows."""
    codes = _codes(wrong)
    if not codes:
        return Outcome(state="unclear", result=f"mail server: {type(wrong).__name__}")
    never = min(codes) >= PERMANENT
    return Outcome(state="refused" if never else "not_now", result=f"mail server said {min(codes)}")


def _codes(wrong: smtplib.SMTPException) -> list[int]:
    if isinstance(wrong, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in wrong.recipients.values()]
    return [wrong.smtp_code] if isinstance(wrong, smtplib.SMTPResponseException) else []
