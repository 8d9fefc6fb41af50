"""The page, in a browser."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.browser import CHROMIUM, Browser
from helpers.made_up import MadeUp, study_of
from shoal import results
from shoal.report.folder import write_report


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    made = MadeUp(samples=True)
    made.diverged = {made.run_id("dcnn", 3, 1): 900}
    return write_report(study_of(made, folder / "runs"), folder) / "index.html"


def test_the_page_names_no_other_place(page: Path) -> None:
    text = page.read_text().replace("http://www.w3.org/2000/svg", "")  # a name, not an address
    assert not re.findall(
        r"https?://|url\((?!#)|@import|<link(?! rel=\"icon\" href=\"data:,\")", text
    )


def test_labels_are_text_not_markup(tmp_path: Path) -> None:
    arms = {"bicubic": "bicubic", "<i>&": "eed"}
    made = MadeUp(arms=arms, levels={"bicubic": 30.0, "<i>&": 31.0})
    made.write(tmp_path / "runs")
    study = results.load(tmp_path / "runs", "ablation")
    text = (write_report(study, tmp_path) / "index.html").read_text()
    assert "<i>" not in text
    assert html.escape("<i>&") in text


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("needs a Chromium: apt-get install chromium")
    with Browser(tmp_path / "profile") as browser:
        yield browser


def column(browser: Browser, index: int) -> list[str]:
    cells = (
        f"[...document.querySelectorAll('#scores tbody tr')].map(r => r.cells[{index}].innerText)"
    )
    return [text.strip() for text in browser.run(cells)]


def test_the_page_opens_from_a_file_without_a_complaint_or_a_request(
    browser: Browser, page: Path
) -> None:
    for dark in (False, True):
        browser.open(page, dark=dark)
        assert browser.run("document.querySelectorAll('#scores tbody tr').length") == 6
    assert browser.complaints == []
    assert {url.partition(":")[0] for url in browser.requests} <= {"file", "data"}


def test_the_page_is_light_and_dark(browser: Browser, page: Path) -> None:
    shades = []
    for dark in (False, True):
        browser.open(page, dark=dark)
        colour = browser.run("getComputedStyle(document.body).backgroundColor")
        shades.append(sum(map(int, re.findall(r"\d+", colour)[:3])))
    assert shades[0] > 700 > 100 > shades[1]


def test_a_click_on_a_head_sorts_and_another_turns_it(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert column(browser, 0) == ["bicubic", "ees", "eed", "eeds", "dcnn", "dscnn"]
    browser.click("#scores th:nth-child(3) button")
    scores = [float(text.split()[0]) for text in column(browser, 2)]
    assert scores == sorted(scores, reverse=True)
    assert column(browser, 0)[0] == "eeds"
    browser.click("#scores th:nth-child(3) button")
    assert column(browser, 0)[0] == "bicubic"
    # dead channels: bicubic has none to speak of and stays last either way
    for _ in range(2):
        browser.click("#scores th:last-child button")
        assert column(browser, 0)[-1] == "bicubic"
    assert browser.complaints == []


def test_hovering_tells_values_on_every_axis(browser: Browser, page: Path) -> None:
    browser.open(page)
    for axis in ("step", "seconds", "macs"):
        browser.click(f"[data-axis={axis}]")
        x, y = browser.centre("[data-convergence] svg[role=img]")
        browser.mouse("mouseMoved", x, y)
        tip = browser.run("document.querySelector('[data-convergence] .tip').innerText")
        assert re.search(r"step \d+", tip)
        assert re.search(r"eeds\s+\d\d\.\d\d \(\d\d\.\d\d to \d\d\.\d\d\) dB", tip)
        assert "MACs" in tip
    browser.mouse("mouseMoved", 2, 2)
    assert browser.run("document.querySelector('[data-convergence] .tip').hidden")
    assert browser.complaints == []


def test_the_curves_are_the_table_s_arms_and_can_be_hidden(browser: Browser, page: Path) -> None:
    browser.open(page)
    lines = "[...document.querySelectorAll('[data-convergence] [data-series]')]"
    drawn = f"{lines}.map(line => line.dataset.series)"
    arms = ["ees", "eed", "eeds", "dcnn", "dscnn"]
    assert browser.run(drawn) == [*arms, "dcnn"]  # and the run that diverged
    thin = "[...document.querySelectorAll('[data-seed-of]')].map(line => line.dataset.seedOf)"
    seeds = {"ees": 3, "eed": 3, "eeds": 3, "dcnn": 2, "dscnn": 3}
    assert Counter(browser.run(thin)) == seeds
    browser.click("[data-convergence] [data-arm=dcnn]")
    assert browser.run(drawn) == [arm for arm in arms if arm != "dcnn"]
    browser.click("[data-convergence] [data-arm=dcnn]")
    assert browser.run(drawn) == [*arms, "dcnn"]


def test_the_slider_follows_the_pointer_and_pictures_change(browser: Browser, page: Path) -> None:
    browser.open(page)
    at = "parseFloat(document.querySelector('.compare').style.getPropertyValue('--at'))"
    clip = "getComputedStyle(document.querySelector('.compare .over')).clipPath"
    assert browser.run(at) == 50
    x, y = browser.centre(".compare")
    width = browser.run("document.querySelector('.compare').getBoundingClientRect().width")
    browser.mouse("mousePressed", x, y, held=True)
    browser.mouse("mouseMoved", x + width / 4, y, held=True)
    browser.mouse("mouseReleased", x + width / 4, y)
    assert browser.run(at) == pytest.approx(75, abs=4)
    assert re.search(r"inset\(0(px)? 0(px)? 0(px)? 7\d", browser.run(clip))
    source = "document.querySelector('.compare .over').src"
    assert browser.run("document.querySelector('.compare .right').innerText").startswith("eeds 3")
    before = browser.run(source)
    browser.run(
        "const s = document.querySelector('select[name=right]');"
        "s.value = 'HR'; s.dispatchEvent(new Event('change'))"
    )
    assert browser.run(source) != before
    loaded = "[...document.querySelectorAll('.compare img')].every(i => i.naturalWidth === 96)"
    assert browser.run(loaded)
    assert browser.complaints == []


def test_the_page_fits_a_telephone(browser: Browser, page: Path) -> None:
    browser.open(page, width=390, height=800)
    assert browser.run("document.documentElement.scrollWidth") <= 390


def test_logarithmic_axes_have_as_many_ticks_as_are_readable(browser: Browser, page: Path) -> None:
    """A dead branch's energy is 1e-35."""
    browser.open(page)
    for low in (1e-35, 1e-9, 1e-3, 0.5, 0.99):
        ticks = browser.run(f"logTicks({low}, 1)")
        assert 1 <= len(ticks) <= 9, (low, ticks)
        assert all(low <= tick <= 1.001 for tick in ticks)
    assert browser.run("logTicks(1, 1)") == [1]
