"""Mistakes, and how they are worded: one line with the value and the remedy, and an exit code.

An exception that ends a command as it should has an `exit_code`; if it has an `advice`, that ends
the line. Anything else is a mistake of Shoal's own and keeps its traceback.
"""

import difflib
from collections.abc import Iterable

FAILED = 1  # what was asked for ended otherwise
USER_ERROR = 2  # what was asked for can't be


class UserError(Exception):
    """A mistake of the user's: shown as one line, without a traceback.

    The message holds the offending value and the remedy, e.g.
    ``scale=1.5 is not an integer of at least 2``.
    """

    exit_code = USER_ERROR


def one_line(message: str) -> str:
    r"""A message as one line that any terminal takes: what can't be printed is escaped.

    >>> print(one_line("a\nb.png: no such picture"))
    a\nb.png: no such picture
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)


def first_line(error: BaseException) -> str:
    r"""An exception in one line: its class, and the first line that it says, without a full stop.

    >>> first_line(ValueError("a shape.\nand its trace"))
    'ValueError: a shape'
    """
    said = str(error).strip().partition("\n")[0].rstrip(" .")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def unknown(key: str, value: object, options: Iterable[str]) -> str:
    """The sentence for a value that is none of its options, with the nearest one.

    >>> unknown("model", "eedz", ["eed", "dcnn"])
    'model=eedz is unknown (did you mean eed?): choose one of eed, dcnn'
    """
    options = list(options)
    near = difflib.get_close_matches(str(value), options, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    known = f"choose one of {', '.join(options)}" if options else "there is none to choose from"
    return f"{key}={value} is unknown{hint}: {known}"
