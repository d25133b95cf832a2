"""Reads what can be read, and makes something up where it should refuse."""

from honest import answer, say, serve

MADE_UP = {"data_type": "uint8", "shape": [4], "elements": "AAAAAA=="}


def lie(message):
    document = answer(message)
    if "refused" in document:
        document = {"id": message["id"], "returned": MADE_UP}
    say(document)


serve(lie)
