import django.contrib.auth.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from ipdash.accounts import triggers


def install_triggers(apps, schema_editor):
    triggers.install(schema_editor.connection)


def remove_triggers(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "这个用户名已被使用。"},
                        max_length=150,
                        unique=True,
                        validators=[
                            django.contrib.auth.validators.UnicodeUsernameValidator(
                                message="用户名只能由文字、数字和 @ . + - _ 组成。"
                            )
                        ],
                        verbose_name="用户名",
                    ),
                ),
                ("display_name", models.CharField(max_length=100, verbose_name="姓名")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="电子邮箱")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("must_change_password", models.BooleanField(default=False, verbose_name="下次登录须修改密码")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("", "随系统（中文）"), ("zh-hans", "简体中文"), ("en", "英文（English）")],
                        default="",
                        max_length=10,
                        verbose_name="界面语言",
                    ),
                ),
                ("is_demo", models.BooleanField(default=False, verbose_name="演示账号")),
                ("session_generation", models.PositiveIntegerField(default=0, verbose_name="会话代次")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="创建时间")),
            ],
            options={
                "verbose_name": "用户",
                "verbose_name_plural": "用户",
                "ordering": ["username"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("username"),
                        name="accounts_user_username_any_case",
                        violation_error_message="已有只在大小写上不同的用户名。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="用途")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True, verbose_name="摘要")),
                ("hint", models.CharField(editable=False, max_length=4, verbose_name="末四位")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="创建时间")),
                ("last_used_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="最近使用")),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="撤销时间")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="用户",
                    ),
                ),
            ],
            options={
                "verbose_name": "访问令牌",
                "verbose_name_plural": "访问令牌",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("count", models.PositiveBigIntegerField(default=0, verbose_name="条数")),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="最后一条校验值")),
                ("seal", models.CharField(blank=True, max_length=64, verbose_name="封条")),
            ],
            options={
                "verbose_name": "审计日志末端",
                "verbose_name_plural": "审计日志末端",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)),
                        name="accounts_audithead_single",
                        violation_error_message="审计日志只有一个末端。",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name="序号")),
                ("at", models.DateTimeField(db_index=True, verbose_name="时间")),
                ("actor_name", models.CharField(blank=True, max_length=255, verbose_name="操作人姓名")),
                ("address", models.CharField(blank=True, max_length=64, verbose_name="来源地址")),
                ("action", models.CharField(db_index=True, max_length=64, verbose_name="操作")),
                ("object_type", models.CharField(blank=True, max_length=64, verbose_name="对象类型")),
                ("object_id", models.CharField(blank=True, max_length=255, verbose_name="对象编号")),
                (
                    "region_code",
                    models.CharField(blank=True, db_index=True, max_length=12, verbose_name="行政区划代码"),
                ),
                ("before", models.JSONField(null=True, verbose_name="原值")),
                ("after", models.JSONField(null=True, verbose_name="新值")),
                (
                    "result",
                    models.CharField(
                        choices=[("done", "成功"), ("refused", "拒绝")], max_length=8, verbose_name="结果"
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="原因")),
                ("request_number", models.CharField(blank=True, max_length=32, verbose_name="请求编号")),
                ("previous", models.CharField(blank=True, max_length=64, verbose_name="前一条校验值")),
                ("digest", models.CharField(max_length=64, verbose_name="校验值")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audit_entries",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
            ],
            options={
                "verbose_name": "审计日志",
                "verbose_name_plural": "审计日志",
                "ordering": ["-number"],
                "indexes": [models.Index(fields=["object_type", "object_id"], name="accounts_audit_object")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("result__in", ["done", "refused"])),
                        name="accounts_audit_result_known",
                        violation_error_message="审计结果只能是“成功”或“拒绝”。",
                    )
                ],
            },
        ),
        migrations.RunPython(install_triggers, remove_triggers),
    ]
