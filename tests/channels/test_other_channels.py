"""E-mail, push and the log."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from kinfirst.channels.email.channel import EmailChannel
from kinfirst.channels.log.channel import LogChannel
from kinfirst.channels.port import Letter
from kinfirst.channels.push.channel import PushChannel
from kinfirst.core.errors import BadInput
from tests.workers.receiver import Receiver, listening

# Apprise still looks for a module that Python is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

LETTER = Letter(
    key="9f2c",
    kind="page",
    to="desk@house.example",
    subject="Kinfirst: Heron: check patient",
    text="Heron: check patient. See https://kin.example/cases/1/",
    facts={"alias": "Heron"},
    at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
)


class FakeServer(BaseEmailBackend):
    """A mail server that takes everything, or raises what it is told to, on opening or on sending."""

    def __init__(self, *, opening: Exception | None = None, sending: Exception | None = None) -> None:
        super().__init__()
        self.opening, self.sending = opening, sending
        self.taken: list[EmailMessage] = []

    def open(self) -> bool:
        if self.opening:
            raise self.opening
        return True

    def send_messages(self, email_messages: Any) -> int:
        if self.sending:
            raise self.sending
        self.taken += email_messages
        return len(email_messages)


def mail(server: FakeServer) -> EmailChannel:
    connect: Callable[[], BaseEmailBackend] = lambda: server  # noqa: E731
    return EmailChannel(sender="Kinfirst <pages@house.example>", connect=connect)


def test_a_mail_is_plain_text_with_the_key_as_its_id() -> None:
    server = FakeServer()
    parcel = mail(server).pack(LETTER)
    assert parcel.carry().state == "taken"
    (message,) = server.taken
    built = message.message()
    assert built["Message-ID"] == "<9f2c@house.example>"
    assert built["Auto-Submitted"] == "auto-generated"
    assert (message.to, message.subject, message.body) == ([LETTER.to], LETTER.subject, LETTER.text)
    assert built.get_content_type() == "text/plain"


def test_the_scanner_sees_the_mail_without_the_readers_own_address() -> None:
    wire = mail(FakeServer()).pack(LETTER).wire
    assert b"desk@house.example" not in wire
    assert b"Heron: check patient" in wire


@pytest.mark.parametrize(
    ("server", "state"),
    [
        pytest.param({"opening": ConnectionRefusedError()}, "not_now", id="nobody there"),
        pytest.param({"opening": smtplib.SMTPAuthenticationError(535, b"no")}, "not_now", id="not let in"),
        pytest.param({"sending": smtplib.SMTPRecipientsRefused({"a": (550, b"no")})}, "refused", id="no such box"),
        pytest.param({"sending": smtplib.SMTPRecipientsRefused({"a": (450, b"busy")})}, "not_now", id="box busy"),
        pytest.param({"sending": smtplib.SMTPDataError(554, b"spam")}, "refused", id="not taken"),
        pytest.param({"sending": smtplib.SMTPDataError(451, b"later")}, "not_now", id="not taken now"),
        pytest.param({"sending": smtplib.SMTPServerDisconnected("gone")}, "unclear", id="line cut"),
        pytest.param({"sending": TimeoutError()}, "unclear", id="silence"),
    ],
)
def test_what_a_mail_server_says(server: dict[str, Exception], state: str) -> None:
    outcome = mail(FakeServer(**server)).pack(LETTER).carry()
    assert outcome.state == state
    assert "desk" not in outcome.result


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening(Receiver()) as found:
        yield found


@pytest.mark.network
def test_a_push_goes_through_apprise_to_each_readers_number(receiver: Receiver) -> None:
    """Apprise's own JSON service stands in for a service that takes text messages."""
    url = receiver.url.replace("http://", "json://").replace("/pages", "/sms/{phone}")
    channel = PushChannel(url)
    assert channel.reaches == "phone"
    letter = msgspec.structs.replace(LETTER, to="+81 90-1234-5678")
    assert channel.pack(letter).carry().state == "taken"
    (request,) = receiver.requests
    assert "819012345678" in request.path
    assert b"Heron: check patient" in request.body


@pytest.mark.network
def test_a_push_that_is_not_taken_is_tried_again(receiver: Receiver) -> None:
    receiver.answer = lambda _request: 500
    channel = PushChannel(receiver.url.replace("http://", "json://"))
    assert channel.reaches == ""
    assert channel.pack(LETTER).carry().state == "not_now"


def test_a_service_that_apprise_does_not_know_is_refused_and_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(BadInput) as refused:
        PushChannel("carrierpigeon://secret@loft")
    assert "secret" not in str(refused.value) + caplog.text


def test_the_log_is_one_line_whatever_the_text() -> None:
    lines: list[str] = []
    parcel = LogChannel(lines.append).pack(msgspec.structs.replace(LETTER, to="role:desk", text="Heron:\r\nforged"))
    assert parcel.carry().state == "taken"
    assert lines == ["page for role:desk: Heron: forged"]
    assert parcel.wire == lines[0].encode()
