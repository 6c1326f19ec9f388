import django.db.models.deletion
from django.db import migrations, models

import kinfirst.records.moments


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Intake",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("realm", models.CharField(max_length=64)),
                ("message", models.CharField(max_length=64)),
                ("content", models.CharField(max_length=64)),
                ("patient", models.CharField(blank=True, max_length=64)),
                ("at", kinfirst.records.moments.MomentField()),
                ("by", models.CharField(max_length=80)),
                ("report", models.TextField()),
                ("said_cipher", models.BinaryField()),
                ("mac", models.BinaryField(max_length=32)),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="intakes",
                        to="records.case",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["case", "at"], name="intake_case"),
                    models.Index(fields=["realm", "patient"], name="intake_patient"),
                ],
                "constraints": [models.UniqueConstraint(fields=("realm", "message"), name="intake_once")],
            },
        ),
    ]
