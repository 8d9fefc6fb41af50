"""A network of three channels from its config to the pictures that it enlarges."""

import numpy as np
import onnx
import pytest
import torch
from PIL import Image

import shoal
from helpers.composing import configured
from shoal.errors import UserError
from shoal.models import weights
from shoal.models.flat import flat
from shoal.models.profile import reach
from shoal.pictures.degrade import degrade
from shoal.pictures.images import Picture, read
from shoal.runs.verify import problems
from shoal.training.run import train
from shoal.upscale import kept
from shoal.upscale.runtimes import EXPORTED


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with colour photographs, one of them grey, to train on and to be scored on."""
    place, random = tmp_path_factory.mktemp("rgb"), np.random.default_rng(0)
    (place / "photos").mkdir()
    for number in range(3):
        pixels = random.integers(0, 256, (12, 15, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((60, 49), Image.Resampling.BICUBIC)
        image.convert("L" if number == 1 else "RGB").save(place / "photos" / f"{number}.png")
    return place


@pytest.fixture(scope="module")
def config(place):
    """Configs of runs of four steps on them, at x2."""

    def config(*overrides):
        pictures = [f"data.{role}={place / 'photos'}" for role in ("train", "val", "test")]
        paths = (f"paths.runs={place / 'runs'}", f"paths.cache={place / 'cache'}", "logger=none")
        length = ("budget=smoke", "budget.max_steps=4", "budget.val_every=2", "trainer=cpu")
        every = ("budget.val_pictures=null", "budget.test_pictures=null", "scale=2")
        rgb = ("model=eeds_fast", "model.channels=3", "protocol=rgb")
        return configured("data=folder", *pictures, *paths, *length, *every, *rgb, *overrides)

    return config


@pytest.fixture(scope="module")
def run(config):
    return train(config(), "python train.py")


def test_the_record_is_whole_and_the_curve_ends_in_the_scores(run, place):
    record, curve = run.record(), run.rows("curve.csv")
    assert record["parameters"] == 79_420
    assert record["scores"]["photos"]["rgb"]["psnr"] == pytest.approx(
        record["val"]["final_psnr"], abs=1e-9
    )
    assert all(row["val/psnr_shallow"] and row["deep/high"] for row in curve)
    assert record["seconds_per_megapixel"] > 0
    assert read(run.samples / "photos-0-sr.png").pixels.ndim == 3
    assert list(problems(run, place, trust=False)) == []


def test_its_weights_say_that_it_maps_rgb(run):
    network, facts = weights.load(run.weights)
    assert (facts["model"]["channels"], network.channels) == (3, 3)
    assert network(torch.rand(1, 3, 5, 4)).shape == (1, 3, 10, 8)


def test_what_it_enlarges_is_what_its_network_answers_made_flat(run, place):
    enlarge = shoal.load(run.path, runtime="torch")
    network, _ = weights.load(run.weights)
    network = flat(network.eval(), reach(network))
    colours = 0
    for path in (place / "photos").iterdir():
        lr = degrade(read(path).pixels, 2)
        sr = enlarge.picture(Picture(lr)).pixels
        assert sr.ndim == lr.ndim  # grey stays grey
        if lr.ndim == 3:
            colours += 1
            with torch.inference_mode():
                answer = network(torch.from_numpy(lr / 255).permute(2, 0, 1)[None].float())
            levels = answer[0].permute(1, 2, 0).clamp(0, 1).numpy() * 255
            assert np.abs(sr - levels).max() <= 0.5 + 1e-3
    assert colours


def test_every_engine_agrees_and_its_graph_takes_three_channels(run, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path))
    lr = np.random.default_rng(0).random((13, 17, 3))
    sr = shoal.load(run.path, runtime="torch", tile=40)(lr)
    for runtime in EXPORTED:
        assert np.abs(shoal.load(run.path, runtime=runtime)(lr) - sr).max() < 1e-4
    (place,) = tmp_path.glob("graphs/*")
    (size,) = onnx.load_from_string(kept.read(place).onnx).graph.input
    assert [d.dim_value for d in size.type.tensor_type.shape.dim][:2] == [1, 3]


def test_alpha_and_sixteen_bits_come_out_as_of_luma(run):
    enlarge, random = shoal.load(run.path, runtime="torch"), np.random.default_rng(0)
    eight = random.integers(0, 256, (9, 7, 3), dtype=np.uint8)
    deep = enlarge(eight.astype(np.uint16) * 257)
    assert np.abs(deep / 257 - enlarge(eight).astype(float)).max() <= 0.5 + 1e-3
    opaque = Picture(eight, np.full((9, 7), 255, np.uint8))
    assert (enlarge.picture(opaque).alpha == 255).all()


def test_a_finished_run_is_scored_on_more_pictures(run, config, place, capsys):
    (place / "more").mkdir()
    Image.open(place / "photos" / "2.png").save(place / "more" / "2.png")
    again = train(config(f"data.test={place / 'more'}"), "python train.py")
    assert again.id == run.id
    means = again.record()["scores"]
    rows = {row["image"]: row for row in again.rows("scores.csv") if row["dataset"] == "photos"}
    assert means["more"]["rgb"]["psnr"] == float(rows["2"]["psnr"])
    assert f"{run.id} is finished: reused" in capsys.readouterr().out


def test_what_classic_can_not_score_begins_no_run(config):
    with pytest.raises(UserError, match="maps RGB, and protocol=classic scores luma networks"):
        config("protocol=classic")
