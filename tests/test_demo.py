"""The page that enlarges in a browser, built and tried in Chromium: `make demo`."""

import base64
import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image
from skimage import data

import shoal
from helpers.browser import CHROMIUM, Browser
from helpers.composing import ROOT

pytestmark = pytest.mark.slow
PAGE = ROOT / "docs" / "demo"


def once(condition: str, answer: str = "true") -> str:
    """A promise of an answer, given in the frame in which something is so."""
    return f"""new Promise((resolve) => {{
      const look = () => ({condition}) ? resolve({answer}) : requestAnimationFrame(look);
      look();
    }})"""


STATUS = 'document.querySelector("#status")'
READY = once("document.body.dataset.ready")
WORKING = once('!document.querySelector("#progress").hidden')
DONE = once(
    f'document.body.dataset.done || {STATUS}.matches(".wrong")',
    f"Number(document.body.dataset.done) || {STATUS}.innerText",
)


class Files(SimpleHTTPRequestHandler):
    """As `python -m http.server` answers, without a log."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The built page, served by what serves nothing but files."""
    for name, found in (("chromium", CHROMIUM), ("npm", shutil.which("npm"))):
        if not found:
            pytest.skip(f"needs {name}: apt-get install {name}")
    subprocess.run([sys.executable, ROOT / "tools" / "make_demo.py"], check=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(PAGE)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser(address: str, tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile") as browser:
        browser.open(address)
        browser.wait(READY)
        yield browser


def drop(browser: Browser, image: Image.Image, name: str = "p.png") -> None:
    """Drop a picture onto the page, as a hand would."""
    file = io.BytesIO()
    kind = name.rpartition(".")[2]
    image.save(file, kind)
    content = base64.b64encode(file.getvalue()).decode()
    browser.run(f"""(() => {{
      const bytes = Uint8Array.from(atob("{content}"), (each) => each.charCodeAt(0));
      const held = new DataTransfer();
      held.items.add(new File([bytes], "{name}", {{type: "image/{kind}"}}));
      const what = {{dataTransfer: held, bubbles: true, cancelable: true}};
      document.querySelector("#drop").dispatchEvent(new DragEvent("drop", what));
    }})()""")


def saved(browser: Browser, folder: Path) -> Image.Image:
    """The picture that the page's button saves."""
    folder.mkdir()
    with Image.open(browser.download("#save", folder)) as image:
        image.load()
        return image


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_what_the_page_saves_is_what_upscale_makes_within_one_level(
    browser: Browser, tmp_path: Path, scale: int
) -> None:
    # Larger than a tile each way, of odd sizes; colour noise is the hardest picture.
    photo = data.coffee()[60:297, 130:471].copy()
    photo[:40, :60] = np.random.default_rng(0).integers(0, 256, (40, 60, 3))
    browser.run(f"document.querySelector('[name=scale][value=\"{scale}\"]').click()")
    drop(browser, Image.fromarray(photo))
    assert isinstance(browser.wait(DONE), float | int)
    image = saved(browser, tmp_path / "saved")
    assert Path(image.filename).name == f"p_x{scale}.png"
    off = np.abs(np.asarray(image.convert("RGB"), int) - shoal.load(scale=scale)(photo))
    assert off.max() <= 1
    assert (off == 0).mean() > 0.99


def on(ground: int, pixels: np.ndarray) -> np.ndarray:
    """What an RGBA picture shows on a ground of grey."""
    alpha = pixels[..., 3:] / 255
    shown = pixels[..., :3] * alpha + ground * (1 - alpha)
    return np.floor(shown + 0.5).astype(np.uint8)


def test_transparent_pictures_show_on_every_ground_what_upscale_makes_of_it_there(
    browser: Browser, tmp_path: Path
) -> None:
    rows, columns = np.mgrid[:120, :210]
    away = np.hypot(rows - 60, columns - 100)
    soft = (255 * np.clip((50 - away) / 9, 0, 1)).round().astype(np.uint8)
    logo = np.dstack([data.coffee()[:120, :210], soft])
    logo[soft == 0, :3] = np.random.default_rng(0).integers(0, 256, 3)  # what nobody sees
    drop(browser, Image.fromarray(logo))
    assert browser.wait(DONE) > 0
    made = np.asarray(saved(browser, tmp_path / "saved"))
    assert made.shape == (240, 420, 4)
    assert (made[away.repeat(2, 0).repeat(2, 1) > 60, 3] == 0).all()
    upscaler = shoal.load(scale=2)
    for ground in (0, 255):
        off = on(ground, made).astype(int) - upscaler(on(ground, logo))
        assert (np.abs(off) > 1).mean() < 0.003
        assert np.sqrt((off**2).mean()) < 1


def test_nothing_is_asked_of_elsewhere_and_nothing_complains(
    browser: Browser, address: str
) -> None:
    browser.click("#sample")
    assert browser.wait(DONE) > 0
    assert not browser.complaints
    assert browser.requests
    assert all(each.startswith((address, "blob:", "data:")) for each in browser.requests)


def test_the_page_stays_alive_while_a_megapixel_is_enlarged(browser: Browser) -> None:
    photo = Image.fromarray(data.astronaut()).resize((1224, 816), Image.Resampling.BICUBIC)
    browser.run("""
      window.longest = 0;
      let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        window.longest = Math.max(window.longest, now - last);
        last = now;
      }, 10);
    """)
    drop(browser, photo, "photo.jpeg")
    assert browser.wait(WORKING)
    seconds = browser.wait(DONE)
    assert browser.run("document.querySelector('#progress').value") == 1
    longest = browser.run("window.longest")
    print(f"1 megapixel x2: {seconds:.1f} s, the page's longest pause {longest:.0f} ms")
    assert longest < 1000 * seconds / 4  # it would be all of them without workers


def test_what_is_no_picture_is_said_and_a_larger_factor_begins_anew(browser: Browser) -> None:
    browser.run("""(() => {
      const held = new DataTransfer();
      held.items.add(new File(["no"], "no.png", {type: "image/png"}));
      window.dispatchEvent(new DragEvent("drop", {dataTransfer: held, cancelable: true}));
    })()""")
    assert browser.wait(DONE) == "no.png is no picture that this browser can read."
    browser.click("#sample")
    browser.run("document.querySelector('[name=scale][value=\"3\"]').click()")
    wide = 'document.querySelector("#after").width'
    assert browser.wait(once("document.body.dataset.done", wide)) == 3 * 450
