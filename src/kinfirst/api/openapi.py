"""The OpenAPI document: bodies and answers read off the structs that are really parsed and sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args, get_type_hints

import msgspec
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from kinfirst.api import shapes, shapes_house
from kinfirst.api.problems import JSON, STATUS, Error
from kinfirst.api.wording import meaning
from kinfirst.core.commands import COMMANDS, Do
from kinfirst.core.roles import ROLES

REF = "#/components/schemas/{name}"
SHAPES = tuple(
    kind
    for module in (shapes, shapes_house)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, shapes.Shape) and kind is not shapes.Shape
)

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Send the same key again with the same command and it is done once; the answer is the same.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$", "minLength": 1, "maxLength": 128},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of a reading of this case: 412 if it has moved since.",
    "schema": {"type": "string"},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag you have: 304 without a body if nothing changed.",
    "schema": {"type": "string"},
}


def command_extra(name: str, *, idempotent_on: str) -> dict[str, Any]:
    """What OpenAPI says of a command. `idempotent_on` is `case` where If-Match means something, else empty."""
    body = {"required": False, "content": {JSON: {"schema": {"$ref": REF.format(name=COMMANDS[name].__name__)}}}}
    return {"requestBody": body, "parameters": [IDEMPOTENCY_KEY, *([IF_MATCH] if idempotent_on else [])]}


def body_extra(kind: type[shapes.Shape]) -> dict[str, Any]:
    """What OpenAPI says of a body that is no command."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": {"$ref": REF.format(name=kind.__name__)}}}}}


def who(name: str) -> str:
    """Who may give a command, in words."""
    roles = " or ".join(role.replace("_", " ") for role in ROLES[name])
    return f"For {roles}." if roles else "For anyone whom the case or the house lets."


class Answering(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of one operation: the shape of success, its status, and the statuses of what can go wrong."""

    shape: type[shapes.Shape] | None
    success: int = 200
    problems: tuple[int, ...] = ()


class Api(NinjaAPI):
    """django-ninja for addresses, sign-in and parameters; msgspec for what is in the bodies."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.answering: dict[str, Answering] = {}

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """The document, with every body and answer described."""
        document = super().get_openapi_schema(**given)
        document.setdefault("components", {})["schemas"] = components()
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["responses"] = _responses(self.answering[operation["operationId"]])
        return document


def components() -> dict[str, Any]:
    """Every shape by name: commands without their tag, answers, the error."""
    kinds = (*COMMANDS.values(), *SHAPES, Error)
    _, found = msgspec.json.schema_components(kinds, ref_template=REF)
    for name, kind in COMMANDS.items():
        _describe(name, kind, found[kind.__name__])
    for name, schema in found["Ipass"]["properties"].items():
        schema["description"] = meaning("hand_over", name)
    return found


def _describe(name: str, kind: type[Do], schema: dict[str, Any]) -> None:
    """A command's arguments: what each means, and that moments carry their zone."""
    schema["properties"].pop("do")
    schema["required"] = [one for one in schema["required"] if one != "do"]
    if name == "open_case":
        schema["required"].remove("alias")
    hints = get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        argument = schema["properties"][field.encode_name]
        if "$ref" in argument:
            schema["properties"][field.encode_name] = argument = {"allOf": [{"$ref": argument["$ref"]}]}
        argument["description"] = meaning(name, field.encode_name)
        if datetime in (hints[field.name], *get_args(hints[field.name])):
            _moment(argument)


def _moment(schema: dict[str, Any]) -> None:
    for one in (schema, *schema.get("anyOf", ())):
        if one.get("type") == "string":
            one["format"] = "date-time"


def _responses(answering: Answering) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "Done." if answering.success == 201 else "The answer."}
    if answering.shape is not None:
        good["content"] = {JSON: {"schema": {"$ref": REF.format(name=answering.shape.__name__)}}}
    bad = {"content": {JSON: {"schema": {"$ref": REF.format(name="Error")}}}}
    found = {str(answering.success): good}
    for status in answering.problems:
        if status == 304:
            found["304"] = {"description": "You have it already."}
        else:
            kinds = " or ".join(kind for kind, one in STATUS.items() if one == status)
            found[str(status)] = {"description": kinds, **bad}
    return found
