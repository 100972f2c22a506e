#!/usr/bin/env python3
"""The one command of ipdash: `up` starts everything, `test` runs the suite, the rest are Django's and our own.

Runs itself with `.venv`'s Python. This file must parse with any Python 3, so that an old one is refused in words.
"""

import sys


def main():
    if sys.version_info < (3, 11):
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.exit(
            "ipdash 需要 Python 3.11 或更新的版本，现在运行的是 " + found + "（" + sys.executable + "）。\n"
            "请安装新版本的 Python，然后用它运行，例如：python3.11 manage.py up"
        )
    from ipdash.launch.cli import main as launch

    return launch(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
