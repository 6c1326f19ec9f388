"""The page that says what the API can do: read off the OpenAPI document, light, and without a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from kinfirst.api.openapi import IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH

Schema = dict[str, Any]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter, or one field of a body: where it is sent, what it may be, what it means."""

    name: str
    where: str
    kind: str
    required: bool
    means: str


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one address."""

    name: str
    method: str
    path: str
    summary: str
    means: str
    fields: tuple[Field, ...]
    answers: str
    refusals: str


class Plain(DocsBase):
    """Our own page instead of one of a megabyte and a half that a screen reader cannot read."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Every operation under its tag, for whoever asks; what each may answer, and with which body."""
        document = api.get_openapi_schema()
        tags: dict[str, list[Operation]] = {}
        for path, methods in document["paths"].items():
            for method, found in methods.items():
                tags.setdefault(found["tags"][0], []).append(_operation(document, path, method, found))
        context = {
            "about": document["info"]["description"],
            "tags": tuple(tags.items()),
            "headers": (IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH),
            "statuses": tuple(sorted(_meanings(document).items())),
        }
        return render(request, "api/page.html", context)


def _operation(document: Schema, path: str, method: str, found: Schema) -> Operation:
    answers = found["responses"]
    return Operation(
        name=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found["summary"],
        means=found.get("description", ""),
        fields=(*_parameters(found), *_body(document, found)),
        answers=", ".join(_answer(status, one) for status, one in answers.items() if status < "300"),
        refusals=" ".join(status for status in answers if status >= "300"),
    )


def _meanings(document: Schema) -> dict[str, str]:
    """What each status but success means, said once for all operations."""
    found = (one for methods in document["paths"].values() for one in methods.values())
    every = (answer for one in found for answer in one["responses"].items())
    return {status: said["description"] for status, said in every if status >= "300"}


def _parameters(found: Schema) -> Iterator[Field]:
    """What is asked in the address; the headers are the same everywhere and are said once, places say themselves."""
    for one in found.get("parameters", ()):
        if one["in"] != "query":
            continue
        yield Field(
            name=one["name"],
            where=one["in"],
            kind=kind_of(one["schema"]),
            required=one["required"],
            means=one.get("description", ""),
        )


def _body(document: Schema, found: Schema) -> Iterator[Field]:
    for content in found.get("requestBody", {}).get("content", {}).values():
        schema = document["components"]["schemas"][_named(content["schema"])]
        for name, one in schema.get("properties", {}).items():
            yield Field(
                name=name,
                where="body",
                kind=kind_of(one),
                required=name in schema.get("required", ()),
                means=one.get("description", ""),
            )


def _answer(status: str, one: Schema) -> str:
    shapes = [_named(content["schema"]) for content in one.get("content", {}).values()]
    return " ".join((status, *shapes))


def _named(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def kind_of(schema: Schema) -> str:
    """A schema in a word or two: `string`, `date-time`, `list of string`, one of its values, the name of a shape."""
    if "$ref" in schema:
        return _named(schema)
    for several in ("anyOf", "allOf", "oneOf"):
        if several in schema:
            kinds = (kind_of(one) for one in schema[several])
            return " or ".join(dict.fromkeys(kind for kind in kinds if kind != "null"))
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {})) or 'anything'}"
    return str(schema.get("format") or schema.get("type") or "anything")
