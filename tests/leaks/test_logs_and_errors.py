"""R72: what somebody types, and who a case is about, is in no line of the log, no error, no refusal, no figure."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, get_args, get_type_hints
from urllib.parse import quote

import msgspec
import pytest
from django.test import Client

from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS
from kinfirst.core.errors import KinfirstError
from kinfirst.interop.hl7v2.oru import read_message
from kinfirst.interop.hl7v2.reader import read
from kinfirst.interop.hl7v2.shape import Rejected
from kinfirst.people import registry, rosters
from kinfirst.people.changes import Keeper
from kinfirst.people.contacts import Way, add_contact
from kinfirst.people.entries import NewPerson
from kinfirst.people.identifiers import Identifier, add_identifier
from kinfirst.project.logs import Nameless, NamelessJson
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.scanner import scan
from tests.access.standings import NOW, STANDINGS, House, house, undone
from tests.planted import planted

pytestmark = pytest.mark.django_db
NAMES = [one.name for one in planted()]
BOSS = next(one for one in STANDINGS if one.roles == {"authority"})
FOUND = ("why", "taken", "left", "notes", "conflicts", "unknown")
OFFICER = next(one for one in STANDINGS if one.name == "casualty_officer")


@pytest.fixture(scope="module")
def afternoon(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with django_db_blocker.unblock(), house() as built:
        yield built


@contextmanager
def everything_logged(formatter: logging.Formatter) -> Iterator[io.StringIO]:
    """What all loggers together write at their lowest level, with this formatter."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    loggers = [logging.getLogger(name) for name in ("", "django", "kinfirst")]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    for logger in loggers:
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
    try:
        yield out
    finally:
        for logger, level, handlers in before:
            logger.handlers = handlers
            logger.setLevel(level)


def requests(client: Client, case: str, person: str, name: str) -> list[Callable[[], Any]]:
    """Every way in which a browser or a program can send something that is a name."""
    slug = quote(name, safe="")
    by_json = {"content_type": "application/json"}
    return [
        lambda: client.get(f"/cases/{slug}/"),
        lambda: client.get(f"/{slug}"),
        lambda: client.get(f"/doorstep/{case}/{slug}/"),
        lambda: client.get("/audit/", {"who": name, "alias": name, "kind": name}),
        lambda: client.get("/", headers={"Host": f"{slug}.example"}),
        lambda: client.delete(f"/registry/policies/{slug}/"),
        lambda: client.post("/registry/find", {"name": name}),
        lambda: client.post(f"/registry/people/{person}/kin", {"person": name, "relation": name}),
        lambda: client.post(f"/registry/people/{person}/ways", {"kind": name, "text": name, "end": name}),
        lambda: client.post(f"/cases/{case}/do/add_kin", {"person": name, "relation": name, "key": name}),
        lambda: client.post(f"/cases/{case}/look", {"part": name, "back": name}),
        lambda: client.post("/visits/verify", {"reference": name}),
        lambda: client.post("/break-glass/", {"alias": name, "reason": name, "minutes": name}),
        lambda: client.post("/doorstep/parcel", json.dumps({"taps": [{"what": name}], "key": name}), **by_json),
        lambda: client.post(f"/api/v1/cases/{case}/commands/add_kin", json.dumps({"person": name}), **by_json),
        lambda: client.post(f"/api/v1/cases/{slug}/commands/leak", json.dumps({name: name}), **by_json),
        lambda: client.post("/api/v1/tokens", json.dumps({"username": name, "password": name}), **by_json),
        lambda: client.post("/api/v1/visits/verify", f"{name}", **by_json),
        lambda: client.get(f"/api/v1/cases/{case}/offers", headers={"If-None-Match": slug, "Authorization": slug}),
        lambda: Client(enforce_csrf_checks=True).post(f"/cases/{slug}/look", {"part": name}),
    ]


@pytest.mark.parametrize("formatter", [Nameless(), NamelessJson()], ids=["text", "json"])
def test_no_line_of_the_log_has_what_was_sent(afternoon: House, formatter: logging.Formatter) -> None:
    """A thousand names, each by one of twenty ways; the lines are then read as the scanner reads a message."""
    client = afternoon.client(BOSS)
    client.raise_request_exception = False
    with everything_logged(formatter) as out:
        for turn, name in enumerate(NAMES):
            ways = requests(client, afternoon.case, afternoon.ids["haruka"], name)
            with undone(client):
                ways[turn % len(ways)]()
    lines = out.getvalue().splitlines()
    assert len(lines) > 300
    seen = {shape for line in lines if (shape := re.sub(r"\d+", "", line)) and not line.startswith("  ")}
    assert scan("\n".join(seen).encode(), NAMES) == ()


def test_no_error_of_ours_repeats_what_cannot_be_read(afternoon: House) -> None:
    """Their text goes to the log and to the terminal in full, so that it may hold nothing that was typed."""
    realm = afternoon.realm
    keeper = Keeper(realm=realm, by=afternoon.ids[BOSS.name], now=NOW)
    tries: list[Callable[[str], object]] = [
        lambda name: registry.add_person(realm, NewPerson(name=name, roles=(name,))),
        lambda name: registry.add_person(realm, NewPerson(name=name, zone=name)),
        lambda name: registry.add_person(realm, NewPerson(name=name + "\0")),
        lambda name: registry.set_office(realm, name, name),
        lambda name: registry.add_event(realm, name, [name]),
        lambda name: registry.set_care(realm, name, [name]),
        lambda name: add_contact(realm, afternoon.ids["haruka"], Way(kind="phone", text=name)),
        lambda name: add_identifier(realm, name, Identifier(kind=name, authority=name, value=name)),
        lambda name: rosters.enter(keeper, "desk", f"BEGIN:VCALENDAR\n{name}"),
        lambda name: rosters.end(keeper, name),
    ]
    said = []
    for turn, name in enumerate(NAMES):
        try:
            tries[turn % len(tries)](name)
        except KinfirstError as wrong:
            said.append(str(wrong))
    assert len(said) > 600
    assert scan("\n".join(set(said)).encode(), NAMES) == ()


def test_no_reader_of_messages_repeats_what_it_cannot_read() -> None:
    """Findings and faults of HL7 v2 say the field and what would be right."""
    shapes = (
        "MSH|^~\\&|{0}|{0}|||{0}||ADT^A01|1|P|2.5\rPID|1||{0}^^^{0}||{0}^{0}||{0}|{0}\rNK1|1|{0}^{0}|{0}|{0}|{0}\r",
        "MSH|^~\\&|A|B|C|D|20260101||ORU^R01|1|P|2.5\rPID|1||{0}\rOBX|1|{0}|{0}||{0}|{0}||||{0}\r",
        "{0}|^~\\&|x\rPID|{0}",
    )
    said = []
    for turn, name in enumerate(NAMES):
        raw = shapes[turn % len(shapes)].format(name).encode()
        for outcome in (*read(raw).outcomes, read_message(raw)):
            said += (
                [str(outcome)] if isinstance(outcome, Rejected) else [str(getattr(outcome, part, "")) for part in FOUND]
            )
    assert len(set(said)) > 10
    assert scan("\n".join(set(said)).encode(), NAMES) == ()


def test_no_refusal_repeats_what_was_given(afternoon: House) -> None:
    """Every command with a name in each of its arguments: reasons go to pages, to programs and into the record."""
    said, turn = [], 0
    for command, shape in COMMANDS.items():
        for argument in msgspec.structs.fields(shape):
            name = NAMES[turn % len(NAMES)]
            turn += 1
            given = Given(realm=afternoon.realm, by=afternoon.ids[OFFICER.name], now=NOW)
            case = None if command in HOUSE_COMMANDS or command == "open_case" else afternoon.case
            with undone(Client()):
                refusal = perform_named(command, _filled(shape, argument.name, name), given=given, case=case).refusal
            said += [reason.text for reason in refusal.reasons] if refusal else []
    assert len(said) > len(COMMANDS)
    assert scan("\n".join(set(said)).encode(), NAMES) == ()


def _filled(shape: type[msgspec.Struct], argument: str, name: str) -> dict[str, Any]:
    """Arguments that may do, and a name for one of them."""
    hints = get_type_hints(shape, include_extras=True)
    given = {
        field.encode_name: _anything(hints[field.name]) for field in msgspec.structs.fields(shape) if field.required
    }
    wire = next(field.encode_name for field in msgspec.structs.fields(shape) if field.name == argument)
    return {**given, wire: name}


def _anything(hint: Any) -> Any:
    options = [one for one in get_args(hint) if isinstance(one, str)]
    return options[0] if options else True if hint is bool else 1 if hint is int else "x"


def test_no_figure_and_no_health_has_a_name(afternoon: House) -> None:
    client = Client()
    said = "".join(client.get(address).content.decode() for address in ("/metrics", "/healthz", "/readyz"))
    assert "kinfirst_cases" in said
    assert scan(said.encode(), [*NAMES, "Kenta", "Morishige", "Haruka", "Chiyo"]) == ()
