"""R72, R74: a reader who may see every name finds them on the page, and in no title, heading, address or header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from kinfirst.core.facts import KinRecord
from kinfirst.people import registry
from kinfirst.people.entries import NewPerson
from kinfirst.records.access import PARTS
from kinfirst.records.scanner import scan
from tests.access.addresses import PAGES
from tests.access.standings import STANDINGS, House, house, undone
from tests.access.test_every_address import body, filled
from tests.planted import SYLLABLES, planted

pytestmark = pytest.mark.django_db
KIN = tuple({one.script: one.name for one in reversed(planted(4 * len(SYLLABLES)))}.values())
SAID = re.compile(
    r"<title>.*?</title>|<h[1-6][ >].*?</h[1-6]>|<summary.*?</summary>|"
    r'(?:href|src|action|content|hx-get|hx-post|data-[a-z-]+)="[^"]*"',
    re.S,
)
OFFICER = next(one for one in STANDINGS if one.roles == {"casualty_officer"} and one.knows)


@pytest.fixture(scope="module")
def large_family(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """The house, with a brother or sister of the casualty for each script there is."""
    with django_db_blocker.unblock(), house() as built:
        for id in registry.add_people(built.realm, tuple(NewPerson(name=name) for name in KIN)):
            line = KinRecord(of=built.ids["kenta"], person=id, relation="sibling", recorded=date(2026, 1, 20))
            registry.add_kin(built.realm, line)
        yield built


def test_names_are_on_the_page_and_nowhere_else(large_family: House) -> None:
    client, shown, wrong = large_family.client(OFFICER), set(), []
    with undone(client):
        for part in PARTS:
            client.post(f"/cases/{large_family.case}/look", {"part": part})
        for address, row in PAGES.items():
            if not row.get or row.whose(OFFICER):
                continue
            response = client.get(filled(address, large_family))
            page = body(response)
            shown |= {name for name in KIN if name in page}
            beside = f"{response.headers} {response.cookies} {' '.join(SAID.findall(page))}"
            if found := scan(beside.encode(), [*KIN, "Kenta", "Haruka", "Chiyo"]):
                wrong.append((address, len(found)))
    assert len(shown) == len(KIN)
    assert wrong == []
