"""What the API says when it does not do what was asked: one shape everywhere.

`{"error": {"kind", "message", "reasons": [{"rule", "text", "until", "place"}]}}`. `kind` is for programs,
`message` for people; `reasons` are those of a refusal, or say which argument cannot be read.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from kinfirst.core.errors import BadInput, KinfirstError, Reason, Refusal
from kinfirst.records.errors import UnknownCase

SECONDS_TO_WAIT = 1
JSON = "application/json"
REPLAY = "Idempotent-Replay"

# One status for each kind. docs/how-to/use-the-api.md lists them, and a test holds it to that.
STATUS = {
    "broken_json": 400,
    "signed_out": 401,
    "wrong_sign_in": 401,
    "code_needed": 401,
    "no_person": 403,
    "role": 403,
    "csrf": 403,
    "not_found": 404,
    "method": 405,
    "refused": 409,
    "changed": 412,
    "too_large": 413,
    "not_json": 415,
    "argument": 422,
    "too_often": 429,
    "fault": 500,
    "busy": 503,
    "unavailable": 503,
}

_log = logging.getLogger("kinfirst.api")


class ErrorDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the way. `kind` decides the status; see docs/how-to/use-the-api.md."""

    kind: str
    message: str
    reasons: tuple[Reason, ...] = ()


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every answer that is not a success."""

    error: ErrorDetail


class Problem(Exception):
    """A request that ends here.

    `wait` is how many seconds to wait before it is tried again; `replayed` that it had ended so before.
    """

    def __init__(self, kind: str, message: str, *, reasons: tuple[Reason, ...] = (), wait: int | None = None) -> None:
        super().__init__(kind)
        self.detail = ErrorDetail(kind=kind, message=message, reasons=reasons)
        self.wait = wait
        self.replayed = False


def argument(name: str, what: str) -> Problem:
    """An argument that cannot be read: 422. `what` never repeats its value (R72)."""
    reason = Reason(rule="argument", text=f"`{name}` {what}.")
    return Problem("argument", reason.text, reasons=(reason,))


def refusal_kind(refusal: Refusal) -> str:
    """The kind of a refusal: whose it is first, then unreadable arguments, then a busy case, then the rules."""
    return next((kind for kind in ("role", "argument", "busy") if kind in refusal.rules), "refused")


def refused(refusal: Refusal) -> Problem:
    """A refusal of the engine with every rule that stands in the way."""
    kind = refusal_kind(refusal)
    wait = SECONDS_TO_WAIT if kind == "busy" else None
    return Problem(kind, f"refused: {', '.join(refusal.rules)}", reasons=refusal.reasons, wait=wait)


def answer(problem: Problem) -> HttpResponse:
    """The answer that says so."""
    body = msgspec.json.encode(Error(error=problem.detail))
    response = HttpResponse(body, status=STATUS[problem.detail.kind], content_type=JSON)
    if response.status_code == 401:
        response["WWW-Authenticate"] = 'Bearer realm="kinfirst"'
    if problem.wait is not None:
        response["Retry-After"] = str(problem.wait)
    if problem.replayed:
        response[REPLAY] = "true"
    return response


def told_to(api: NinjaAPI) -> None:
    """Every way in which a request can end badly, put into the one shape."""
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, _ended)


def problem_of(wrong: Exception) -> Problem | None:
    """What an exception means to the one who asked; None where the mistake is ours."""
    match wrong:
        case Problem():
            return wrong
        case UnknownCase():
            return Problem("not_found", "there is no such case")
        case Http404():
            return Problem("not_found", "there is no such address")
        case BadInput():
            return _bad_input(wrong)
        case KinfirstError():
            return _unavailable(wrong)
        case ValidationError():
            return _unreadable(wrong)
        case HttpError():
            return _http(wrong)
        case _:
            return None


def _ended(request: HttpRequest, wrong: Any) -> HttpResponse:
    problem = problem_of(wrong)
    if problem is not None:
        return answer(problem)
    # Our own mistake: on the log with its places, never its text (R72), and said to be ours.
    got_request_exception.send(sender=None, request=request)
    _log.error("a request failed", exc_info=wrong)
    return answer(Problem("fault", "the program made a mistake; it is on its log"))


def _bad_input(wrong: BadInput) -> Problem:
    name, _, what = str(wrong).partition(": ")
    return argument(name, what) if what else Problem("argument", str(wrong))


def _unavailable(wrong: KinfirstError) -> Problem:
    return Problem("unavailable", str(wrong), wait=SECONDS_TO_WAIT)


def _unreadable(wrong: ValidationError) -> Problem:
    # What was typed is left out: pydantic's own sentence does not repeat it, its `input` does.
    reasons = tuple(Reason(rule="argument", text=f"`{one['loc'][-1]}`: {one['msg']}.") for one in wrong.errors)
    return Problem("argument", "an argument cannot be read", reasons=reasons)


def _http(wrong: HttpError) -> Problem:
    if wrong.status_code == 401:
        return Problem("signed_out", "sign in: Authorization: Bearer TOKEN, or the session of the pages")
    if wrong.status_code == 403:
        return Problem("csrf", "with a session, send its CSRF token as X-CSRFToken")
    return Problem("broken_json", "the request cannot be read")
