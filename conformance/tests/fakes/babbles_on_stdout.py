"""Honest, but it also tells standard output what it is doing, as libraries do."""

from honest import answer, say, serve


def babble(message):
    print("DEBUG: opening the store", flush=True)
    say(answer(message))


serve(babble)
