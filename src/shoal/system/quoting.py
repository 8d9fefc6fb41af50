"""Quotes overrides so that both the shell and Hydra's grammar read their values as meant."""

import re

# Characters that a shell interprets within double quotes.
READ_BY_SHELLS = re.compile(r'["$`\\!]')


def quoted(override: str) -> str:
    r"""Quote an override for the shell, so that its value is taken literally.

    >>> print(quoted("data.train=Bilder (alt)"))
    "data.train='Bilder (alt)'"
    >>> print(quoted("data.train=$5"))
    'data.train="$5"'
    """
    key, _, value = override.partition("=")
    parts = elements(override) or [value]
    opened, closed = "[]" if elements(override) else ("", "")
    if READ_BY_SHELLS.search(value) and "'" not in value:
        inner = ",".join(f'"{each}"' for each in parts)
        return f"'{key}={opened}{inner}{closed}'"
    inner = ",".join("'" + each.replace("'", r"\'") + "'" for each in parts)
    return f'"{key}={opened}{inner}{closed}"'


def elements(override: str) -> list[str]:
    """Return the overrides of an arm that is defined on the command line; empty for other keys.

    >>> elements("+experiment.arms.wide=[model=rep,model.kernels=[3,5]]")
    ['model=rep', 'model.kernels=[3,5]']
    """
    found = re.fullmatch(r"\+*experiment\.arms\.[^=]+=\[(.+=.+)\]", override)
    return re.split(r",(?![^\[({]*[\])}])", found.group(1)) if found else []


def each_quoted(override: str) -> str:
    """Quote an override of a sweep for the shell, so that each value is taken literally.

    >>> print(each_quoted("data.train=写真,t"))
    "data.train='写真','t'"
    """
    key, _, values = override.partition("=")
    inner = ",".join("'" + value.replace("'", r"\'") + "'" for value in values.split(","))
    return f'"{key}={inner}"'
