from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transcription", "0004_engines")]

    operations = [
        migrations.AddField(
            model_name="part",
            name="rejected",
            field=models.JSONField(
                blank=True, default=list, verbose_name="descartado"
            ),
        ),
    ]
