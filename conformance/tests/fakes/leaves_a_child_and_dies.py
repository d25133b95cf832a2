"""Ends at its first question, but a child of it still holds its pipes open."""

import os
import time

from honest import serve


def multiply_and_die(_message):
    if os.fork() == 0:
        time.sleep(600)
    os._exit(3)


serve(multiply_and_die)
