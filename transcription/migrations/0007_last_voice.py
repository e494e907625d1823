from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transcription", "0006_voices")]

    operations = [
        migrations.AddField(
            model_name="transcription",
            name="last_voice",
            field=models.PositiveSmallIntegerField(
                default=0, verbose_name="última voz"
            ),
        ),
    ]
