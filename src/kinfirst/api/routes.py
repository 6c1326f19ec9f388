"""Every address of the API, in one place: what it is called, who may use it, what it answers.

Commands have one address each, made from the table of commands; readings are listed by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja.constants import NOT_SET

from kinfirst.api import doors as door
from kinfirst.api import giving, readings, shapes, shapes_house
from kinfirst.api.openapi import IF_NONE_MATCH, Answering, Api, body_extra, command_extra, who
from kinfirst.api.page import Plain
from kinfirst.api.problems import told_to
from kinfirst.api.signing import Bearer, Session
from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS

ABOUT = """\
Every command and every reading of Kinfirst, under the same rules as the pages. People are ids; names are shown only
after a look on record, to those entitled. A refusal lists every rule that stands in the way. See
docs/how-to/use-the-api.md."""

SIGNED = (Bearer(), Session())
COMMAND_PROBLEMS = (400, 401, 403, 404, 409, 412, 413, 415, 422, 503)
READING_PROBLEMS = (304, 401, 403, 404, 422, 503)
DOOR_PROBLEMS = (400, 401, 413, 415, 422, 429, 503)

View = Callable[..., HttpResponse]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One address: `signed` is whether somebody must be signed in."""

    method: str
    path: str
    view: View
    name: str
    shape: type[shapes.Shape] | None
    tag: str
    success: int = 200
    problems: tuple[int, ...] = READING_PROBLEMS
    signed: str = "yes"
    extra: dict[str, Any] = {}


def _reading(path: str, view: View, shape: type[shapes.Shape] | None, tag: str) -> Route:
    return Route(
        method="GET",
        path=path,
        view=view,
        name=view.__name__,
        shape=shape,
        tag=tag,
        extra={"parameters": [IF_NONE_MATCH]},
    )


READINGS = (
    _reading("/me", readings.me, shapes_house.Me, "sign-in"),
    _reading("/cases", readings.cases, shapes.Board, "cases"),
    _reading("/cases/{case}", readings.case, shapes.CaseReading, "cases"),
    _reading("/cases/{case}/chain", readings.chain, shapes.ChainReading, "cases"),
    _reading("/cases/{case}/tasks", readings.case_tasks, shapes.Tasks, "cases"),
    _reading("/cases/{case}/offers", readings.offers, shapes_house.Offers, "cases"),
    _reading("/cases/{case}/ledger", readings.ledger, shapes.Ledger, "cases"),
    _reading("/cases/{case}/timeline", readings.timeline, shapes.Timeline, "cases"),
    _reading("/cases/{case}/policy", readings.policy, shapes_house.PolicyReading, "cases"),
    _reading("/cases/{case}/proof", readings.proof, None, "cases"),
    _reading("/tasks", readings.tasks, shapes.MyTasks, "tasks"),
    _reading("/house", readings.house, shapes_house.HouseReading, "house"),
    _reading("/house/offers", readings.house_offers, shapes_house.Offers, "house"),
    _reading("/policies", readings.policies, shapes_house.Packs, "policies"),
    _reading("/tokens", readings.tokens, shapes_house.TokenList, "sign-in"),
)
DOORS = (
    Route(
        method="POST",
        path="/visits/verify",
        view=door.verify,
        name="verify_visit",
        shape=shapes_house.VisitAnswer,
        tag="visits",
        problems=DOOR_PROBLEMS,
        signed="",
        extra=body_extra(shapes_house.VisitQuestion),
    ),
    Route(
        method="POST",
        path="/tokens",
        view=door.sign_in,
        name="sign_in",
        shape=shapes_house.NewToken,
        tag="sign-in",
        success=201,
        problems=DOOR_PROBLEMS,
        signed="",
        extra=body_extra(shapes_house.SignIn),
    ),
    Route(
        method="DELETE",
        path="/tokens/{token}",
        view=readings.end_token,
        name="end_token",
        shape=shapes_house.Ended,
        tag="sign-in",
        problems=(401, 403, 404, 422),
    ),
)


def _command(name: str) -> Route:
    house = name in HOUSE_COMMANDS
    path = f"/house/commands/{name}" if house else f"/cases/{{case}}/commands/{name}"
    opening = name == "open_case"
    return Route(
        method="POST",
        path="/cases" if opening else path,
        view=giving.opening if opening else _in_house(name) if house else _on_case(name),
        name=name,
        shape=shapes.Done,
        tag="house" if house else "commands",
        success=201 if opening else 200,
        problems=COMMAND_PROBLEMS,
        extra=command_extra(name, idempotent_on="" if house or opening else "case"),
    )


def _on_case(name: str) -> View:
    def give(request: HttpRequest, case: str) -> HttpResponse:
        return giving.on_case(request, name, case)

    return give


def _in_house(name: str) -> View:
    def give(request: HttpRequest) -> HttpResponse:
        return giving.in_house(request, name)

    return give


ROUTES = (*READINGS, *DOORS, *(_command(name) for name in COMMANDS))


def build() -> Api:
    """The API with every route of the table."""
    made = Api(title="Kinfirst", version="1", description=ABOUT, urls_namespace="api", auth=SIGNED, docs=Plain())
    told_to(made)
    for route in ROUTES:
        command = COMMANDS.get(route.name)
        said = (command or route.view).__doc__ or ""
        made.answering[route.name] = Answering(shape=route.shape, success=route.success, problems=route.problems)
        made.default_router.add_api_operation(
            route.path,
            [route.method],
            route.view,
            operation_id=route.name,
            summary=route.name.replace("_", " ") if command else said.partition(".")[0].partition(":")[0],
            description=f"{said} {who(route.name)}" if command else said,
            tags=[route.tag],
            openapi_extra=route.extra,
            auth=NOT_SET if route.signed else None,
        )
    return made


api = build()
