"""Who was told this month, and what was refused of late, are answered by an index and not by the whole record."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """An older program is not concerned: the schema stays what it is."""

    dependencies = (("records", "0007_cases_of_an_event"),)
    operations = (
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["kind", "at"], name="entry_kind"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["realm"], condition=models.Q(unsigned__gt=0), name="case_unsigned"),
        ),
    )
