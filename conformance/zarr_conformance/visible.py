"""Makes text that others wrote fit for a terminal."""


def visible(text: str) -> str:
    """A text that an adapter wrote, with escapes for what would command the terminal."""
    if text.isprintable():
        return text
    return "\n".join(map(_visible_line, text.split("\n")))


def _visible_line(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
