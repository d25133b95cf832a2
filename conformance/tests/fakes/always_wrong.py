"""Returns something of the right form, and never what is in the store."""

from honest import say, serve

WRONG = {
    "read": {"data_type": "uint8", "shape": [1], "elements": "/w=="},
    "read_region": {"data_type": "uint8", "shape": [1], "elements": "/w=="},
    "list": {"children": {"nobody": "group"}},
    "metadata": {"metadata": {"node_type": "group", "attributes": {"who": "knows"}}},
}


def lie(message):
    question = next(name for name in message if name != "id")
    say({"id": message["id"], "returned": WRONG[question]})


serve(lie)
