"""Whose cases an event has is answered by an index alone; an index that nothing asks goes."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

# Django makes it on PostgreSQL beside the primary key, for LIKE. Every message sent pays for it.
_LIKE = """SELECT indexname FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = 'records_outbox' AND indexname LIKE 'records_outbox_id_%_like'"""


def _drop(_apps: Any, editor: Any) -> None:
    if editor.connection.vendor != "postgresql":
        return
    with editor.connection.cursor() as cursor:
        cursor.execute(_LIKE)
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        editor.execute(f"DROP INDEX {editor.quote_name(name)}")


class Migration(migrations.Migration):
    """An older program is not concerned: the schema stays what it is."""

    dependencies = (("records", "0006_remembered"),)
    operations = (
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["realm", "event", "casualty"], name="case_of_event"),
        ),
        migrations.RemoveIndex(model_name="case", name="case_event"),
        migrations.RunPython(_drop, migrations.RunPython.noop),
    )
