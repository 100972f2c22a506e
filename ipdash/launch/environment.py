"""The virtual environment `.venv`: found, made, brought to the lock files, repaired."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ipdash.launch import installer, stamps
from ipdash.launch.errors import LaunchError

RUN = "requirements.lock"
TEST = "requirements-test.lock"


class Environment:
    """`.venv` beside `manage.py`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self._marker = self.folder / ".installing"

    @property
    def usable(self) -> bool:
        """There is a Python, and no installation broke off."""
        return self.python.exists() and not self._marker.exists()

    @property
    def active(self) -> bool:
        """This very process runs with it."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def prepare(self, *, tests: bool = False) -> None:
        """Makes it and installs the lock file, or does nothing when it stands as the lock file says.

        Raises LaunchError with what to do. Waits while another start is preparing the same environment.
        """
        lock = TEST if tests else RUN
        if self._fresh(lock):
            return
        with self._alone() as handle:
            if self._fresh(lock):
                return
            if not self._sound():
                self._remake()
            self._install(lock, handle)

    def _stamp(self, lock: str) -> Path:
        return self.folder / f".{lock}.stamp"

    def _wanted(self, lock: str) -> str:
        # The interpreter belongs to it: after an upgrade of the system's Python the packages are in the wrong place.
        return stamps.digest(
            [self.root / lock, self.folder / "pyvenv.cfg", str(self.python.resolve()) if self.python.exists() else ""]
        )

    def _fresh(self, lock: str) -> bool:
        return self.usable and stamps.read(self._stamp(lock)).get("digest") == self._wanted(lock)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[int]:
        """Holds the lock of the environment; the handle is inherited by pip, so that an orphaned pip holds it too."""
        with open(self.root / ".venv.lock", "w", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("另一个进程正在准备运行环境，等它完成……", flush=True)
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file.fileno()

    def _sound(self) -> bool:
        """Its Python runs, is new enough and finds the place where packages were installed."""
        if not self.usable:
            return False
        check = "import sys; print(sys.version_info >= (3, 11), '%d.%d' % sys.version_info[:2])"
        done = subprocess.run([self.python, "-I", "-c", check], capture_output=True, text=True, check=False)
        if done.returncode != 0 or not done.stdout.startswith("True"):
            return False
        return (self.folder / "lib" / f"python{done.stdout.split()[1]}").is_dir()

    def _remake(self) -> None:
        if self.active:
            raise LaunchError(
                "运行环境 .venv 不完整，而现在正用它运行，无法自行修复。\n"
                "请改用系统的 Python 再运行一次：python3 manage.py up"
            )
        try:
            import venv
        except ImportError:
            raise LaunchError(
                "这个 Python 缺少 venv 模块，无法建立运行环境。请安装它（Debian、Ubuntu：apt install python3-venv），"
                "然后再运行一次。"
            ) from None
        if self.folder.exists() or self.folder.is_symlink():
            print("运行环境 .venv 不完整，重新建立。", flush=True)
            self.folder.unlink() if self.folder.is_symlink() else shutil.rmtree(self.folder)
        # Without pip: ensurepip takes seconds and is missing from some systems; the installer finds a pip.
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(self.folder)
        self._marker.touch()

    def _install(self, lock: str, handle: int) -> None:
        packages = installer.count(self.root / lock)
        print(f"正在安装 {packages} 个依赖包（首次需要一分钟左右）……", flush=True)
        began = time.monotonic()
        whole = not self._marker.exists()
        self._marker.touch()
        outcome = installer.install(self.python, self.root / lock, house=self._house(lock), hold=handle)
        if whole and not outcome.touched:  # it failed before it changed anything: what was there is as good as before
            self._marker.unlink()
        if outcome.problem is not None:
            raise LaunchError(outcome.problem)
        self._marker.unlink()
        # The test lock file holds all that the run-time lock file holds.
        for done in {lock, RUN}:
            stamps.write(self._stamp(done), {"digest": self._wanted(done)})
        print(f"依赖包已安装（{time.monotonic() - began:.0f} 秒）。", flush=True)

    def _house(self, lock: str) -> installer.House | None:
        """The offline wheelhouse, where there is one. It holds what runs, not what tests."""
        named = os.environ.get("IPDASH_WHEELHOUSE", "").strip()
        folder = Path(named) if named else self.root / "wheelhouse"
        if named and not folder.is_dir():
            raise LaunchError(f"环境变量 IPDASH_WHEELHOUSE 指定的离线包目录不存在：{folder}。请改正后再运行。")
        return installer.House(folder.resolve(), alone=lock == RUN) if folder.is_dir() else None
