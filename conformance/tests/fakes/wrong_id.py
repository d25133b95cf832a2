"""Honest, but claims to answer another question."""

from honest import answer, say, serve

serve(lambda message: say({**answer(message), "id": message["id"] + 1000}))
