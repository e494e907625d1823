"""Rows that are a record refuse to change, whoever asks."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("transcription", "0001_start")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION transcription_refuse_change() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME;
            END $$ LANGUAGE plpgsql
            """,
            "DROP FUNCTION transcription_refuse_change()",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER transcription_segment_stays BEFORE UPDATE ON transcription_segment "
            "FOR EACH ROW EXECUTE FUNCTION transcription_refuse_change()",
            "DROP TRIGGER transcription_segment_stays ON transcription_segment",
        ),
    ]
