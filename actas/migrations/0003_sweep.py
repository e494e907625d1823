"""The tick that writes drafts whose task was lost."""

from django.db import migrations


def schedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.get_or_create(
        func="actas.tasks.sweep",
        defaults={
            "name": "borradores",
            "schedule_type": "I",
            "minutes": 5,
            "repeats": -1,
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("actas", "0002_freeze"),
        ("django_q", "0018_task_success_index"),
    ]

    operations = [migrations.RunPython(schedule, migrations.RunPython.noop)]
