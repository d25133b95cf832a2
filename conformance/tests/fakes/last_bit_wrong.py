"""Honest, but for the last bit of the last element."""

import base64

from honest import answer, say, serve


def lie(message):
    document = answer(message)
    returned = document.get("returned", {})
    if returned.get("elements"):
        elements = bytearray(base64.b64decode(returned["elements"]))
        elements[-1] ^= 1
        returned["elements"] = base64.b64encode(elements).decode()
    say(document)


serve(lie)
