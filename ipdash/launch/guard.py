"""Ends the children when the supervisor is gone, however it went (even by SIGKILL).

Run as a script, with Python's standard library alone, in a session of its own. It reads from its standard input, whose
other end only the supervisor holds: `+PGID` a process group was started, `-PGID` it has ended. At the end of input it
sends TERM to every group that is left, then KILL. A healthy supervisor has ended them all before it leaves.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_SECONDS = 5.0


def alive(group: int) -> bool:
    return send(group, 0)


def send(group: int, number: int) -> bool:
    """Sends to every process of the group; False when there is none left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # it exists
        return True
    return True


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        sign, group = line[0], int(line[1:])
        if sign == "+":
            groups.add(group)
        else:
            groups.discard(group)
    left = [group for group in groups if send(group, signal.SIGTERM)]
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [group for group in left if alive(group)]
    for group in left:
        send(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
