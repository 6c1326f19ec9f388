from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("web", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BedCase",
            fields=[
                ("bed", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("realm", models.CharField(max_length=64)),
                ("case", models.CharField(max_length=64, unique=True)),
                ("by", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
