import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kinfirst.web.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DoorKey",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=kinfirst.web.models.new_id, max_length=32, primary_key=True, serialize=False
                    ),
                ),
                ("public", models.BinaryField(max_length=200)),
                ("since", models.DateTimeField()),
                ("last", models.PositiveIntegerField(default=0)),
                ("last_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="door_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DoorTap",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "realm", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("realm", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=64)),
                ("person", models.CharField(max_length=64)),
                ("case", models.CharField(max_length=64)),
                ("place", models.CharField(max_length=80)),
                ("what", models.CharField(max_length=16)),
                ("done_at", models.DateTimeField()),
                ("came_at", models.DateTimeField()),
                ("believed", models.BooleanField()),
                ("state", models.CharField(max_length=8)),
                ("rules", models.JSONField(default=list)),
                ("answer", models.TextField()),
                ("seen_by", models.CharField(blank=True, max_length=64)),
                ("seen_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["realm", "came_at"], name="door_tap_came")],
            },
        ),
    ]
