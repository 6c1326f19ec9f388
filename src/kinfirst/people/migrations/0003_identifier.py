import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_tokens"),
    ]

    operations = [
        migrations.CreateModel(
            name="Identifier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("index", models.CharField(max_length=64)),
                ("text_cipher", models.BinaryField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="identifiers", to="people.person"
                    ),
                ),
                (
                    "realm",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="identifiers", to="people.realm"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("realm", "index"), name="identifier_once")],
            },
        ),
    ]
