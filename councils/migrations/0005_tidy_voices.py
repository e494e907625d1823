"""The tick that deletes voices whose consent is over, each hour."""

from django.db import migrations

TASK = "councils.tasks.tidy"


def schedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.get_or_create(
        func=TASK,
        defaults={
            "name": "limpieza de voces",
            "schedule_type": "I",
            "minutes": 60,
            "repeats": -1,
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("councils", "0004_source_of_voices"),
        ("django_q", "0018_task_success_index"),
    ]

    operations = [migrations.RunPython(schedule, migrations.RunPython.noop)]
