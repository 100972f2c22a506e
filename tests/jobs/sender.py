"""`python -m tests.jobs.sender KIND COUNT ARGS`: a process that enqueues, each job in a transaction of its own."""

import json
import sys

import django


def main(kind: str, count: str, args: str) -> None:
    django.setup()
    from django.db import transaction

    from ipdash.jobs.services import enqueue

    for _ in range(int(count)):
        with transaction.atomic():
            enqueue(kind, json.loads(args))


if __name__ == "__main__":
    main(*sys.argv[1:])
