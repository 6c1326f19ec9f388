"""R72: a thousand names, planted in what every channel would send, in every disguise; and what is innocent goes."""

from __future__ import annotations

import base64
import html
import json
import quopri
import random
import textwrap
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from kinfirst.channels.email.channel import EmailChannel
from kinfirst.channels.log.channel import LogChannel
from kinfirst.channels.port import Channel, Letter
from kinfirst.channels.push.channel import PushChannel
from kinfirst.channels.webhook.channel import WebhookChannel
from kinfirst.core.task import KINDS
from kinfirst.records.scanner import scan
from kinfirst.workers import wording
from kinfirst.workers.secrecy import says_too_much
from tests.planted import SYLLABLES, planted

# Of apprise, while it loads its services.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
NAMES = planted()
ALL = tuple(one.name for one in NAMES)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADDRESS = "https://kin.example"
ROOT = Path(__file__).resolve().parents[2]


def without_marks(name: str) -> str:
    apart = unicodedata.normalize("NFD", name)
    return "".join(c for c in apart if unicodedata.category(c) != "Mn")


def in_lines(name: str) -> str:
    """Cut after every third letter and folded, as a calendar is."""
    return "\r\n ".join(textwrap.wrap(name.replace(" ", "\u00a0"), 3)).replace("\u00a0", " ")


DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "composed": lambda name: unicodedata.normalize("NFC", name),
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "compatibility": lambda name: unicodedata.normalize("NFKC", name),
    "small letters": str.lower,
    "capitals": str.upper,
    "folded": str.casefold,
    "without accents": without_marks,
    "in lines": in_lines,
    "for HTML": lambda name: html.escape(f"<{name}>"),
    "as entities": lambda name: "".join(f"&#{ord(c)};" for c in name),
    "as entities in hex": lambda name: "".join(f"&#X{ord(c):X};" for c in name),
    "in an address": quote,
    "in a query": quote_plus,
    "in an address, twice": lambda name: quote(quote(name)),
    "in JSON": json.dumps,
    "in JSON in JSON": lambda name: json.dumps(json.dumps({"q": name})),
    "in base64": lambda name: base64.b64encode(f"for {name}, today".encode()).decode(),
    "in base64 for addresses": lambda name: base64.urlsafe_b64encode(f"for {name}, today".encode()).decode(),
    "in quoted-printable": lambda name: quopri.encodestring(f"for {name}, today".encode()).decode(),
    "in hex": lambda name: f"x {name.encode().hex()} x",
    "with marks that cannot be seen": "\u200d".join,
    "with tags": lambda name: f"{name[0]}<b>{name[1:]}</b>",
    "said among others": lambda name: f"the matter of {name}, deceased",
}


CHANNELS: dict[str, Callable[[], Channel]] = {
    "e-mail": lambda: EmailChannel(sender="pages@house.example", connect=lambda: None),  # type: ignore[arg-type, return-value]
    "webhook": lambda: WebhookChannel("https://hook.example/in", secret="s" * 40),
    "push": lambda: PushChannel("json://hook.example/in"),
    "log": lambda: LogChannel(lambda _line: None),
}


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> Channel:
    return CHANNELS[request.param]()


def test_no_channel_is_left_out() -> None:
    """A new folder in `channels` comes here too."""
    folder = ROOT / "src/kinfirst/channels"
    kinds = {file.parent.name for file in folder.glob("*/channel.py")}
    assert {type(made()).__module__.split(".")[-2] for made in CHANNELS.values()} == kinds


IN_LINES = {"in lines", "in quoted-printable"}
"""Disguises that need lines, which a log has not."""


def wire(channel: Channel, said: str) -> bytes:
    """What would leave if a page said that."""
    text = f"Heron: {said}: identify. See {ADDRESS}/cases/{'ab12' * 8}/"
    facts = {"alias": said, "task": "identify", "case": "ab12" * 8}
    letter = Letter(key="5f" * 20, kind="page", to="-", subject="Kinfirst: Heron", text=text, facts=facts, at=NOW)
    return channel.pack(letter).wire


def test_not_one_of_a_thousand_gets_out(channel: Channel) -> None:
    """Every name in two disguises; every script has been in every disguise."""
    kinds = [kind for kind in DISGUISES if kind not in IN_LINES or not isinstance(channel, LogChannel)]
    missed, tried, turns = [], set(), {script: cycle(kinds) for script in SYLLABLES}
    for script, name in NAMES:
        for kind in islice(turns[script], 2):
            tried.add((script, kind))
            if not scan(wire(channel, DISGUISES[kind](name)), [name]):
                missed.append((script, kind, name))
    assert missed == []
    assert len(tried) == len(kinds) * len(SYLLABLES)


INNOCENT_ALIASES = (
    "Heron",
    "Willow",
    "Bridge",
    "Unknown 4",
    "Bed 12",
    "Cat-7",
    "白鷺",
    "Цапля",
    "Ärmel",
    "مالك الحزين",
)


def about(alias: str, task: str, dice: random.Random) -> wording.About:
    return wording.About(
        key=dice.randbytes(20).hex(), kind="page", case=dice.randbytes(16).hex(), alias=alias, task=task
    )


def sent(channel: Channel, told: wording.About) -> bytes:
    return channel.pack(wording.letter(told, to="role:coordinator", address=ADDRESS, at=NOW)).wire


def test_no_innocent_page_is_held(channel: Channel) -> None:
    """Every kind of task under several aliases, with ids and keys by chance, against all thousand names at once."""
    dice, held = random.Random(5), []
    for task in KINDS:
        alias = dice.choice(INNOCENT_ALIASES)
        told = about(alias, task, dice)
        if says_too_much(sent(channel, told), sent(channel, wording.blank(told)), ALL):
            held.append((task, alias))
    assert held == []


def test_chance_says_no_short_name() -> None:
    """Ids, keys and signatures decode to anything; names of three letters are not found in that."""
    dice, short = random.Random(6), [a + b + c for a in "abkms" for b in "aeiou" for c in "lnrt"]
    found = 0
    for _ in range(200):
        signature = base64.b64encode(dice.randbytes(48)).decode()
        said = f"key={dice.randbytes(32).hex()} sig={signature} {quote(dice.randbytes(30))}"
        found += len(scan(said.encode(), short))
    # 20,000 questions; what is left is the chance that random letters stand alone between two signs.
    assert found <= 20


def test_innocent_text_is_let_through() -> None:
    """The documentation, and what notifiers say in four languages: at most one in a hundred pieces would be held.

    The documentation makes up people too, and one of them may be called like one of the thousand.
    """
    pages = [*sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "src/kinfirst/web/words").glob("*.toml"))]
    texts = [part for page in pages for part in page.read_text("utf-8").split("\n\n")]
    asked = random.Random(7).sample(texts, 200)
    held = [text for text in asked if scan(text.encode(), ALL)]
    assert len(held) <= len(asked) // 100, held
