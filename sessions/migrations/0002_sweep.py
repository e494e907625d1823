"""The hourly tick that clears uploads nobody finished."""

from django.db import migrations


def schedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.get_or_create(
        func="sessions.tasks.sweep",
        defaults={
            "name": "subidas",
            "schedule_type": "I",
            "minutes": 60,
            "repeats": -1,
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("council_sessions", "0001_start"),
        ("django_q", "0018_task_success_index"),
    ]

    operations = [migrations.RunPython(schedule, migrations.RunPython.noop)]
