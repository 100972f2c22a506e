"""Brings data and files to what this version of the code expects, in one process with Django.

Used by `up` and by the container set-up: `python -m ipdash.launch.prepare [--demo] [--public]`. Doing it twice changes
nothing. Exit 0: prepared, and `--report FILE` says how; 1: a sentence on standard error says what to do.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ipdash.launch import catalogues, demo, stamps

ROOT = Path(__file__).resolve().parents[2]
OPEN_DEMO = (
    "数据库中有演示账号，它们的密码是公开的，不能向网络开放。\n"
    "请用环境变量 IPDASH_VAR 指定一个新的数据目录（或用 DATABASE_URL 指定一个新的数据库），再用 --host 启动。"
)


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    from ipdash.core.env import SettingError

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipdash.settings")
    catalogues.compile_changed(ROOT)
    try:
        import django

        django.setup()
    except SettingError as error:
        return _fail(f"设置有误，无法启动：{error}")
    from django.db.utils import OperationalError

    _folders()
    try:
        _migrate()
        _load_reference_data()
        if options.demo and not options.public:
            _load_demo(options.report)
        has_demo = demo_is_there()
        has_day = demo.day_of_database() is not None
        empty = database_is_empty()
    except OperationalError as error:
        return _fail(f"连不上数据库，或数据库拒绝了操作：{error}\n请检查 DATABASE_URL 和数据库服务，然后再运行一次。")
    if has_demo and options.public:
        return _fail(OPEN_DEMO)
    _collect_static()
    if options.report:
        found = {"demo": has_demo, "demo_day": has_day, "loading": False, "empty": empty}
        stamps.write(options.report, {name: "yes" if true else "" for name, true in found.items()})
    return 0


def _parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="ipdash.launch.prepare")
    arguments.add_argument("--demo", action="store_true", help="load the demo into an empty database")
    arguments.add_argument("--public", action="store_true", help="reached from other machines: refuse demo accounts")
    arguments.add_argument("--report", type=Path)
    return arguments


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 1


def _folders() -> None:
    from django.conf import settings

    for folder in (settings.VAR_DIR, settings.MEDIA_ROOT, settings.STATIC_ROOT):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        print(f"正在更新数据库结构（{len(plan)} 步）……", flush=True)
        call_command("migrate", interactive=False, verbosity=0)


def _load_reference_data() -> None:
    """The national region tree and the indicator catalogue: every installation works with them."""
    from django.apps import apps
    from django.core.management import call_command

    if not apps.get_model("plans", "Region")._default_manager.exists():
        print("正在载入行政区划和指标目录……", flush=True)
        call_command("load_reference_data", verbosity=0)


def _collect_static() -> None:
    """Where WhiteNoise serves from the sources, there is nothing to collect."""
    from django.conf import settings
    from django.core.management import call_command

    if not getattr(settings, "WHITENOISE_USE_FINDERS", False):
        call_command("collectstatic", interactive=False, verbosity=0)


def database_is_empty() -> bool:
    """Nobody has an account and no plan is there."""
    from django.apps import apps
    from django.contrib.auth import get_user_model

    if get_user_model()._default_manager.exists():
        return False
    try:
        plan = apps.get_model("plans", "Plan")
    except LookupError:
        return True
    return not plan._default_manager.exists()


def demo_is_there() -> bool:
    """Somebody can log in with the published password of the demo."""
    from django.contrib.auth import get_user_model

    users = get_user_model()._default_manager.filter(username__in=list(demo.ACCOUNTS), is_active=True)
    return any(user.check_password(demo.PASSWORD) for user in users)


def _load_demo(report: Path | None) -> None:
    from django.core.management import call_command, get_commands

    # A load that broke off is begun again: the command changes nothing that is already there.
    broken_off = report is not None and stamps.read(report).get("loading") == "yes"
    if "load_demo" not in get_commands() or not (broken_off or database_is_empty()):
        return
    print("正在载入演示数据……", flush=True)
    if report is not None:
        stamps.write(report, {"loading": "yes"})
    call_command("load_demo", verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
