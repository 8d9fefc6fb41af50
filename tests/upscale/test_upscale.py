import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf
from PIL import Image, ImageCms
from typer.testing import CliRunner

import shoal
from helpers.composing import composed, options
from helpers.networks import SMALL, stored
from shoal import pretrained
from shoal.cli import app
from shoal.cli.upscale import Kind, RuntimeName
from shoal.errors import UserError
from shoal.evaluation.protocols import PROTOCOLS
from shoal.models import weights
from shoal.models.profile import reach
from shoal.pictures import formats
from shoal.pictures.images import Picture, read
from shoal.upscale import graph, runtimes, tiles
from shoal.upscale.upscaler import Upscaler

NOISE = np.random.default_rng(0)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The weights of a small network at x2."""
    return stored(tmp_path_factory.mktemp("weights") / "small.safetensors", SMALL, 2)


@pytest.fixture(scope="module")
def upscaler(small):
    return shoal.load(small, runtime="torch")


def pixels(*shape, dtype=np.uint8):
    return NOISE.integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


def enlarged(small, *arguments):
    """What the command says of it: exit code, and all that it prints."""
    words = ["upscale", *map(str, arguments), "--weights", str(small), "--runtime", "torch"]
    result = CliRunner().invoke(app, words)
    if isinstance(result.exception, UserError):
        return 2, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def opened(path):
    with Image.open(path) as image:
        image.load()
        return image


# What a picture becomes.


def test_the_picture_is_the_one_that_the_rgb_protocol_scores(upscaler, small):
    network, _ = weights.load(small)
    hr = pixels(40, 56, 3)
    question = PROTOCOLS["rgb"].question(hr, 2)
    with torch.inference_mode():
        expected = PROTOCOLS["rgb"].answer(network(question.lr), question)
    from shoal.pictures.colour import luma
    from shoal.pictures.degrade import degrade

    assert torch.equal(luma(upscaler(degrade(hr, 2))), expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_type_and_channels_stay_and_each_depth_gives_the_same_picture(upscaler, dtype, channels):
    eight = pixels(9, 7, *channels)
    top = 1 / 255 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max // 255
    sr = upscaler((eight * np.asarray(top, dtype)).astype(dtype))
    assert sr.dtype == dtype
    assert sr.shape == (18, 14, *channels)
    assert np.abs(sr / top - upscaler(eight).astype(float)).max() <= 0.5 + 1e-3


def test_white_and_black_stay_in_range(upscaler):
    harsh = np.kron(NOISE.integers(0, 2, (6, 6)), np.ones((3, 3)))
    sr = upscaler(harsh)
    assert sr.min() == 0.0
    assert sr.max() == 1.0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pillow_images_of_every_mode_come_back_twice_as_large(upscaler, mode):
    kept = {"1": "L", "P": "RGB", "CMYK": "RGB"}.get(mode, mode)
    image = upscaler(Image.new(mode, (5, 4)))
    assert image.size == (10, 8)
    assert image.mode == kept


def test_what_is_no_picture_is_refused(upscaler):
    for wrong in (np.zeros((4, 4), np.int64), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4))):
        with pytest.raises(UserError, match="is no picture"):
            upscaler(wrong)


# Tiles.


@pytest.mark.parametrize("model", [model for model in options("model") if model != "bicubic"])
def test_tiles_are_cut_where_no_network_can_see_it(model):
    torch.manual_seed(0)
    network = instantiate(composed(f"model={model}", "scale=2").model).eval()
    sees = reach(network)
    network.double()  # so that nothing but the cut can differ

    @torch.inference_mode()
    def run(lr):
        return network(lr.double())

    whole, tiled = (Upscaler("m", 2, "torch", run, sees, side) for side in (999, 2 * sees + 9))
    strip = NOISE.random((3, 2 * sees + 20))
    for picture in (strip, strip.T):
        assert len(tiled.tiles(*picture.shape)) == 3
        assert np.abs(whole(picture) - tiled(picture)).max() < 1e-12


def test_tiles_give_the_whole_pictures_answer(small):
    whole, tiled = (shoal.load(small, runtime="torch", tile=side) for side in (99, 19))
    picture = NOISE.random((50, 41))
    assert len(tiled.tiles(50, 41)) > 9
    assert np.abs(whole(picture) - tiled(picture)).max() < 1e-6


def test_a_network_that_sees_everything_is_given_the_whole_picture():
    class Mean(torch.nn.Module):
        def forward(self, lr):
            return lr.repeat_interleave(2, 2).repeat_interleave(2, 3) * 0 + lr.mean()

    assert reach(Mean()) is None
    assert len(Upscaler("m", 2, "torch", Mean(), None, 16).tiles(90, 70)) == 1


@pytest.mark.parametrize(
    ("model", "pixels"), [("srcnn", 5), ("ees_fast", 2), ("eed_fast", 10), ("bicubic", 2)]
)
def test_reach_is_what_the_kernels_add_up_to(model, pixels):
    # SRCNN 9-5-5 at x3: 4 + 2 + 2 HR pixels, and 2 LR pixels of bicubic's: 8 + 6 + 1 over 3.
    # EED-fast: ten 3 x 3 layers at LR size.
    assert reach(instantiate(composed(f"model={model}", "scale=3").model)) == pixels


@pytest.mark.parametrize("size", [1, 5, 21, 22, 60, 61, 999])
def test_spans_cover_the_axis_once_and_keep_their_distance(size):
    cut = tiles.spans(size, 21, 10)
    assert [span.first for span in cut[1:]] == [span.last for span in cut[:-1]]
    assert (cut[0].first, cut[-1].last) == (0, size)
    assert len({span.stop - span.start for span in cut}) == 1
    for span in cut:
        assert span.start == 0 or span.first - span.start >= 10
        assert span.stop == size or span.stop - span.last >= 10


def test_less_free_memory_means_smaller_tiles(monkeypatch):
    network = instantiate(composed("model=eeds", "scale=2").model)
    ample = tiles.side_for(network, 10, None)
    monkeypatch.setattr(tiles, "free_memory", lambda: 64 << 20)
    assert 21 < tiles.side_for(network, 10, None) < ample
    with pytest.raises(UserError, match="--tile 20 is too small: this network needs at least 21"):
        tiles.side_for(network, 10, 20)


@pytest.mark.parametrize("size", [(1, 1), (20000, 1), (1, 70), (2, 3)])
def test_the_thinnest_pictures_work(small, tmp_path, size):
    Image.new("RGB", size, (9, 99, 200)).save(tmp_path / "thin.png")
    done = enlarged(small, tmp_path / "thin.png", "-o", tmp_path / "out", "--compare")
    assert done[0] == 0, done
    assert opened(tmp_path / "out" / "thin.png").size == (2 * size[0], 2 * size[1])


# The ensemble and the runtimes.


def test_the_ensemble_turns_with_the_picture(small):
    averaging = shoal.load(small, runtime="torch", ensemble=True)
    picture = NOISE.random((9, 14))
    for turn in (np.rot90, np.fliplr, np.transpose):
        assert np.abs(turn(averaging(picture)) - averaging(turn(picture))).max() < 1e-6
    assert np.abs(averaging(picture) - shoal.load(small, runtime="torch")(picture)).max() > 1e-4


@pytest.mark.parametrize("model", ["ees", "srcnn"])
def test_runtimes_agree(model, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path))
    cfg = composed(f"model={model}", "scale=2")
    path = stored(tmp_path / "w.safetensors", OmegaConf.to_container(cfg.model), 2)
    pictures = [NOISE.random(size) for size in ((13, 17), (1, 1), (30, 2))]
    expected = [shoal.load(path, runtime="torch")(picture) for picture in pictures]
    for runtime in runtimes.EXPORTED:
        upscaler = shoal.load(path, runtime=runtime)
        assert upscaler.runtime == runtime
        for picture, sr in zip(pictures, expected, strict=True):
            assert np.abs(upscaler(picture) - sr).max() < 1e-4
    assert len(list(tmp_path.glob("graphs/*.onnx"))) == 1
    assert shoal.load(path).runtime == "openvino"


def test_a_kept_graph_of_other_code_is_noticed_and_made_anew(small, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path))
    shoal.load(small, runtime="onnxruntime")
    (kept,) = tmp_path.glob("graphs/*.onnx")
    good = kept.read_bytes()
    other = instantiate(SMALL)
    kept.write_bytes(graph.graph(other.eval(), {}))
    picture = NOISE.random((8, 8))
    sr = shoal.load(small, runtime="onnxruntime")(picture)
    assert np.abs(sr - shoal.load(small, runtime="torch")(picture)).max() < 1e-4
    assert len(kept.read_bytes()) == len(good)


def test_a_runtime_that_is_not_installed_is_named_with_its_extra(small, monkeypatch):
    monkeypatch.setattr(graph, "find_spec", lambda package: None)
    with pytest.raises(UserError, match=r"openvino is not installed: pip install 'shoal\[openvin"):
        shoal.load(small, runtime="openvino")
    with pytest.raises(UserError, match=r"onnxruntime is not installed: .*'shoal\[onnx\]'"):
        shoal.load(small, runtime="onnxruntime")
    assert shoal.load(small).runtime == "torch"
    with pytest.raises(UserError, match="runtime cuda is unknown: choose one of auto, torch"):
        shoal.load(small, runtime="cuda")


# Files.


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *[(f"p.{suffix}", "RGB") for suffix in ("jpg", "png", "webp", "tif", "bmp")],
        *[(f"p.{suffix}", "L") for suffix in ("jpg", "png", "tif", "bmp")],
        *[(f"p.{suffix}", "RGBA") for suffix in ("png", "webp", "tif")],
        *[("p.png", "LA"), ("p.png", "P"), ("p.gif", "P"), ("p.jpg", "CMYK"), ("p.png", "1")],
    ],
)
def test_every_kind_of_picture_goes_in_and_png_comes_out(small, tmp_path, name, mode):
    image = Image.effect_noise((12, 10), 90).convert(mode)
    if "A" in mode:
        image.putalpha(100)
    image.save(tmp_path / name)
    assert enlarged(small, tmp_path / name, "-o", tmp_path / "out")[0] == 0
    written = opened(tmp_path / "out" / "p.png")
    kept = {"CMYK": "RGB", "1": "L", "P": "RGB"}.get(mode, mode)
    assert (written.format, written.size) == ("PNG", (24, 20))
    assert written.mode == kept


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_sixteen_bits_stay_sixteen(small, tmp_path, channels, name):
    if (channels, name) == (2, "deep.tif"):
        pytest.skip("Pillow reads no such TIFF")
    deep = pixels(11, 9, channels, dtype=np.uint16)
    colours, alpha = (deep[..., 0] if channels < 3 else deep[..., :3]), None
    if channels % 2 == 0:
        alpha = deep[..., -1]
    formats.write(tmp_path / name, Picture(colours, alpha))
    assert (read(tmp_path / name).pixels == colours).all()
    assert enlarged(small, tmp_path / name, "-o", tmp_path / "out" / name)[0] == 0
    sr = read(tmp_path / "out" / name)
    assert sr.pixels.dtype == np.uint16
    assert (sr.pixels == shoal.load(small, runtime="torch")(colours)).all()
    assert (sr.alpha is None) == (alpha is None)


def test_opacity_is_enlarged_and_full_opacity_stays_full(upscaler):
    picture = Picture(pixels(6, 8, 3), np.full((6, 8), 255, np.uint8))
    assert (upscaler.picture(picture).alpha == 255).all()


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif"])
def test_profile_and_exif_survive_and_the_orientation_is_applied_once(small, tmp_path, suffix):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6  # to be turned by 90 degrees
    exif.get_ifd(0x8769).update({0x9003: "2026:01:02 03:04:05", 0xA002: 16})
    source = tmp_path / "p.jpg"
    Image.effect_noise((16, 8), 50).convert("RGB").save(source, exif=exif, icc_profile=profile)
    target = tmp_path / f"out.{suffix}"
    assert enlarged(small, source, "-o", target)[0] == 0
    written = opened(target)
    tags = written.getexif()
    assert written.size == (16, 32)
    assert written.info["icc_profile"] == profile
    assert (tags[0x010F], tags.get(0x0112)) == ("Maker", None)
    inner = tags.get_ifd(0x8769)
    assert (inner[0x9003], inner[0xA002]) == ("2026:01:02 03:04:05", 16)


def test_a_tiff_files_layout_does_not_go_into_the_exif(small, tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    Image.new("RGB", (40, 30)).save(tmp_path / "p.tif", exif=exif)
    assert enlarged(small, tmp_path / "p.tif", "-o", tmp_path / "p.png")[0] == 0
    assert dict(opened(tmp_path / "p.png").getexif()) == {0x010F: "Maker"}


def test_the_format_is_what_the_name_or_the_option_says(small, tmp_path):
    Image.new("RGB", (6, 4)).save(tmp_path / "p.png")
    enlarged(small, tmp_path / "p.png", "-o", tmp_path / "q.webp")
    assert opened(tmp_path / "q.webp").format == "WEBP"
    enlarged(small, tmp_path / "p.png", "-o", tmp_path / "out", "--format", "jpg")
    assert opened(tmp_path / "out" / "p.jpg").format == "JPEG"
    code, told = enlarged(small, tmp_path / "p.png", "-o", tmp_path / "r.jpg", "--format", "png")
    assert (code, "r.jpg is no name for --format png" in told) == (2, True)


def test_sixteen_bits_become_eight_where_the_format_has_no_more(small, tmp_path):
    formats.write(tmp_path / "deep.png", Picture(np.full((4, 4, 3), 30000, np.uint16)))
    formats.write(tmp_path / "p.bmp", read(tmp_path / "deep.png"))
    assert read(tmp_path / "p.bmp").pixels.flatten().tolist() == [117] * 48  # 30000 / 257


def test_what_is_broken_is_named_and_skipped_and_the_rest_goes_on(small, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    frames = [Image.new("L", (3, 3), value) for value in (0, 255)]
    frames[0].save(folder / "animated.gif", save_all=True, append_images=frames[1:])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("no picture")
    Image.effect_noise((64, 64), 50).save(folder / "whole.png")
    (folder / "cut.png").write_bytes((folder / "whole.png").read_bytes()[:900])
    Image.new("L", (9, 7)).save(folder / "wrong.jpg", "PNG")
    code, told = enlarged(small, folder, "-o", tmp_path / "out")
    assert code == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["whole.png", "wrong.png"]
    for name in (
        "animated.gif: 2 frames",
        "empty.png: not a",
        "text.jpg: not a",
        "cut.png: broken",
    ):
        assert name in told
    assert "4 of 6 pictures were skipped" in told


def test_a_picture_bomb_is_skipped(small, tmp_path, monkeypatch):
    Image.new("L", (10, 10)).save(tmp_path / "bomb.png")
    monkeypatch.setenv("SHOAL_MAX_PIXELS", "99")
    code, told = enlarged(small, tmp_path / "bomb.png", "-o", tmp_path / "out")
    assert (code, "bomb.png: more than 99 pixels" in told) == (1, True)
    assert not (tmp_path / "out").exists()


def test_transparency_is_not_dropped_in_silence(small, tmp_path):
    Image.new("RGBA", (4, 4)).save(tmp_path / "p.png")
    code, told = enlarged(small, tmp_path / "p.png", "-o", tmp_path / "q.jpg")
    assert (code, "transparent, JPEG can't be: --format png" in told) == (1, True)


def test_what_can_not_be_written_leaves_nothing(small, tmp_path):
    Image.new("L", (9000, 1)).save(tmp_path / "long.png")  # WebP ends at 16,383 pixels
    code, told = enlarged(small, tmp_path / "long.png", "-o", tmp_path / "out" / "p.webp")
    assert (code, "p.webp can't be written" in told) == (1, True)
    assert list((tmp_path / "out").iterdir()) == []


def refusals(folder):
    """What is refused before any work: arguments and the line."""
    picture = folder / "a.png"
    return [
        ([folder / "absent.png"], "absent.png: no such picture or folder"),
        ([folder / "bare"], "bare has no picture in it"),
        ([picture, folder / "a.bmp"], "would both become"),
        ([picture, folder / "b.png", "-o", folder / "c.png"], "is one file, but 2 pictures go in"),
        ([picture, "-o", folder, "--force"], "would replace a picture that goes in"),
        ([folder / "b.png", "-o", folder / "there"], "is there already: add --force"),
        ([picture, "--scale", "3"], "enlarges by 2, not by 3"),
        ([picture, "--tile", "3"], "--tile 3 is too small"),
        ([picture, "--tile", "big"], "--tile big is neither auto nor a number"),
        ([picture, "--model", "eeds"], "--weights a file of yours: give one of them"),
    ]


@pytest.mark.parametrize("number", range(10))
def test_each_mistake_is_one_line_and_nothing_is_written(small, tmp_path, number):
    for name in ("a.png", "b.png", "a.bmp"):
        Image.new("L", (6, 6)).save(tmp_path / name)
    for folder in ("bare", "there"):
        (tmp_path / folder).mkdir()
    (tmp_path / "there" / "b.png").touch()
    arguments, line = refusals(tmp_path)[number]
    before = sorted(tmp_path.rglob("*"))
    if "-o" not in arguments:
        arguments += ["-o", tmp_path / "out"]
    code, told = enlarged(small, *arguments)
    assert (code, line in told, "\n" in told) == (2, True, False), told
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_can_not_be_read_is_named(small, tmp_path, monkeypatch):
    def denied(folder):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "iterdir", denied)
    assert enlarged(small, tmp_path) == (2, f"{tmp_path} can't be read (Permission denied)")


def test_with_force_a_file_is_replaced(small, tmp_path):
    Image.new("L", (6, 6)).save(tmp_path / "a.png")
    (tmp_path / "b.png").touch()
    assert enlarged(small, tmp_path / "a.png", "-o", tmp_path / "b.png", "--force")[0] == 0
    assert opened(tmp_path / "b.png").size == (12, 12)


def test_the_comparison_shows_what_both_wrote(small, tmp_path):
    Image.effect_noise((60, 60), 90).convert("RGB").save(tmp_path / "p.png")
    assert enlarged(small, tmp_path / "p.png", "-o", tmp_path / "out", "--compare")[0] == 0
    sheet = read(tmp_path / "out" / "p-compare.png").pixels
    sr = read(tmp_path / "out" / "p.png").pixels
    # 120 pixels fit as they are; the detail, all of them four-fold, makes the column wider.
    left, right = (sheet[40:160, x : x + 120] for x in (24, 24 + 480 + 24))
    assert (right == sr).all(axis=-1).mean() > 0.9  # all but the frame
    assert (left == sr).all(axis=-1).mean() < 0.9
    assert (sheet[201:681:4, 529:1009:4] == sr).all()


# Which weights.


def test_names_come_from_what_ships(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained, "FOLDER", tmp_path)
    with pytest.raises(UserError, match=r"no weights of any model at scale 2 ship \(none do\)"):
        shoal.load()
    stored(tmp_path / "eeds-x2.safetensors", SMALL, 2)
    stored(tmp_path / "eeds-x3.safetensors", SMALL, 3)
    assert pretrained.find(None, 3).name == "eeds-x3.safetensors"
    stored(tmp_path / "eeds_fast-x2.safetensors", SMALL, 2)
    assert pretrained.find(None, 2).name == "eeds_fast-x2.safetensors"
    assert pretrained.find("eeds", 2).name == "eeds-x2.safetensors"
    with pytest.raises(UserError, match=r"no weights of eedz at scale 2 ship.*eeds_fast x2"):
        shoal.load("eedz")
    with pytest.raises(UserError, match="no weights of eeds at scale 5 ship"):
        shoal.load("eeds", scale=5)


def test_every_file_that_ships_is_the_network_that_its_name_says():
    for (model, scale), path in pretrained.shipped().items():
        _, facts = weights.load(path)
        assert (facts["name"], facts["scale"]) == (model, scale)


def test_the_command_line_offers_what_there_is():
    assert [kind.value for kind in Kind] == list(formats.FORMATS)
    assert [name.value for name in RuntimeName] == list(runtimes.NAMES)


def test_importing_the_package_stays_instant():
    script = "import shoal, sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
    assert callable(shoal.load)


@pytest.mark.slow
def test_six_megapixels_at_x2_stay_below_one_and_a_half_gigabytes(tmp_path):
    model = OmegaConf.to_container(composed("model=eeds_fast", "scale=2").model)
    path = stored(tmp_path / "w.safetensors", model, 2)
    Image.effect_noise((3000, 2000), 40).convert("RGB").save(tmp_path / "big.jpg")
    command = "import sys; from shoal.cli import main; main()"
    words = ["upscale", tmp_path / "big.jpg", "-o", tmp_path / "out", "--weights", path]
    child = os.spawnv(
        os.P_NOWAIT, sys.executable, [sys.executable, "-c", command, *map(str, words)]
    )
    _, status, usage = os.wait4(child, 0)
    assert status == 0
    assert usage.ru_maxrss < 1.5e6  # KiB
