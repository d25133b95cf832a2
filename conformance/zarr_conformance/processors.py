"""Keeps a process on one processor, where ``adapter.toml`` asks for it, and shares them out.

``docs/decisions/0015`` says why. Elsewhere than on Linux a process keeps all of them.
"""

import os
from collections import Counter
from contextlib import suppress
from threading import Lock

_lock = Lock()
_users: Counter[int] = Counter()


def keep_on_one(pid: int) -> int | None:
    """Keep a process that has just begun, with the threads to come, on the least used processor.

    Returns it, for ``leave``; None if that cannot be done here.
    """
    if not hasattr(os, "sched_setaffinity"):
        return None
    allowed = sorted(os.sched_getaffinity(0))
    first = os.getpid() % len(allowed)  # harnesses beside each other begin elsewhere
    with _lock:
        processor = min(allowed[first:] + allowed[:first], key=_users.__getitem__)
        _users[processor] += 1
    with suppress(OSError):  # it may have ended already, which is found out in time
        os.sched_setaffinity(pid, {processor})
    return processor


def leave(processor: int | None) -> None:
    """The process has ended."""
    if processor is not None:
        with _lock:
            _users[processor] -= 1
