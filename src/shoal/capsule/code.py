"""The user's own code that a study's runs used, kept below `code/`, ready for PYTHONPATH.

This code is only read, never imported, neither when it is packed nor when it is verified.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from shoal.capsule.configs import Row
from shoal.system.code import source

FOLDER = "code"


def made_of(rows: Sequence[Row]) -> dict[str, set[str]]:
    """The digests that each of the user's own modules had in the runs.

    >>> made_of([{"code/mine": "1a"}, {"code/mine": "2b"}, {"code/mine": ""}]) == {
    ...     "mine": {"1a", "2b"}
    ... }
    True
    """
    found: dict[str, set[str]] = {}
    for row in rows:
        for column, digest in row.items():
            folder, slash, module = column.partition("/")
            if folder == FOLDER and slash and digest:
                found.setdefault(module, set()).add(digest)
    return found


def sources(rows: Sequence[Row]) -> dict[str, bytes]:
    """The files of those modules that exist here with a digest that some run recorded."""
    found: dict[str, bytes] = {}
    for module, digests in made_of(rows).items():
        path = source(module)
        content = path.read_bytes() if path is not None and path.suffix == ".py" else b""
        if path is not None and hashlib.sha256(content).hexdigest() in digests:
            found[file_of(module, path)] = content
    return found


def file_of(module: str, path: Path) -> str:
    """The name of a module's file in a capsule.

    >>> file_of("nets", Path("mine/nets/__init__.py")), file_of("nets.deep", Path("deep.py"))
    ('code/nets/__init__.py', 'code/nets/deep.py')
    """
    inside = "/__init__.py" if path.stem == "__init__" else ".py"
    return f"{FOLDER}/{module.replace('.', '/')}{inside}"


def module_of(name: str) -> str:
    """The module of a file in a capsule.

    >>> module_of("code/nets/__init__.py"), module_of("code/nets/deep.py")
    ('nets', 'nets.deep')
    """
    parts = PurePosixPath(name).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1:] == ("__init__",) else parts)


def faults(rows: Sequence[Row], files: Mapping[str, bytes]) -> Iterator[str]:
    """Faults: the files below `code/` that no run used."""
    known = made_of(rows)
    for name, content in files.items():
        if not name.startswith(f"{FOLDER}/"):
            continue
        digests = known.get(module_of(name), set()) if name.endswith(".py") else set()
        if hashlib.sha256(content).hexdigest() not in digests:
            yield f"{name} is no code that its runs were made of"


def lacking(rows: Sequence[Row], files: Mapping[str, bytes]) -> list[str]:
    """The modules and installed packages of which the capsule lacks a version that a run used."""
    inside = {
        (module_of(name), hashlib.sha256(content).hexdigest())
        for name, content in files.items()
        if name.startswith(f"{FOLDER}/")
    }
    return [
        module
        for module, digests in sorted(made_of(rows).items())
        if not all((module, digest) in inside for digest in digests)
    ]
