"""The row that says which schema this is. The triggers come with 0004, when every table they guard is there."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SCHEMA = 1
NAME = "kinfirst"


def _create(apps: Any, editor: Any) -> None:
    apps.get_model("records", "Engine").objects.using(editor.connection.alias).create(id=1, schema=SCHEMA, name=NAME)


def _drop(apps: Any, editor: Any) -> None:
    apps.get_model("records", "Engine").objects.using(editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    """Runs after the tables exist."""

    dependencies = (("records", "0001_initial"),)
    operations = (migrations.RunPython(_create, _drop),)
