from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Knock",
            fields=[
                ("visitor", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("free_at", models.BigIntegerField(db_index=True)),
            ],
        ),
    ]
