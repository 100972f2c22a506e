"""Results are made anew: a row's key is its line and quarter, its names are small numbers, and no index is there twice.

The table holds derived rows alone, so it is dropped and filled again: every line becomes stale, and each plan with lines
gets a recomputation, which the next worker takes up.
"""

import django.db.models.deletion
from django.db import migrations, models

import ipdash.core.fields


def ask_for_results(apps, schema_editor):
    TargetLine = apps.get_model("indicators", "TargetLine")
    JobRun = apps.get_model("jobs", "JobRun")
    TargetLine.objects.update(computed_version=0)
    for plan in TargetLine.objects.order_by("plan").values_list("plan", flat=True).distinct():
        key = f"recompute_attainment:{plan}"
        if not JobRun.objects.filter(dedupe_key=key, state="queued").exists():
            JobRun.objects.create(kind="recompute_attainment", args={"plan": plan}, dedupe_key=key)


class Migration(migrations.Migration):

    dependencies = [
        ("indicators", "0004_decomposition"),
        ("jobs", "0001_job_runs"),
        ("plans", "0001_initial"),
    ]

    operations = [
        migrations.DeleteModel("Attainment"),
        migrations.AddField("targetline", "computed_as_of", models.PositiveIntegerField(default=0)),
        migrations.CreateModel(
            name='Attainment',
            fields=[
                ('pk', models.CompositePrimaryKey('line_id', 'year', 'quarter', blank=True, editable=False, primary_key=True, serialize=False)),
                ('line', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attainments', to='indicators.targetline')),
                ('plan', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='plans.plan')),
                ('region', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='plans.region')),
                ('year', models.SmallIntegerField()),
                ('quarter', models.SmallIntegerField()),
                ('status', ipdash.core.fields.CodedField(choices=[('not_due', '未到考核期'), ('no_target', '无年度目标'), ('undefined', '无法计算'), ('missing', '未填报'), ('achieved', '已完成'), ('missed', '未完成'), ('on_track', '达到序时进度'), ('no_pace', '无法判断进度'), ('behind', '滞后'), ('far_behind', '严重滞后')], names=('not_due', 'no_target', 'undefined', 'missing', 'achieved', 'missed', 'on_track', 'no_pace', 'behind', 'far_behind'))),
                ('light', ipdash.core.fields.CodedField(choices=[('green', '绿灯'), ('yellow', '黄灯'), ('red', '红灯'), ('grey', '灰灯'), ('none', '不亮灯')], names=('none', 'grey', 'green', 'yellow', 'red'))),
                ('actual', ipdash.core.fields.ExactDecimalField(null=True)),
                ('target', ipdash.core.fields.ExactDecimalField(null=True)),
                ('target_upper', ipdash.core.fields.ExactDecimalField(null=True)),
                ('completion', ipdash.core.fields.ExactDecimalField(null=True)),
                ('realisation', ipdash.core.fields.ExactDecimalField(null=True)),
                ('elapsed', ipdash.core.fields.ExactDecimalField(null=True)),
                ('plan_gap', ipdash.core.fields.ExactDecimalField(null=True)),
                ('expected', ipdash.core.fields.ExactDecimalField(null=True)),
                ('year_gap', ipdash.core.fields.ExactDecimalField(null=True)),
                ('gap_to_target', ipdash.core.fields.ExactDecimalField(null=True)),
                ('forecast', ipdash.core.fields.ExactDecimalField(null=True)),
                ('needed_per_quarter', ipdash.core.fields.ExactDecimalField(null=True)),
                ('change_on_quarter', ipdash.core.fields.ExactDecimalField(null=True)),
                ('change_on_year', ipdash.core.fields.ExactDecimalField(null=True)),
                ('partial', ipdash.core.fields.ExactDecimalField(null=True)),
                ('computed_at', models.DateTimeField()),
                ('rank', models.IntegerField(null=True)),
                ('coverage_reported', models.IntegerField(null=True)),
                ('coverage_expected', models.IntegerField(null=True)),
                ('denominator_period', models.IntegerField(null=True)),
                ('target_comparator', ipdash.core.fields.CodedField(blank=True, names=('', '>=', '>', '=', '<=', '<', 'range'))),
                ('target_source', ipdash.core.fields.CodedField(blank=True, names=('', 'stated', 'decomposed', 'interpolated', 'next'))),
                ('forecast_method', ipdash.core.fields.CodedField(blank=True, names=('', 'share', 'proportion', 'trend'))),
                ('denominator_stale', models.BooleanField(default=False)),
                ('too_large', models.BooleanField(default=False)),
                ('rules_version', models.CharField(max_length=20)),
            ],
            options={
                'verbose_name': '完成情况',
                'ordering': ('line_id', 'year', 'quarter'),
                'indexes': [models.Index(fields=['plan', 'year', 'quarter', 'region'], name='attainment_by_plan_quarter')],
            },
        ),
        migrations.RunPython(ask_for_results, migrations.RunPython.noop),
    ]
