"""pip, driven for a virtual environment that may have no pip of its own, and its failures put into words."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ipdash.launch.errors import LaunchError

OLDEST_PIP = (22, 3)  # the first with --python
NO_PIP = (
    "找不到 pip（需要 22.3 或更新的版本），无法安装依赖包。\n"
    "请安装它（Debian、Ubuntu：apt install python3-pip；其他系统：python3 -m ensurepip），然后再运行一次。"
)
KILLED = "安装进程被系统中止（可能是内存不足）。请再运行一次，会自动重新安装。"
# Settings of the user's own installations that would send packages elsewhere.
FOREIGN = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH", "PYTHONHOME")

SENTENCES: tuple[tuple[str, str], ...] = (
    (r"No space left on device|Errno 28|Disk quota exceeded",
     "磁盘空间不足，依赖包没有装完。请清理磁盘（约需 1 GB），然后再运行一次；会自动重新安装。"),
    (r"DO NOT MATCH THE HASHES",
     "下载的依赖包与锁定文件中的校验值不符，已拒绝安装。请换一个可信的软件源，或重新制作离线包后再运行。"),
    (r"Permission denied|Read-only file system|Errno 13|Errno 30",
     "没有写入权限，依赖包没有装完。请用该目录的所有者运行。"),
    (r"NewConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|ConnectionResetError|Network is unreachable|"
     r"Temporary failure in name resolution|ProxyError|SSLError|Connection (?:refused|aborted|broken)",
     "连不上软件源，依赖包没有安装。请检查网络或 pip 的软件源设置后再运行一次；\n"
     "内网机器请在能上网的机器上运行 python3 manage.py bundle wheelhouse，把 wheelhouse 目录复制到 manage.py 旁边，再运行。"),
)  # fmt: skip


@dataclass(frozen=True)
class House:
    """A folder of wheels. `alone`: nothing may come from anywhere else."""

    folder: Path
    alone: bool


@dataclass(frozen=True)
class Outcome:
    """What an installation came to. `touched`: the environment may have been changed."""

    problem: str | None
    touched: bool


def count(lock: Path) -> int:
    """How many packages a lock file names."""
    try:
        return len(set(re.findall(r"^[A-Za-z0-9][^=\[ ]*", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)))
    except FileNotFoundError:
        raise LaunchError(f"缺少锁定文件 {lock.name}。请重新取得完整的源代码。") from None


def install(python: Path, lock: Path, *, house: House | None, hold: int) -> Outcome:
    """Installs a lock file into the environment of `python`. `hold`: a file handle that pip keeps open."""
    # The lock file is complete, so nothing is resolved; compiling is left to the first import of each module, which
    # halves the installation (measured: 17 s instead of 31 s on two cores).
    arguments = ["--no-deps", "--no-compile", *common(lock)]
    if house is not None:
        arguments += ["--find-links", str(house.folder)] + (["--no-index"] if house.alone else [])
    output, code = _run([*_pip(python), "install", *arguments], hold)
    if code == 0:
        return Outcome(None, touched=True)
    problem = KILLED if code < 0 else explain(output, house)
    return Outcome(problem, touched="Installing collected packages" in output)


def download(lock: Path, folder: Path, platforms: list[str]) -> str | None:
    """Puts a wheel for each package of the lock file into the folder; gives back the problem, if any."""
    arguments = ["--no-deps", "--dest", str(folder), *common(lock)]
    for platform in platforms:
        arguments += ["--platform", platform]
    output, code = _run([*_pip(Path(sys.executable)), "download", *arguments], None)
    return None if code == 0 else explain(output, None)


def common(lock: Path) -> list[str]:
    return ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--retries=2",
            "--require-hashes", "--only-binary=:all:", "--requirement", str(lock)]  # fmt: skip


def explain(output: str, house: House | None) -> str:
    """The sentence for what pip said."""
    for pattern, sentence in SENTENCES:
        if re.search(pattern, output):
            return sentence
    missing = re.search(r"No matching distribution found for (\S+)", output)
    if missing and house is not None and house.alone:
        return (
            f"离线包目录 {house.folder} 中没有适合本机的 {missing[1]}。\n"
            "请在同一 Python 版本、同类系统的机器上重新运行 python3 manage.py bundle 制作离线包。"
        )
    if missing:
        return f"软件源中没有适合本机的 {missing[1]}。请确认 Python 是 3.11 至 3.13 的正式版本，并检查软件源是否完整。"
    tail = "\n".join(output.strip().splitlines()[-12:])
    return f"依赖包安装失败。pip 的最后几行输出：\n{tail}"


def _pip(python: Path) -> list[str]:
    """A pip that can work on the environment of `python`: its own, else this system's, else a bundled one."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    if _version(str(python)) is not None:
        return [str(python), "-m", "pip"]
    for candidate in dict.fromkeys([base, sys.executable, shutil.which("python3") or base]):
        version = _version(candidate)
        if version is not None and version >= OLDEST_PIP:
            return [candidate, "-m", "pip", "--python", str(python)]
    subprocess.run([str(python), "-m", "ensurepip"], capture_output=True, check=False)
    if _version(str(python)) is None:
        raise LaunchError(NO_PIP)
    return [str(python), "-m", "pip"]


def _version(python: str) -> tuple[int, ...] | None:
    """The version of the pip that this Python imports; asking pip itself takes twenty times as long."""
    command = [python, "-c", "import pip; print(pip.__version__)"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.match(r"(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if done.returncode == 0 and found else None


def _run(command: list[str], hold: int | None) -> tuple[str, int]:
    """Runs pip to its end; ends it when this process is told to end. Gives back its output and exit code."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    handles = () if hold is None else (hold,)
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
        pass_fds=handles, process_group=0, text=True, encoding="utf-8", errors="replace",
    ) as process:  # fmt: skip
        try:
            output, _ = process.communicate()
        except BaseException:  # an interruption: nothing may go on behind the user's back
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
    return output, process.returncode
