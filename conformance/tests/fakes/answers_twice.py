"""Says everything twice."""

from honest import answer, say, serve


def repeat(message):
    say(answer(message))
    say(answer(message))


serve(repeat)
