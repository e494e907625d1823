"""The ticks that put right what died, each minute, and tidy up, each hour."""

from django.db import migrations

TICKS = (("sweep", "barrido", 1), ("tidy", "limpieza", 60))


def schedule(apps, schema_editor):
    for task, name, minutes in TICKS:
        apps.get_model("django_q", "Schedule").objects.get_or_create(
            func=f"transcription.tasks.{task}",
            defaults={
                "name": name,
                "schedule_type": "I",
                "minutes": minutes,
                "repeats": -1,
            },
        )


class Migration(migrations.Migration):
    dependencies = [
        ("transcription", "0002_freeze"),
        ("django_q", "0018_task_success_index"),
    ]

    operations = [migrations.RunPython(schedule, migrations.RunPython.noop)]
