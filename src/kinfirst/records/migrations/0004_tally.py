"""The tally of ledgers and seals, and the triggers of the record.

A program that does not count must not write any more: the schema is 2 from here on.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

from kinfirst.records import keys, tally, triggers

BEFORE, SCHEMA = 1, 2


def _count(apps: Any, editor: Any) -> None:
    using = editor.connection.alias
    for name, table in tally.COUNTED.items():
        with editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            count = cursor.fetchone()[0]
        row = {"name": name, "count": count, "mac": keys.mac("tally", (name, count))}
        apps.get_model("records", "Tally").objects.using(using).create(**row)
    vendor = editor.connection.vendor
    for statement in (*triggers.DROP[vendor], *triggers.CREATE[vendor]):
        editor.execute(statement, params=None)
    _say(apps, using, SCHEMA)


def _forget(apps: Any, editor: Any) -> None:
    for statement in triggers.DROP[editor.connection.vendor]:
        editor.execute(statement, params=None)
    _say(apps, editor.connection.alias, BEFORE)


def _say(apps: Any, using: str, schema: int) -> None:
    apps.get_model("records", "Engine").objects.using(using).update(schema=schema)


class Migration(migrations.Migration):
    """Counts what there is."""

    dependencies = (("records", "0003_intake"),)
    operations = (
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("name", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("mac", models.BinaryField(max_length=32)),
            ],
            options={"verbose_name_plural": "tallies"},
        ),
        migrations.RunPython(_count, _forget),
    )
