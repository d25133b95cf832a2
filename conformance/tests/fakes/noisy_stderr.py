"""Honest, and floods standard error: more than any pipe holds, for every question."""

import sys

from honest import answer, say, serve


def rant(message):
    sys.stderr.write("warning: something is deprecated\n" * 10_000)
    sys.stderr.flush()
    say(answer(message))


serve(rant)
