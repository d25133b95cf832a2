"""Takes more and more memory over the first question, and uses it."""

import time

from honest import serve


def eat(_message):
    eaten = []
    while True:
        eaten.append(b"\x01" * 2**23)
        time.sleep(0.001)


serve(eat)
