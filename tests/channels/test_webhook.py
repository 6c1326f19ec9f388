"""The webhook channel against a receiver on this machine, and against addresses it must not reach."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kinfirst.channels.port import Letter
from kinfirst.channels.webhook import transport
from kinfirst.channels.webhook.address import networks, reachable, target
from kinfirst.channels.webhook.channel import WebhookChannel, signature
from kinfirst.core.errors import BadInput
from tests.workers.receiver import Receiver, listening

SECRET = "a secret of at least thirty-two characters"
LETTER = Letter(
    key="9f2c",
    kind="page",
    to="role:coordinator",
    subject="Kinfirst: Heron: check patient",
    text="Heron: check patient. See https://kin.example/cases/1/",
    facts={"alias": "Heron", "case": "1", "task": "check_patient"},
    at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening(Receiver()) as found:
        yield found


def channel(url: str, **more: object) -> WebhookChannel:
    return WebhookChannel(url, secret=SECRET, **more)  # type: ignore[arg-type]


@pytest.mark.network
def test_it_posts_signed_json_with_the_key(receiver: Receiver) -> None:
    parcel = channel(receiver.url + "?desk=1").pack(LETTER)
    assert parcel.carry().state == "taken"
    (request,) = receiver.requests
    assert request.path == "/pages?desk=1"
    assert request.headers["idempotency-key"] == "9f2c"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-kinfirst-signature"] == signature(SECRET.encode(), request.body)
    assert json.loads(request.body) == {
        "alias": "Heron",
        "at": "2026-03-02T09:00:00Z",
        "case": "1",
        "key": "9f2c",
        "kind": "page",
        "task": "check_patient",
        "to": "role:coordinator",
    }
    assert request.body in parcel.wire


@pytest.mark.network
@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "taken"),
        (204, "taken"),
        (301, "refused"),
        (307, "refused"),
        (400, "refused"),
        (404, "refused"),
        (408, "unclear"),
        (429, "not_now"),
        (500, "unclear"),
        (502, "unclear"),
        (503, "not_now"),
    ],
)
def test_what_the_receiver_says(receiver: Receiver, status: int, state: str) -> None:
    receiver.answer = lambda _request: status
    receiver.headers = {"Location": receiver.url}
    assert channel(receiver.url).pack(LETTER).carry().state == state
    assert len(receiver.requests) == 1, "nothing is followed, nothing is tried twice"


@pytest.mark.network
@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        pytest.param({"Retry-After": "120"}, timedelta(seconds=120), id="seconds"),
        pytest.param({"Retry-After": "99999999999"}, timedelta(hours=6), id="far too long"),
        pytest.param({"Retry-After": "soon"}, timedelta(), id="nonsense"),
        pytest.param({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, timedelta(), id="a date that is past"),
    ],
)
def test_a_receiver_may_ask_us_to_wait(receiver: Receiver, headers: dict[str, str], pause: timedelta) -> None:
    receiver.answer = lambda _request: 429
    receiver.headers = headers
    found = channel(receiver.url).pack(LETTER).carry()
    assert (found.state, found.pause) == ("wait" if pause else "not_now", pause)


@pytest.mark.network
def test_a_receiver_that_hangs_up_leaves_a_question(receiver: Receiver) -> None:
    receiver.answer = lambda _request: 0
    assert channel(receiver.url).pack(LETTER).carry().state == "unclear"


@pytest.mark.network
def test_a_receiver_that_answers_for_ever_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "WHOLE_SECONDS", 0.2)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        wire, _ = server.accept()
        with wire:
            while not over.wait(0.05):
                try:
                    wire.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        found = channel(f"http://127.0.0.1:{server.getsockname()[1]}/").pack(LETTER).carry()
        over.set()
        thread.join()
    assert found.state == "unclear"


@pytest.mark.network
def test_where_nobody_listens_nothing_arrived() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert channel(f"http://127.0.0.1:{port}/").pack(LETTER).carry().state == "not_now"


@pytest.mark.network
def test_https_is_checked(receiver: Receiver) -> None:
    """A certificate that is not there is no receiver: nothing was sent."""
    to = receiver.url.replace("http://127.0.0.1", "https://localhost")
    assert channel(to).pack(LETTER).carry().state == "not_now"
    assert receiver.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "http://pages.example/x",
        "ftp://pages.example/x",
        "https:///x",
        "https://user:secret@pages.example/",
        "https://pages.example/#part",
        "https://pages.example:99999/",
        "https://pages.example/a b",
        "https://pages.example/\r\nHost: other",
        "//pages.example/",
        "",
    ],
)
def test_an_address_of_another_form_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(BadInput, match=r"^webhook: ") as refused:
        channel(url)
    assert "secret" not in str(refused.value)
    assert "pages.example" not in str(refused.value)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 32"):
        WebhookChannel("https://pages.example/", secret="short")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.1.2.3",
        "64:ff9b::a01:203",
        "2002:a01:203::1",
    ],
)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    found = channel("https://pages.example/", lookup=lambda _host, _port: ["93.184.216.34", address])
    outcome = found.pack(LETTER).carry()
    assert (outcome.state, outcome.result) == ("refused", "the host is on a private network that is not allowed")


def test_an_allowed_network_and_the_public_one_may_be_reached() -> None:
    inside = target("https://ris.house.example/hook")
    allowed = networks("10.20.0.0/16, fd00::/8")
    assert reachable(inside, allowed, lambda _host, _port: ["10.20.3.4"]) == "10.20.3.4"
    assert reachable(inside, (), lambda _host, _port: ["93.184.216.34"]) == "93.184.216.34"
    with pytest.raises(BadInput, match="networks"):
        networks("10.20.0.0/99")


def test_a_name_that_cannot_be_looked_up_is_tried_later() -> None:
    def nothing(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "no such name")

    assert channel("https://pages.example/", lookup=nothing).pack(LETTER).carry().state == "not_now"
