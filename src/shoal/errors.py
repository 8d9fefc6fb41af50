"""The one exception that is the user's to mend, and the line that says so."""


class UserError(Exception):
    """A mistake of the user's: shown as one line, without a traceback, with exit code 2.

    The message holds the offending value and the remedy, e.g.
    ``scale=1.5 is not an integer of at least 2``.
    """


def one_line(message: str) -> str:
    r"""A message as one line that any terminal takes: what can't be printed is escaped.

    >>> print(one_line("a\nb.png: no such picture"))
    a\nb.png: no such picture
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)
