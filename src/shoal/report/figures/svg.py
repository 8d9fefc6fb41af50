"""Shortens Matplotlib's SVG to a little more than half of its bytes, for the same picture."""

import re
from collections import Counter

STYLE = re.compile(rb' style="([^"]*)"')
NAMES = re.compile(rb'((?:xlink:href="#|url\(#| id="))([^")]*)')
TAG = re.compile(rb"<[^>]*>")
LONG = re.compile(rb"\b\d+\.\d{3,}")
GROUPS = re.compile(rb"(<g[^>]*>|</g>)\n?")
UPRIGHT = re.compile(rb' transform="rotate\(-?0[ )][^"]*"')
# Windows and macOS lack DejaVu; Verdana's letters are as wide.
FONT = (b"'DejaVu Sans'", b"'DejaVu Sans', Verdana, sans-serif")


def shortened(svg: bytes) -> bytes:
    """The same picture without anything that can't be seen.

    This removes metadata, indentation, groups without attributes, rotations by 0 degrees, and
    digits below a hundredth of a point.

    Args:
        svg: as Matplotlib writes it.
    """
    svg = re.sub(rb"<metadata>.*?</metadata>\n", b"", svg, flags=re.DOTALL)
    svg = re.sub(rb'<g id="[^"]*"', b"<g", re.sub(rb"\n *", b"\n", svg))
    svg = TAG.sub(lambda tag: LONG.sub(_rounded, tag[0]), svg)  # numbers in text stay
    svg = re.sub(rb' d="[^"]*"', lambda path: re.sub(rb"\s*([A-Zz])\s*", rb"\1", path[0]), svg)
    return _classed(_renamed(_ungrouped(UPRIGHT.sub(b"", svg.replace(*FONT)))))


def _rounded(number: re.Match[bytes]) -> bytes:
    return (b"%.2f" % float(number[0])).rstrip(b"0").rstrip(b".")


def _ungrouped(svg: bytes) -> bytes:
    """Remove groups that have no attributes or no content."""
    open_groups: list[bool] = []

    def kept(found: re.Match[bytes]) -> bytes:
        if found[1] == b"</g>":
            return found[0] if open_groups.pop() else b""
        if found[1].endswith(b"/>"):  # an empty one, e.g. a legend's without entries
            return b""
        open_groups.append(found[1] != b"<g>")
        return found[0] if open_groups[-1] else b""

    return GROUPS.sub(kept, svg)


def _classed(svg: bytes) -> bytes:
    """Turn styles that several elements share into CSS rules."""
    often = [style for style, count in Counter(STYLE.findall(svg)).items() if count > 1]
    classes = {style: b"s%d" % i for i, style in enumerate(often)}

    def named(found: re.Match[bytes]) -> bytes:
        return b' class="%s"' % classes[found[1]] if found[1] in classes else found[0]

    rules = b"".join(b"\n.%s{%s}" % (name, style) for style, name in classes.items())
    return STYLE.sub(named, svg).replace(b"</style>", rules + b"</style>", 1)


def _renamed(svg: bytes) -> bytes:
    """Shorten the ids of elements that are drawn several times."""
    given = dict.fromkeys(re.findall(rb' id="([^"]*)"', svg))
    names = {name: b"i%d" % i for i, name in enumerate(given)}
    return NAMES.sub(lambda found: found[1] + names.get(found[2], found[2]), svg)
