"""The append-only triggers, and the row that says which schema this is."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from kinfirst.records import triggers

SCHEMA = 1
NAME = "kinfirst"


def _create(apps: Any, editor: Any) -> None:
    apps.get_model("records", "Engine").objects.using(editor.connection.alias).create(id=1, schema=SCHEMA, name=NAME)
    for statement in triggers.CREATE[editor.connection.vendor]:
        editor.execute(statement)


def _drop(apps: Any, editor: Any) -> None:
    for statement in triggers.DROP[editor.connection.vendor]:
        editor.execute(statement)
    apps.get_model("records", "Engine").objects.using(editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    """Runs after the tables exist."""

    dependencies = (("records", "0001_initial"),)
    operations = (migrations.RunPython(_create, _drop),)
