"""What `manage.py` does with its arguments: which Python runs them, and what happens where none is ready."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from ipdash.launch.errors import LaunchError, explain_os_error

ROOT = Path(__file__).resolve().parents[2]
INTERRUPTED = 130
NOT_READY = (
    "还没有运行环境，不能运行 {command}。请先运行其中之一：\n"
    "  python3 manage.py up      安装并启动 ipdash\n"
    "  python3 manage.py test    安装并运行测试\n"
    "  python3 manage.py bundle 目录    制作内网安装用的离线包"
)


def main(argv: list[str]) -> int:
    """Runs the command of `argv` (as `sys.argv`); gives back the exit code."""
    if os.name != "posix":
        print("ipdash 在 Linux 和 macOS 上运行。Windows 上请使用 WSL，或用 docker compose 启动。", file=sys.stderr)
        return 1
    command, arguments = (argv[1] if len(argv) > 1 else ""), argv[2:]
    try:
        if command in {"up", "test", "bundle"}:
            return _launch(command, arguments)
        return _django(argv)
    except LaunchError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\n已中断。再运行一次，会接着完成没有做完的步骤。", file=sys.stderr, flush=True)
        return INTERRUPTED


def _launch(command: str, arguments: list[str]) -> int:
    from ipdash.launch import bundle, suite, up
    from ipdash.launch.environment import Environment

    # What asks this process to end must also end the pip that it runs.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    module = {"up": up, "bundle": bundle, "test": suite}[command]
    if command != "test":  # a wrong argument, or --help, must not start an installation
        module.parser().parse_args(arguments)
    environment = Environment(ROOT)
    try:
        environment.prepare(tests=command == "test")
        if not environment.active:
            _become(environment.python, [command, *arguments])
        return int(module.main(ROOT, arguments))
    except OSError as error:
        raise LaunchError(explain_os_error(error)) from error


def _django(argv: list[str]) -> int:
    from ipdash.launch.environment import Environment

    environment = Environment(ROOT)
    if not environment.active:
        if not environment.usable:
            raise LaunchError(NOT_READY.format(command=argv[1] if len(argv) > 1 else "manage.py"))
        _become(environment.python, argv[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ipdash.settings")
    from django.core.management import execute_from_command_line

    from ipdash.core import clock
    from ipdash.launch import demo

    clock.set_default(demo.day_of_database)
    execute_from_command_line(argv)
    return 0


def _become(python: Path, arguments: list[str]) -> None:
    sys.stdout.flush()
    os.execv(python, [str(python), str(ROOT / "manage.py"), *arguments])  # noqa: S606  no shell wanted
