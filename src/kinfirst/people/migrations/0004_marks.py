from typing import Any

from django.db import migrations, models

from kinfirst.people import marks


def _mark(apps: Any, editor: Any) -> None:
    marks.stamp_all()


class Migration(migrations.Migration):
    """A keyed digest for every row of the registry; those that are there are taken as they are."""

    dependencies = [("people", "0003_identifier")]
    operations = [
        migrations.CreateModel(
            name="Mark",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kept_in", "row_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kept_in", models.CharField(max_length=40)),
                ("row_id", models.CharField(max_length=64)),
                ("mac", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.RunPython(_mark, migrations.RunPython.noop),
    ]
