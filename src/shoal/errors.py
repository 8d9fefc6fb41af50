"""User errors: one line with the offending value and the remedy, and an exit code.

An exception with an `exit_code` ends a command without a traceback; its `advice`, if it has one, is
appended to the line. Any other exception is a fault of Shoal's and keeps its traceback.
"""

import difflib
from collections.abc import Iterable

FAILED = 1  # exit code: the command ran, with a bad outcome
USER_ERROR = 2  # exit code: the command can't be carried out as given


class UserError(Exception):
    """A mistake of the user's, shown as one line without a traceback.

    The message holds the offending value and the remedy, e.g.
    ``scale=1.5 is not an integer of at least 2``.
    """

    exit_code = USER_ERROR


def one_line(message: str) -> str:
    r"""A message as one line, with unprintable characters escaped.

    >>> print(one_line("a\nb.png: no such picture"))
    a\nb.png: no such picture
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)


def first_line(error: BaseException) -> str:
    r"""An exception as one line: its class and the first line of its message, without a full stop.

    >>> first_line(ValueError("a shape.\nand its trace"))
    'ValueError: a shape'
    """
    said = str(error).strip().partition("\n")[0].rstrip(" .")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def counted(number: int, noun: str) -> str:
    """A number of things in words.

    >>> counted(1, "run"), counted(3, "run")
    ('1 run', '3 runs')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def unknown(key: str, value: object, options: Iterable[str]) -> str:
    """The error message for an unknown value, with the nearest option as a suggestion.

    >>> unknown("model", "eedz", ["eed", "dcnn"])
    'model=eedz is unknown (did you mean eed?): choose one of eed, dcnn'
    """
    options = list(options)
    near = difflib.get_close_matches(str(value), options, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    known = f"choose one of {', '.join(options)}" if options else "there is none to choose from"
    return f"{key}={value} is unknown{hint}: {known}"
