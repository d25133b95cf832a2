"""Makes text that others wrote fit for a terminal."""


def visible(text: str) -> str:
    """A text that an adapter wrote, with escapes for what would command the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
