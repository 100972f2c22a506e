"""`bundle`: the wheels of the lock file in a folder, for machines that reach no package source."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from ipdash.launch import installer
from ipdash.launch.environment import RUN
from ipdash.launch.errors import LaunchError

OLDEST_GLIBC = 17  # manylinux2014


def platforms(tag: str) -> list[str]:
    """The tags that a machine of this tag takes, newest first.

    `linux_ARCH` stands for any glibc system of today; a manylinux tag takes all older ones. Others stand for themselves.
    """
    common = re.fullmatch(r"linux_(\w+)", tag)
    exact = re.fullmatch(r"manylinux_2_(\d+)_(\w+)", tag)
    if common:
        minor, machine = 28, common[1]
    elif exact:
        minor, machine = int(exact[1]), exact[2]
    else:
        return [tag]
    tags = [f"manylinux_2_{step}_{machine}" for step in range(minor, OLDEST_GLIBC - 1, -1)]
    return [*tags, f"manylinux2014_{machine}", f"linux_{machine}"]


def main(root: Path, arguments: list[str]) -> int:
    """`bundle DIR [--platform TAG]`."""
    options = parser().parse_args(arguments)
    folder = Path(options.folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tags = platforms(options.platform) if options.platform else []
    print(f"正在下载 {installer.count(root / RUN)} 个依赖包到 {folder} ……", flush=True)
    problem = installer.download(root / RUN, folder, tags)
    if problem is not None:
        raise LaunchError(problem)
    wheels = sorted(folder.glob("*.whl"))
    size = sum(wheel.stat().st_size for wheel in wheels) / 1_000_000
    print(
        f"离线包已就绪：{len(wheels)} 个文件，{size:.0f} MB，适用于 Python "
        f"{sys.version_info.major}.{sys.version_info.minor}（{options.platform or '与本机同类的系统'}）。\n"
        "把它命名为 wheelhouse，与源代码一起复制到内网机器，放在 manage.py 旁边，然后运行 python3 manage.py up。"
    )
    return 0


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="manage.py bundle", description="制作内网安装用的离线包目录。")
    arguments.add_argument("folder", metavar="DIR", help="存放离线包的目录")
    arguments.add_argument(
        "--platform",
        metavar="TAG",
        help="目标系统，如 linux_x86_64、linux_aarch64、manylinux_2_28_x86_64；默认与本机相同",
    )
    return arguments
