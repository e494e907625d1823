"""Rows that are a record refuse to change, whoever asks."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("actas", "0001_start")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION actas_refuse_change() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME;
            END $$ LANGUAGE plpgsql
            """,
            "DROP FUNCTION actas_refuse_change()",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER actas_edit_stays BEFORE UPDATE ON actas_edit "
            "FOR EACH ROW EXECUTE FUNCTION actas_refuse_change()",
            "DROP TRIGGER actas_edit_stays ON actas_edit",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER actas_version_stays BEFORE UPDATE OR DELETE ON actas_version "
            "FOR EACH ROW EXECUTE FUNCTION actas_refuse_change()",
            "DROP TRIGGER actas_version_stays ON actas_version",
        ),
    ]
