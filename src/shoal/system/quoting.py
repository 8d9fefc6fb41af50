"""Overrides as they are typed, so that the shell and Hydra's grammar take their values as meant."""

import re

# What a shell reads within double quotes.
READ_BY_SHELLS = re.compile(r'["$`\\!]')


def quoted(override: str) -> str:
    r"""An override whose value is taken as it stands, as a shell takes it.

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
    """The overrides that an arm is made of, where one is said on the command line; else none.

    >>> elements("+experiment.arms.wide=[model=rep,model.kernels=[3,5]]")
    ['model=rep', 'model.kernels=[3,5]']
    """
    found = re.fullmatch(r"\+*experiment\.arms\.[^=]+=\[(.+=.+)\]", override)
    return re.split(r",(?![^\[({]*[\])}])", found.group(1)) if found else []


def each_quoted(override: str) -> str:
    """An override of a sweep, each of whose values is taken as it stands.

    >>> print(each_quoted("data.train=写真,t"))
    "data.train='写真','t'"
    """
    key, _, values = override.partition("=")
    inner = ",".join("'" + value.replace("'", r"\'") + "'" for value in values.split(","))
    return f'"{key}={inner}"'
