from django.db import migrations
from django.db.models import F


def name_the_first(apps, schema_editor):
    """Corrections that wait: whoever corrected is the first of the two reviewers a correction takes."""
    figures = apps.get_model("indicators", "Figure").objects.using(schema_editor.connection.alias)
    waiting = figures.filter(is_correction=True, state="submitted", first_approved_by=None)
    waiting.update(first_approved_by=F("entered_by"), first_approved_at=F("entered_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0011_second_review'),
    ]

    operations = [migrations.RunPython(name_the_first, migrations.RunPython.noop)]
