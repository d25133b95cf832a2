"""Honest, but tells more than it is asked."""

from honest import answer, say, serve

serve(lambda message: say({**answer(message), "confidence": 0.99}))
