"""The Django project: settings, keys, the clock, and the way in.

`setup_django` and `migrate` are what a command calls before it touches the database; nothing here imports
Django until one of them is called, so that `kinfirst --help` stays quick.
"""

from __future__ import annotations

import os

from kinfirst.core.errors import BadInput
from kinfirst.project.database import VARIABLE, django_database, url_in_use

SETTINGS = "kinfirst.project.settings"


def setup_django(db_url: str | None = None) -> None:
    """Makes Django ready for that database, else the one of KINFIRST_DB. Later calls change nothing.

    Refuses (BadInput) an address it cannot read, a key file it cannot use, and a second database in one run.
    """
    if db_url is not None:
        django_database(db_url)  # a clear error before anything is remembered
    from django.conf import settings

    if settings.configured:
        _refuse_other(db_url, settings.KINFIRST_DB)
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
        if db_url is not None:
            os.environ[VARIABLE] = db_url
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def migrate(*, quiet: bool = True) -> None:
    """Creates or updates the schema. Refuses (BadInput) a database written by a newer version."""
    from kinfirst.project.schema import bring_up_to_date

    bring_up_to_date(quiet=quiet)


def check_schema() -> None:
    """Refuses (BadInput) a database whose schema is older or newer than this program, and changes nothing."""
    from kinfirst.project.schema import refuse_different

    refuse_different()


def _refuse_other(asked: str | None, in_use: str) -> None:
    if asked is not None and asked != in_use and url_in_use() != asked:
        raise BadInput("one run works on one database: another one is already open")
