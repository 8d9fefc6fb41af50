"""Values of a record in the cells of a table: which columns are text, and how to read a cell."""

START = "start_sha256"  # a record's key for the file of weights that training started from

TEXTS = {
    *("arm", "state", "reason", "id", "kind", "model", "data", "budget", "commit", "processor"),
    *("accelerator", "precision", "weights_sha256", START, "command"),
    *("started_at", "finished_at"),
}
TEXT_FAMILIES = ("versions", "data_digests", "code", "metrics")


def value(column: str, text: str) -> str | int | float | bool | None:
    """Return the value in the record that became a cell of `runs.csv`.

    A text such as a digest stays one, even if it looks like a number.

    >>> value("commit", "1e10"), value("steps", "3600"), value("seconds", "1e3"), value("step", "")
    ('1e10', 3600, 1000.0, None)
    """
    if not text:
        return None
    if column in TEXTS or column.partition("/")[0] in TEXT_FAMILIES:
        return text
    if text in ("True", "False"):
        return text == "True"
    return int(text) if text.lstrip("-").isdigit() else float(text)
