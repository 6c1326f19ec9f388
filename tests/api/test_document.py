"""The OpenAPI document and its page; and the API held to it by requests nobody thought of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from kinfirst.api.openapi import components
from kinfirst.api.problems import STATUS
from kinfirst.api.routes import ROUTES, Route, api
from kinfirst.api.wording import ARGUMENTS, OF_COMMAND
from kinfirst.core.commands import COMMANDS
from tests.api.acting import ROOT, Small

# Sixty at random were tried by hand and found nothing; these hold it.
EXAMPLES = 3
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]


def document() -> Any:
    return msgspec.json.decode(Client().get(f"{ROOT}/openapi.json").content)


def test_every_route_is_in_the_document() -> None:
    known = {(path, method.upper()) for path, methods in document()["paths"].items() for method in methods}
    assert known == {(f"{ROOT}{route.path}", route.method) for route in ROUTES}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_is_described(name: str) -> None:
    schema = components()[COMMANDS[name].__name__]
    assert schema["additionalProperties"] is False
    assert "do" not in schema["properties"]
    fields = [field.encode_name for field in msgspec.structs.fields(COMMANDS[name])]
    assert sorted(schema["properties"]) == sorted(fields)
    assert [one for one, argument in schema["properties"].items() if not argument["description"]] == []


def test_no_argument_is_described_for_nothing() -> None:
    used = {field.encode_name for kind in COMMANDS.values() for field in msgspec.structs.fields(kind)}
    used |= {"illness", "summary", "actions", "contingency"}
    assert set(ARGUMENTS) <= used
    assert {name for name, _ in OF_COMMAND} <= set(COMMANDS)


def test_words_limits_and_moments_are_shown() -> None:
    found = components()
    assert "person" in found["Tell"]["properties"]["channel"]["enum"]
    assert found["Chart"]["properties"]["text"]["maxLength"] == 20_000
    assert found["HandOver"]["properties"]["until"]["format"] == "date-time"
    assert found["OpenCase"]["required"] == []


def test_every_status_of_an_error_is_documented() -> None:
    said = {int(status) for one in api.answering.values() for status in map(str, one.problems)}
    assert said - {304} == set(STATUS.values()) - {405, 500}


@pytest.mark.django_db
def test_the_page_needs_nothing_from_elsewhere_and_no_inline_script() -> None:
    page = Client().get(f"{ROOT}/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "://" not in text
    assert "script-src 'self'" in page["Content-Security-Policy"]
    scripts = [part.partition(">")[0] for part in text.split("<script")[1:]]
    assert all("src=" in one or "application/json" in one for one in scripts)
    assert "<style" not in text
    for path in [part.partition('"')[0] for part in text.split('src="')[1:]]:
        file = Client().get(path)
        assert (file.status_code, file.close()) == (200, None), path


@pytest.mark.django_db
def test_an_address_that_is_not_there(db: None) -> None:
    for method, path in (("get", ""), ("get", "nothing"), ("post", "cases/x/commands/bury")):
        came = getattr(Client(enforce_csrf_checks=True), method)(f"{ROOT}/{path}")
        assert (came.status_code, came.json()["error"]["kind"]) == (404, "not_found")


@pytest.fixture
def same_connection(small: Small) -> Iterator[None]:
    """The application must not close the connection of the test; a test client connects these signals again."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def schema() -> Any:
    """The document as schemathesis reads it, once; the application is called in this very process."""
    return schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", get_wsgi_application())


@pytest.mark.django_db
@pytest.mark.usefixtures("same_connection")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fit", "unfit"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_whatever_is_sent_is_answered_as_documented(route: Route, mode: Any, small: Small) -> None:
    operation = schema()[f"{ROOT}{route.path}"][route.method]

    @hypothesis_settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def judged(case: Any) -> None:
        if "case" in case.path_parameters:
            case.path_parameters["case"] = small.case
        case.call_and_validate(headers={"Authorization": f"Bearer {small.sakura.token}"}, checks=CHECKS)

    judged()
