"""The views of the readings, and ending a token: each finds what may be seen, and answers it with its ETag."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query

from kinfirst.api import cases as case_shapes
from kinfirst.api import house as house_shapes
from kinfirst.api import ledgers, signing, standing
from kinfirst.api.answers import done, reading
from kinfirst.api.moment import now
from kinfirst.api.problems import Problem
from kinfirst.api.shapes import Tasks
from kinfirst.api.shapes_house import Ended, Me, TokenLine, TokenList
from kinfirst.api.sight import seen
from kinfirst.core.commands import View
from kinfirst.core.offers import house_offers as offers_in_house
from kinfirst.core.offers import offers as offers_on_case
from kinfirst.people import tokens as held_tokens
from kinfirst.records import queries
from kinfirst.records.board import MOST, PAGE, Wanted, board
from kinfirst.records.gathering import case_facts, house_facts
from kinfirst.records.proof import export

PROVERS = ("auditor", "authority", "casualty_officer")
HIGHEST_SEQ = 2**31 - 1

Stage = Annotated[str, Query("", max_length=12, description="One stage; else every case that is not closed.")]
Alias = Annotated[str, Query("", max_length=60, pattern=r"^[^\x00]*$", description="A part of the alias.")]
Cursor = Annotated[str, Query("", max_length=320, pattern=r"^[^\x00]*$", description="`next` of the page before.")]
Limit = Annotated[int, Query(PAGE, ge=1, le=MOST, description="How many at most.")]
AfterEntry = Annotated[int, Query(0, ge=0, le=HIGHEST_SEQ, description="`next` of the page before.")]


def me(request: HttpRequest) -> HttpResponse:
    """Who you are here: your person, realm, roles and credentials."""
    viewer = signing.viewer(request)
    body = Me(
        person=viewer.id,
        realm=viewer.realm,
        exercise=viewer.exercise,
        roles=viewer.person.roles,
        credentials=viewer.person.credentials,
    )
    return reading(request, body)


def cases(
    request: HttpRequest, *, stage: Stage = "", alias: Alias = "", after: Cursor = "", limit: Limit = PAGE
) -> HttpResponse:
    """The board: the cases you may know of, the soonest task first."""
    wanted = Wanted(stage=stage, alias=alias, after=after, limit=limit)
    return reading(request, house_shapes.board_reading(board(signing.viewer(request), wanted)))


def case(request: HttpRequest, case: str) -> HttpResponse:
    """One case. The name and the texts of a part are null until you have looked at it (`commands/view`)."""
    sight = seen(request, case)
    return reading(request, case_shapes.case_reading(sight), seq=sight.row.seq)


def chain(request: HttpRequest, case: str) -> HttpResponse:
    """Who is told, in which order and why, how far it has come, and who carries the word."""
    sight = seen(request, case)
    return reading(request, case_shapes.chain_reading(sight), seq=sight.row.seq)


def case_tasks(request: HttpRequest, case: str) -> HttpResponse:
    """What must be done in this case, by whom, by when."""
    sight = seen(request, case)
    return reading(request, Tasks(tasks=standing.lines(sight.tasks)), seq=sight.row.seq)


def offers(request: HttpRequest, case: str) -> HttpResponse:
    """The commands you may give now, and what still blocks the others that are yours."""
    sight = seen(request, case)
    facts = case_facts(sight.state, View(what="identity"), policy=sight.policy, realm=sight.viewer.realm)
    found = offers_on_case(sight.state, sight.viewer.person, sight.policy, now(), facts=facts)
    return reading(request, house_shapes.offers_reading(found), seq=sight.row.seq)


def ledger(request: HttpRequest, case: str, *, after: AfterEntry = 0, limit: Limit = PAGE) -> HttpResponse:
    """The entries of the case, each as far as you may see the part it belongs to."""
    sight = seen(request, case)
    return reading(request, ledgers.ledger(sight, after=after, limit=limit), seq=sight.row.seq)


def timeline(request: HttpRequest, case: str) -> HttpResponse:
    """Who knew what, when, from whom."""
    sight = seen(request, case)
    return reading(request, ledgers.timeline(sight), seq=sight.row.seq)


def policy(request: HttpRequest, case: str) -> HttpResponse:
    """The edition of the policy this case is decided under, with the source of each value."""
    sight = seen(request, case)
    return reading(request, house_shapes.policy_reading(sight.policy), seq=sight.row.seq)


def proof(request: HttpRequest, case: str) -> HttpResponse:
    """The whole ledger with its proof, for `kinfirst proof --check`: for auditor, authority, casualty officer."""
    signing.holding(request, *PROVERS)
    sight = seen(request, case)
    return reading(request, export(sight.id), seq=sight.row.seq)


def tasks(request: HttpRequest, *, after: Cursor = "", limit: Limit = PAGE) -> HttpResponse:
    """What you must do, yourself or by a role you hold, over all cases and the house."""
    viewer = signing.viewer(request)
    return reading(request, house_shapes.my_tasks(viewer, after=after, limit=limit))


def house(request: HttpRequest) -> HttpResponse:
    """Every living patient and whose they are, the offers of cover, who is off: for those with a role."""
    viewer = signing.holding(request)
    return reading(request, house_shapes.house_reading(viewer.realm))


def house_offers(request: HttpRequest) -> HttpResponse:
    """The commands of the house you may give now, and what still blocks the others that are yours."""
    viewer = signing.holding(request)
    at = now()
    facts = house_facts(viewer.realm, author=viewer.id, now=at)
    found = offers_in_house(queries.house_state(viewer.realm), viewer.person, at, facts=facts)
    return reading(request, house_shapes.offers_reading(found))


def policies(request: HttpRequest) -> HttpResponse:
    """The policy packs of this program, and the one that new cases of your realm open under."""
    viewer = signing.caller(request).viewer
    return reading(request, house_shapes.packs(viewer.realm if viewer else None))


def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of your account that hold, never the tokens themselves."""
    rows = held_tokens.standing(signing.caller(request).user, now=now())
    lines = tuple(
        TokenLine(id=row.id, label=row.label, created=row.created, expires=row.expires, last_used=row.last_used)
        for row in rows
    )
    return reading(request, TokenList(tokens=lines))


def end_token(request: HttpRequest, token: str) -> HttpResponse:
    """End a token of your account, the one you are using too."""
    known = token.isalnum() and held_tokens.revoke(token, now=now(), user=signing.caller(request).user)
    if not known:
        raise Problem("not_found", "your account has no such token")
    return done(Ended(id=token))
