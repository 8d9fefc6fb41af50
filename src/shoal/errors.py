"""The one exception that is the user's to mend."""


class UserError(Exception):
    """A mistake of the user's: shown as one line, without a traceback, with exit code 2.

    The message holds the offending value and the remedy, e.g.
    ``scale=1.5 is not an integer of at least 2``.
    """
