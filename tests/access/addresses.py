"""Whose every address is: the one table that the tests of access are made from.

A row says who is let in, and with what somebody who is let in may be answered on GET and on POST (sent empty).
An address without a row fails `test_every_address_has_a_row` by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from django.urls import URLPattern, get_resolver

from kinfirst.api.readings import PROVERS
from kinfirst.core.roles import ROLES
from kinfirst.web.keeping import ACCOUNTS, AUDIT, HOUSE, PEOPLE
from kinfirst.web.station_page import WATCH
from tests.access.standings import Standing

Whose = Callable[[Standing], int]
"""0 for who is let in; else the status with which they are turned away."""
SIGN_IN, FORBIDDEN, NONE, ODD, AGAIN, NOT_SO = 302, 403, 404, 400, 422, 405
OK, ON = (200,), (302,)


class Row(NamedTuple):
    """One address. No statuses for a method: it answers 405 to everybody."""

    whose: Whose
    get: tuple[int, ...] = OK
    post: tuple[int, ...] = ()


def anybody(standing: Standing) -> int:
    """Whoever asks."""
    return 0


def shut(standing: Standing) -> int:
    """Nobody: a page of the sign-in library that this house has no use for."""
    return NONE


def guest(standing: Standing) -> int:
    """Whoever is not signed in; the others are led on."""
    return 0 if standing.kind == "nobody" else SIGN_IN


def account(standing: Standing) -> int:
    """Whoever is signed in, be it nobody."""
    return SIGN_IN if standing.kind == "nobody" else 0


def person(standing: Standing) -> int:
    """Whoever is signed in and somebody."""
    return account(standing) or (FORBIDDEN if standing.kind == "account" else 0)


def stream(standing: Standing) -> int:
    """The same for what a script asks: it is not led to a page."""
    return 0 if standing.kind == "person" else FORBIDDEN


def watching(standing: Standing) -> int:
    """The same for the stream of the station: whoever holds one of its roles."""
    return stream(standing) or (0 if standing.roles & set(WATCH) else FORBIDDEN)


def holding(*roles: str) -> Whose:
    """Whoever holds one of these roles."""
    return lambda one: person(one) or (0 if one.roles & set(roles) else FORBIDDEN)


def of_house(*roles: str) -> Whose:
    """The same for something of this house: for another house it is not there."""
    return lambda one: holding(*roles)(one) or (0 if one.here else NONE)


def of_case(standing: Standing) -> int:
    """Whoever may know of the case; for the others there is none."""
    return person(standing) or (0 if standing.knows else NONE)


def in_case(standing: Standing) -> int:
    """Whoever may know of the case and works in the house; for the others there is no such page."""
    return of_case(standing) or (0 if standing.roles else NONE)


def case_and(*roles: str) -> Whose:
    """Whoever may know of the case and holds one of these roles."""
    return lambda one: of_case(one) or (0 if one.roles & set(roles) else FORBIDDEN)


def role_then_case(*roles: str) -> Whose:
    """Whoever holds one of these roles, and then may know of the case."""
    return lambda one: holding(*roles)(one) or of_case(one)


def at_door(standing: Standing) -> int:
    """Whoever is to go to that door."""
    return person(standing) or (0 if standing.carries else NONE)


def by_token(standing: Standing) -> int:
    """The API: an account; nobody is told to sign in."""
    return 401 if standing.kind == "nobody" else 0


def api_person(standing: Standing) -> int:
    """The API: somebody."""
    return by_token(standing) or (FORBIDDEN if standing.kind == "account" else 0)


def api_role(*roles: str) -> Whose:
    """The API: one of these roles, or any."""
    return lambda one: api_person(one) or (0 if (one.roles & set(roles) if roles else one.roles) else FORBIDDEN)


def api_case(standing: Standing) -> int:
    """The API: whoever may know of the case."""
    return api_person(standing) or (0 if standing.knows else NONE)


SIGN_IN_PAGES = {
    "accounts/login/": Row(guest, OK, OK),
    "accounts/logout/": Row(account, OK, ON),
    "accounts/inactive/": Row(anybody),
    "accounts/reauthenticate/": Row(account, OK, OK),
    "accounts/password/change/": Row(account, OK, OK),
    "accounts/2fa/": Row(account),
    # Half way through sign-in; whoever is not is led away.
    "accounts/2fa/authenticate/": Row(anybody, ON, ON),
    "accounts/2fa/webauthn/login/": Row(anybody, ON, ON),
    # Asks for the password again before anything of a second factor is shown or changed.
    "accounts/2fa/reauthenticate/": Row(account, ON, ON),
    "accounts/2fa/totp/activate/": Row(account, ON, ON),
    "accounts/2fa/totp/deactivate/": Row(account, (404,), (404,)),
    "accounts/2fa/recovery-codes/": Row(account, (404,)),
    "accounts/2fa/recovery-codes/generate/": Row(account, ON, ON),
    "accounts/2fa/recovery-codes/download/": Row(account, (404,), (404,)),
    "accounts/2fa/webauthn/": Row(account),
    "accounts/2fa/webauthn/add/": Row(account, ON, ON),
    "accounts/2fa/webauthn/reauthenticate/": Row(account, ON, ON),
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": Row(account, ON, ON),
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": Row(account, ON, ON),
    # The house's own identity provider, where there is one.
    "accounts/3rdparty/login/cancelled/": Row(anybody),
    "accounts/3rdparty/login/error/": Row(anybody, (401,)),
    "accounts/3rdparty/": Row(account, OK, OK),
    "accounts/oidc/^(?P<provider_id>[^/]+)/login/": Row(anybody, (404,), (404,)),
    "accounts/oidc/^(?P<provider_id>[^/]+)/login/callback/": Row(anybody, (404,), (404,)),
}
SHUT_PAGES = (
    "accounts/signup/",
    "accounts/email/",
    "accounts/confirm-email/",
    "accounts/^confirm-email/(?P<key>[-:\\w]+)/$",
    "accounts/password/set/",
    "accounts/password/reset/",
    "accounts/password/reset/done/",
    "accounts/password/reset/key/done/",
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    "accounts/login/code/confirm/",
    "accounts/3rdparty/signup/",
    "accounts/social/login/cancelled/",
    "accounts/social/login/error/",
    "accounts/social/signup/",
    "accounts/social/connections/",
)
PAGES = {
    "": Row(person),
    "board/stream": Row(stream),
    "board/closed": Row(person),
    "wall/": Row(person),
    "cases/new/": Row(person, OK, (AGAIN,)),
    "cases/<slug:id>/": Row(of_case),
    "cases/<slug:id>/live": Row(of_case),
    "cases/<slug:id>/look": Row(of_case, (), (FORBIDDEN,)),
    "cases/<slug:id>/do/<slug:command>": Row(of_case, OK, (AGAIN,)),
    "cases/<slug:id>/messages/<int:number>": Row(case_and("casualty_officer"), (), (ODD,)),
    # A strip is for whoever has asked for the chart, and there is none: tests/web/test_station.py.
    "cases/<slug:id>/strips/<int:seq>.svg": Row(of_case, (NONE,)),
    # No bed is connected here; whose case in a bed is whose to see: tests/web/test_station.py.
    "station/": Row(holding(*WATCH)),
    "station/stream": Row(watching, (503,)),
    "station/attach": Row(holding(*WATCH), (), (NONE,)),
    "station/beds/<slug:bed>/": Row(holding(*WATCH), (NONE,)),
    "station/beds/<slug:bed>/act": Row(holding(*WATCH), (), (NONE,)),
    "station/beds/<slug:bed>/keep": Row(holding(*WATCH), (), (NONE,)),
    "bay/<slug:id>/": Row(in_case),
    "desk/<slug:id>/": Row(in_case),
    "desk/<slug:id>/distance": Row(role_then_case(*ROLES["assign"]), (), (AGAIN,)),
    "effects/<slug:id>/": Row(in_case),
    "effects/<slug:id>/release": Row(in_case),
    "effects/<slug:id>/receipt": Row(in_case),
    "effects/<slug:id>/receipt.pdf": Row(in_case),
    # Whoever has not asked for the effects, or asks for a photograph that is none, finds none.
    "effects/<slug:id>/photographs/<int:seq>": Row(in_case, (NONE,)),
    "cover/": Row(person),
    "house/": Row(person),
    "house/do/<slug:command>": Row(person, OK, (AGAIN,)),
    "visits/verify": Row(anybody, OK, (AGAIN,)),
    "doorstep/": Row(person),
    "doorstep/away": Row(person),
    "doorstep/words": Row(person),
    "doorstep/ready": Row(person),
    "doorstep/key": Row(person, (), (ODD,)),
    "doorstep/parcel": Row(person, (), (ODD,)),
    "doorstep/<slug:case>/<str:place>/": Row(at_door),
    "doorstep/<slug:case>/<str:place>/look": Row(at_door, (), ON),
    "doorstep/<slug:case>/<str:place>/tap": Row(at_door, (), (ODD,)),
    "doorstep-worker.js": Row(anybody),
    "manifest.webmanifest": Row(anybody),
    "exceptions/": Row(holding("authority", "casualty_officer")),
    "exceptions/<slug:case>/decide": Row(case_and("authority", "casualty_officer"), (), (AGAIN,)),
    "exceptions/seen": Row(person, (), ON),
    "told/": Row(person),
    "told/<slug:case>/look": Row(of_case, (), ON),
    "told/<slug:case>/acknowledge": Row(of_case, (), (AGAIN,)),
    "told/<slug:case>/tell": Row(of_case, (), (AGAIN,)),
    "tour": Row(person),
    "tour/go": Row(person, (), ON),
    "audit/": Row(holding(*AUDIT)),
    "audit/^export\\.(?P<format>csv|json)$": Row(holding(*AUDIT)),
    "audit/registry/": Row(holding(*AUDIT)),
    "audit/measures/": Row(holding(*AUDIT)),
    "audit/record/": Row(holding(*AUDIT)),
    "audit/record/check": Row(holding(*AUDIT), (), ON),
    "audit/record/proof": Row(holding(*AUDIT), ON),
    "audit/record/proof/<slug:id>": Row(role_then_case(*AUDIT)),
    "registry/": Row(holding(*HOUSE)),
    "registry/find": Row(holding(*PEOPLE), (), OK),
    "registry/people/new": Row(holding(*PEOPLE), OK, OK),
    "registry/people/<slug:id>/": Row(of_house(*PEOPLE), OK, (AGAIN,)),
    "registry/people/<slug:id>/kin": Row(of_house(*PEOPLE), OK, OK),
    "registry/people/<slug:id>/ways": Row(of_house(*PEOPLE), (), ON),
    "registry/people/<slug:id>/away": Row(of_house(*HOUSE), (), ON),
    "registry/people/<slug:id>/account": Row(of_house(*ACCOUNTS), OK, (AGAIN,)),
    "registry/kin/<int:line>/": Row(of_house(*PEOPLE), OK, OK),
    "registry/offices/": Row(holding(*HOUSE)),
    "registry/offices/one": Row(holding(*HOUSE), OK, OK),
    "registry/events/": Row(holding(*HOUSE)),
    "registry/events/one": Row(holding(*HOUSE), OK, OK),
    "registry/divisions/": Row(holding(*HOUSE), OK, OK),
    "registry/duty/": Row(holding(*HOUSE), OK, (AGAIN,)),
    "registry/duty/end": Row(holding(*HOUSE), (), ON),
    "registry/policies/": Row(holding(*HOUSE, *AUDIT)),
    "registry/policies/<slug:id>/": Row(holding(*HOUSE, *AUDIT), OK, OK),
    "registry/policies/<slug:id>/drawing.svg": Row(holding(*HOUSE, *AUDIT)),
    "registry/accounts/": Row(holding(*ACCOUNTS)),
    "break-glass/": Row(person, OK, (AGAIN,)),
    "kept/": Row(person, ON),
    "language/": Row(anybody, ON, ON),
    "healthz": Row(anybody, (200, 503)),
    "readyz": Row(anybody),
    # From this machine, or with the token: tests/api/test_metrics.py.
    "metrics": Row(anybody),
}
API = {
    "me": Row(api_person),
    # POST opens one, for who may.
    "cases": Row(api_person, OK, (201, 403, 503)),
    "cases/<case>": Row(api_case),
    "cases/<case>/chain": Row(api_case),
    "cases/<case>/tasks": Row(api_case),
    "cases/<case>/offers": Row(api_case),
    "cases/<case>/ledger": Row(api_case),
    "cases/<case>/timeline": Row(api_case),
    "cases/<case>/policy": Row(api_case),
    "cases/<case>/proof": Row(lambda one: api_role(*PROVERS)(one) or api_case(one)),
    "tasks": Row(api_person),
    "house": Row(api_role()),
    "house/offers": Row(api_role()),
    "policies": Row(by_token),
    "openapi.json": Row(anybody, OK, OK),
    "docs": Row(anybody, OK, OK),
}
TABLE: dict[str, Row] = {
    **PAGES,
    **SIGN_IN_PAGES,
    **{address: Row(shut, (), ()) for address in SHUT_PAGES},
    **{f"api/v1/{address}": row for address, row in API.items()},
}
WITHOUT_CSRF = {"api/v1/tokens", "api/v1/visits/verify"}
"""Doors that no session opens, so that nobody's browser can be made to open them in their name."""


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Every address of the site, as the URL map writes it."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield path
        else:
            yield from addresses(one.url_patterns, path)


def path_of(address: str, values: Mapping[str, str]) -> str:
    """An address with a value in each of its places: `<slug:id>` and the like; `x1` where the map has a pattern."""
    for place, value in values.items():
        address = address.replace(place, value)
    address = re.sub(
        r"\(\?P<format>[^)]*\)", "csv", re.sub(r"\(\?P<(?!format)\w+>(?:\[[^\]]*\]|[^)\[])*\)", "x1", address)
    )
    return "/" + address.replace("^", "").replace("$", "").replace("\\", "")
