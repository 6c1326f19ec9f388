"""An index on the few messages that wait for a person, among the many that have arrived."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """An older program is not concerned: the schema stays what it is."""

    dependencies = (("records", "0004_tally"),)
    operations = (
        migrations.AddIndex(
            model_name="outbox",
            index=models.Index(
                fields=["state"], name="outbox_asked", condition=models.Q(state__in=("unknown", "failed"))
            ),
        ),
    )
