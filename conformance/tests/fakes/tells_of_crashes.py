"""Says of each question that the program which was to answer it has crashed."""

from honest import say, serve

serve(lambda m: say({"id": m["id"], "crashed": {"detail": "exited with code 1", "stderr": ""}}))
