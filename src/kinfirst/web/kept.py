"""What was being typed when a session locked: kept encrypted in the session, and given back once."""

from __future__ import annotations

import base64

import msgspec
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from kinfirst.core.errors import BrokenRecord
from kinfirst.people import registry

KEY, LABEL = "kept", "session.kept"
LARGEST = 64 * 1024
NEVER = frozenset({"csrfmiddlewaretoken", "password", "oldpassword", "password1", "password2", "code", "credential"})


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A form that was not sent: where it was going, and its answers in order."""

    path: str
    answers: tuple[tuple[str, str], ...]


def keep(request: HttpRequest) -> bool:
    """Keeps the form of this request; False where it brings a file or is too long. Codes and passwords are left out."""
    answers = tuple((name, text) for name, all in request.POST.lists() for text in all if name not in NEVER)
    written = msgspec.json.encode(Kept(path=request.get_full_path(), answers=answers))
    if request.FILES or len(written) > LARGEST:
        return False
    request.session[KEY] = base64.b64encode(registry.keyring().seal(written.decode(), LABEL)).decode("ascii")
    return True


def given_back(request: HttpRequest) -> Kept | None:
    """What was kept in this session, this once; None where there is nothing."""
    sealed = request.session.pop(KEY, None)
    if sealed is None:
        return None
    try:
        found = msgspec.json.decode(registry.keyring().open(base64.b64decode(sealed), LABEL), type=Kept)
    except (BrokenRecord, msgspec.MsgspecError):
        return None
    return found if url_has_allowed_host_and_scheme(found.path, allowed_hosts=None) else None
