from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0006_leads_and_due_days")]

    operations = [
        migrations.AddConstraint(
            model_name='plantask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_on__isnull', False), ('status', 'done')), models.Q(models.Q(('status', 'done'), _negated=True), ('closed_on__isnull', True)), _connector='OR'), name='task_closed_on_a_day', violation_error_message='已办结的任务要有销号日期，其他任务没有。'),
        ),
    ]
