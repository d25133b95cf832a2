"""Refuses whatever it is shown, which is right for every invalid store."""

from honest import say, serve

serve(lambda m: say({"id": m["id"], "refused": {"stage": "open", "message": "no"}}))
