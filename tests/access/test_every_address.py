"""Every address for everybody: what comes back is what `addresses.TABLE` says, and nothing is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from kinfirst.api.routes import ROUTES
from kinfirst.core.commands import COMMANDS
from kinfirst.people import models
from kinfirst.policies.check import Verdict
from kinfirst.project.headers import HEADERS
from kinfirst.project.urls import SHUT
from kinfirst.records import models as record_models
from kinfirst.records import queries
from kinfirst.records.access import PARTS
from kinfirst.web.views import registry_house
from tests.access.addresses import (
    NOT_SO,
    OK,
    PAGES,
    TABLE,
    WITHOUT_CSRF,
    Row,
    addresses,
    anybody,
    api_case,
    api_person,
    at_door,
    by_token,
    in_case,
    of_case,
    path_of,
    shut,
)
from tests.access.standings import IN_THE_PLAY, NOW, STANDINGS, House, Standing, house, undone

pytestmark = pytest.mark.django_db
FAMILY = {"kenta": "Kenta", "haruka": "Haruka", "chiyo": "Chiyo"}
"""The dead and kin; the son is a colleague here, and colleagues may read the names of those who work here."""
KIND = {302: "viewed", 403: "refused"}
CASE_PAGES = (of_case, in_case, at_door)


def _routes() -> Iterator[tuple[str, Row]]:
    """The doors and the commands of the API; which command is whose by its role: tests/api/test_who.py."""
    for route in ROUTES:
        address = f"api/v1{route.path}".replace("{", "<").replace("}", ">")
        if not route.signed:
            # A sign-in or a question without anything in it.
            yield address, Row(anybody, (), (422,))
        elif route.name in COMMANDS:
            whose = api_case if "<case>" in address else api_person
            yield address, Row(whose, (), (200, 201, 403, 404, 409, 422))
    # GET lists one's own; POST, for anybody, is sign-in.
    yield "api/v1/tokens", Row(anybody, (200, 401), (422,))
    yield "api/v1/tokens/<token>", Row(by_token, (), ())


ROWS = {**dict(_routes()), **TABLE}


def test_every_address_has_a_row() -> None:
    known = {*ROWS, SHUT, "api/v1/"}
    there = set(addresses())
    assert there - known == set(), "add these to tests/access/addresses.py: say whose they are"
    assert known - there == set(), "these are in tests/access/addresses.py and no address any more"


@pytest.fixture(scope="module")
def afternoon(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """One house for all tests of this module, in which the proof of a pack, half a minute of work, is done already."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), house() as built:
        patch.setattr(
            registry_house, "_proved", lambda id: Verdict(policy=id, effective=NOW.date(), states=1, moves=1, worlds=1)
        )
        yield built


def filled(address: str, built: House) -> str:
    """The address with something of this house in each of its places."""
    person = "village" if "policies" in address else built.ids["haruka"]
    values = {
        "<slug:id>": person if address.startswith("registry") else built.case,
        "<slug:case>": built.case,
        "<case>": built.case,
        "<token>": "0" * 32,
        "<str:place>": built.ids["chiyo"],
        "<slug:command>": "recall" if address.startswith("house") else "leak",
        "<int:line>": str(built.kin_line),
        "<int:pk>": "1",
        "<int:number>": "1",
        "<int:seq>": "1",
        "<slug:bed>": "1",
    }
    return path_of(address, values)


class Came(NamedTuple):
    """What came back for one address and method."""

    address: str
    method: str
    row: Row
    response: HttpResponseBase


def all_asked(client: Client, built: House, rows: dict[str, Row]) -> Iterator[Came]:
    """Every address, by GET and by POST with nothing in it (commands of the API by POST alone); each as the first."""
    for address, row in rows.items():
        path = filled(address, built)
        for method in ("POST",) if "/commands/" in address else ("GET", "POST"):
            with undone(client):
                content = "application/json" if address.startswith("api/") else "application/x-www-form-urlencoded"
                yield Came(address, method, row, client.generic(method, path, b"", content))


def wanted(row: Row, method: str, standing: Standing) -> tuple[int, ...]:
    """The statuses that somebody may be answered with."""
    allowed = row.get if method == "GET" else row.post
    turned = row.whose(standing)
    if not allowed:
        # Some say first that the method is none of theirs, some first whose they are.
        return (NOT_SO, turned) if turned else (NOT_SO,)
    return (turned,) if turned else allowed


def body(response: HttpResponseBase) -> str:
    """The page as text, of a picture what can be read; a stream is not waited for."""
    return "" if response.streaming else response.content.decode("utf-8", "replace")  # type: ignore[attr-defined]


def names_unknown_to(standing: Standing) -> list[str]:
    """The names of the dead and of kin; nobody's own."""
    return [name for handle, name in FAMILY.items() if handle != IN_THE_PLAY.get(standing.name)]


def read_on_record(standing: Standing, built: House) -> bool:
    """Whether it is on record that this one looked: in the ledger of the case, or on the log of the registry."""
    who = built.ids[standing.name]
    looks = record_models.Entry.objects.filter(case_id=built.case, kind="viewed", actor=who)
    logged = models.Change.objects.filter(by=who, what__in=("shown", "searched", "changed"))
    return looks.exists() or logged.exists()


@pytest.mark.parametrize("standing", STANDINGS, ids=lambda one: one.name)
def test_whose_it_is(afternoon: House, standing: Standing) -> None:
    """The status; our headers; and a name of the dead or of kin in no byte, unless that it was read is on record."""
    wrong, client = [], afternoon.client(standing)
    names = names_unknown_to(standing)
    for came in all_asked(client, afternoon, ROWS):
        status, said = came.response.status_code, body(came.response)
        if status not in wanted(came.row, came.method, standing):
            wrong.append(f"{came.method} {came.address}: {status}, not {wanted(came.row, came.method, standing)}")
        if lacking := [name for name in HEADERS if name not in came.response.headers]:
            wrong.append(f"{came.method} {came.address}: without {lacking}")
        shows = any(name in f"{came.response.headers} {said}" for name in names)
        if shows and not (standing.kind == "person" and read_on_record(standing, afternoon)):
            wrong.append(f"{came.method} {came.address}: a name, and no record that it was read")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("standing", [one for one in STANDINGS if one.knows], ids=lambda one: one.name)
def test_who_asked_for_a_name_is_on_record_before_a_page_shows_it(afternoon: House, standing: Standing) -> None:
    """Every part is asked for; each look is an entry, granted or not; a page shows names to those alone who were."""
    client, before = afternoon.client(standing), len(queries.entries(afternoon.case))
    with undone(client):
        came = [client.post(f"/cases/{afternoon.case}/look", {"part": part}).status_code for part in PARTS]
        entries = [one for one in queries.entries(afternoon.case)[before:] if one.kind in KIND.values()]
        assert {entry.actor for entry in entries} == {afternoon.ids[standing.name]}
        assert [KIND[status] for status in came] == [entry.kind for entry in entries]
        named = [
            address for address, said in _pages(client, afternoon) if any(name in said for name in FAMILY.values())
        ]
        granted = {part for part, status in zip(PARTS, came, strict=True) if status == 302}
        assert bool(named) is bool(granted & {"identity", "kin"}), named


def _pages(client: Client, built: House) -> Iterator[tuple[str, str]]:
    """Every page of the case that its reader may open."""
    for address in (one for one, row in PAGES.items() if row.whose in CASE_PAGES and row.get == OK):
        response = client.get(filled(address, built))
        if response.status_code == 200:
            yield address, body(response)


def test_a_form_is_taken_only_from_a_page_of_ours(afternoon: House) -> None:
    """Every address that changes something, by a session and without the CSRF token."""
    client = afternoon.client(STANDINGS[0])
    boss = next(one for one in STANDINGS if one.roles == {"authority"})
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = afternoon.client(boss).cookies
    open_doors = []
    for address, row in ROWS.items():
        if not row.post or row.whose is shut:
            continue
        kind = "application/json" if address.startswith("api/") else "application/x-www-form-urlencoded"
        with undone(client):
            status = strict.generic("POST", filled(address, afternoon), b"", kind).status_code
        if status != 403:
            open_doors.append(address)
    assert set(open_doors) == WITHOUT_CSRF
