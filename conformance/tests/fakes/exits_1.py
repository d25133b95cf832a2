"""Ends at its first question, as a script does that raises an exception."""

from honest import serve


def fail(_message):
    raise ZeroDivisionError("the fake has divided by zero")


serve(fail)
