"""What is left out of an SVG, and that it draws the same."""

import io
import re
from xml.etree import ElementTree

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from shoal.report.figures.canvas import drawing
from shoal.report.figures.svg import shortened

NAME = "{http://www.w3.org/1999/xlink}href"


def drawn() -> bytes:
    buffer = io.BytesIO()
    with drawing():
        figure = Figure()
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        axes.plot([0, 1, 2, 3], [0.1, 1 / 3, 2, 0], marker="o", label="a line")
        axes.plot([0, 3], [1, 1], "--", label="lr=0.0003")
        axes.plot([x / 20 for x in range(60)], [x / 30 for x in range(60)], "s")
        axes.set_ylabel("upwards", rotation=90)
        axes.legend()
        figure.legend([], [])  # a group with nothing in it
        figure.savefig(buffer, format="svg")
    return buffer.getvalue()


def looks(svg: bytes) -> list[tuple[str, dict[str, str], list[str]]]:
    """Of each element that is drawn: its kind, its style and its numbers, to a hundredth."""
    tree = ElementTree.fromstring(svg)
    rules = dict(re.findall(r"\.(s\d+)\{([^}]*)\}", svg.decode()))
    shapes = {each.get("id"): each for each in tree.iter() if each.get("id")}
    found = []
    for each in tree.iter():
        kind = each.tag.rpartition("}")[2]
        if kind not in ("path", "use", "rect", "text"):
            continue
        style = each.get("style") or rules.get(each.get("class", ""), "")
        style = style.replace(", Verdana, sans-serif", "")
        target = shapes[each.attrib[NAME][1:]] if NAME in each.attrib else each
        turn = each.get("transform", "").removeprefix("rotate(-0 ")
        turned = turn if turn.startswith("rotate") else ""
        text = " ".join([target.get("d", ""), each.get("x", ""), each.get("y", ""), turned])
        numbers = [f"{round(float(n), 2):.2f}" for n in re.findall(r"-?\d+\.?\d*", text)]
        found.append((kind + (each.text or ""), style, numbers))
    return found


def test_a_shortened_picture_draws_the_same_elements_in_the_same_styles() -> None:
    whole = drawn()
    short = shortened(whole)
    assert looks(short) == looks(whole)
    assert len(looks(short)) > 100
    assert len(short) < 0.75 * len(whole)
    assert b"<g>" not in short


def test_words_are_words_and_have_a_font_where_ours_is_missing() -> None:
    short = shortened(drawn())
    assert b">a line</text>" in short
    assert b">lr=0.0003</text>" in short
    assert re.search(rb'transform="rotate\(-90 [^"]*">upwards</text>', short)
    fonts = re.findall(rb"font-family: ([^;}]*)", short)
    assert set(fonts) == {b"'DejaVu Sans', Verdana, sans-serif"}


def test_every_name_that_a_shortened_picture_uses_is_given_once() -> None:
    short = shortened(drawn()).decode()
    given = re.findall(r' id="([^"]*)"', short)
    assert len(given) == len(set(given))
    used = re.findall(r'(?:xlink:href="#|url\(#)([^")]*)', short)
    assert set(used) == set(given)
