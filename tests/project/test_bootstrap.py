"""Which channel is real here, read from the environment."""

from __future__ import annotations

import pytest

from kinfirst.channels.email.channel import EmailChannel
from kinfirst.channels.log.channel import LogChannel
from kinfirst.channels.push.channel import PushChannel
from kinfirst.channels.webhook.channel import WebhookChannel
from kinfirst.core.errors import BadInput
from kinfirst.project.bootstrap import ways

# Apprise still looks for a module that Python is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SECRET = "a secret of at least thirty-two characters"
MAIL = "smtp://kin:s3cret-word@mail.example"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADDRESS", "EMAIL", "EMAIL_FROM", "ORG_WEBHOOKS", "PAGE_WEBHOOK", "PUSH"):
        monkeypatch.delenv(f"KINFIRST_{name}", raising=False)
    monkeypatch.delenv("KINFIRST_WEBHOOK_NETWORKS", raising=False)
    monkeypatch.delenv("KINFIRST_WEBHOOK_SECRET", raising=False)


def test_without_any_set_up_a_page_is_a_line_in_the_log() -> None:
    found = ways()
    assert [type(channel) for channel in found.pages] == [LogChannel]
    assert isinstance(found.exercise, LogChannel)
    assert found.orgs == {}
    assert found.address == "http://127.0.0.1:8000"


def test_what_is_set_is_real_and_an_exercise_still_reaches_the_log_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "ADDRESS": "https://kin.example",
        "EMAIL": f"{MAIL}:2525?security=none",
        "EMAIL_FROM": "Kinfirst <pages@house.example>",
        "PUSH": "json://sms.example/{phone} json://ward.example",
        "PAGE_WEBHOOK": "https://pages.example/hook",
        "ORG_WEBHOOKS": "registrar=https://r.example/in?k=1 gp=https://gp.example/",
        "WEBHOOK_SECRET": SECRET,
        "WEBHOOK_NETWORKS": "10.20.0.0/16",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"KINFIRST_{name}", value)
    found = ways()
    assert [type(channel) for channel in found.pages] == [EmailChannel, PushChannel, PushChannel, WebhookChannel]
    assert sorted(found.orgs) == ["gp", "registrar"]
    assert isinstance(found.exercise, LogChannel)
    assert found.address == "https://kin.example"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"EMAIL": MAIL}, "KINFIRST_EMAIL_FROM", id="mail from nobody"),
        pytest.param({"EMAIL": "mail.example", "EMAIL_FROM": "a@b.example"}, "KINFIRST_EMAIL:", id="no mail address"),
        pytest.param(
            {"EMAIL": f"{MAIL}?security=maybe", "EMAIL_FROM": "a@b.example"}, "KINFIRST_EMAIL:", id="no such security"
        ),
        pytest.param({"EMAIL": f"{MAIL}:99999", "EMAIL_FROM": "a@b.example"}, "KINFIRST_EMAIL:", id="no such port"),
        pytest.param({"PUSH": "pigeon://s3cret-word"}, "KINFIRST_PUSH:", id="no such service"),
        pytest.param({"PAGE_WEBHOOK": "https://p.example"}, "KINFIRST_WEBHOOK_SECRET", id="no secret"),
        pytest.param({"ORG_WEBHOOKS": "https://s3cret-word.example"}, "KINFIRST_ORG_WEBHOOKS:", id="no organisation"),
        pytest.param(
            {"ORG_WEBHOOKS": "gp=https://a.example gp=https://b.example", "WEBHOOK_SECRET": SECRET},
            "KINFIRST_ORG_WEBHOOKS:",
            id="one organisation twice",
        ),
        pytest.param(
            {"PAGE_WEBHOOK": "https://p.example", "WEBHOOK_SECRET": SECRET, "WEBHOOK_NETWORKS": "here"},
            "KINFIRST_WEBHOOK_NETWORKS:",
            id="no network",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], says: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"KINFIRST_{name}", value)
    with pytest.raises(BadInput, match=says) as refused:
        ways()
    assert "s3cret-word" not in str(refused.value)
