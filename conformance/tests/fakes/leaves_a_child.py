"""Honest, but leaves a child behind that holds its pipes open and outlives it."""

import os
import time

from honest import answer, say, serve


def answer_and_multiply(message):
    if os.fork() == 0:
        time.sleep(600)
    say(answer(message))


serve(answer_and_multiply)
