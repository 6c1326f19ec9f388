"""What every process must know for a while."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """An older program is not concerned: the schema stays what it is."""

    dependencies = (("records", "0005_outbox_asked"),)
    operations = (
        migrations.CreateModel(
            name="Remembered",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("text", models.TextField()),
                ("ends", models.BigIntegerField(db_index=True)),
            ],
            options={"verbose_name_plural": "remembered"},
        ),
    )
