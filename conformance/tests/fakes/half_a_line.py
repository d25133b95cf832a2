"""Stops in the middle of its answer, and ends as if nothing had happened."""

import json
import sys

from honest import answer, serve


def halve(message):
    text = json.dumps(answer(message))
    sys.stdout.write(text[: len(text) // 2])
    sys.stdout.flush()
    sys.exit(0)


serve(halve)
