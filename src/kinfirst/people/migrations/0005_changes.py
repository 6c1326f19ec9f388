"""The registry's log, which nobody may rewrite, and duty rosters."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

TABLE = "people_change"
SAID = "the log of the registry is append-only"
GUARD = {
    "sqlite": (
        f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{SAID}'); END",
        f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{SAID}'); END",
    ),
    "postgresql": (
        f"CREATE FUNCTION {TABLE}_stands() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAID}'; END $$",
        f"CREATE TRIGGER {TABLE}_stands BEFORE UPDATE OR DELETE ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_stands()",
    ),
}
OPEN = {
    "sqlite": (f"DROP TRIGGER {TABLE}_no_update", f"DROP TRIGGER {TABLE}_no_delete"),
    "postgresql": (f"DROP TRIGGER {TABLE}_stands ON {TABLE}", f"DROP FUNCTION {TABLE}_stands()"),
}


def _guard(apps: Any, editor: Any) -> None:
    for statement in GUARD[editor.connection.vendor]:
        editor.execute(statement, params=None)


def _open(apps: Any, editor: Any) -> None:
    for statement in OPEN[editor.connection.vendor]:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Two tables; the guard of the first."""

    dependencies = [("people", "0004_marks")]
    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("realm", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=16)),
                ("what", models.CharField(max_length=16)),
                ("about", models.CharField(blank=True, max_length=200)),
                ("fields", models.JSONField(blank=True, default=list)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["realm", "-id"], name="change_latest"),
                    models.Index(fields=["realm", "about"], name="change_about"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Roster",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("calendar", models.TextField()),
                ("entered", models.DateTimeField()),
                (
                    "realm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rosters", to="people.realm"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("realm", "name"), name="roster_once")],
            },
        ),
        migrations.RunPython(_guard, _open),
    ]
