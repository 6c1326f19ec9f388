"""The board reads its first page from the index alone, also where thousands are due at the same moment."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """An older program is not concerned: the schema stays what it is."""

    dependencies = (("records", "0008_entries_by_kind"),)

    operations = (
        migrations.RemoveIndex(model_name="case", name="case_board"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["realm", "kind", "closed", "next_due", "id"], name="case_board"),
        ),
    )
