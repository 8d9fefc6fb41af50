"""Networks as other programs take them: RGB in ONNX, and the layout of the Hugging Face hub."""

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import onnx
import onnxruntime
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

import shoal
from helpers.enlarging import pixels
from shoal.cli import app
from shoal.errors import UserError
from shoal.pictures.levels import rounded
from shoal.upscale.export import export


@pytest.fixture(scope="module")
def graph(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nets")
    target = export(small, folder, kind="onnx-rgb")
    assert target == folder / "small-x2-rgb.onnx"
    return target


def test_rgb_goes_in_and_out_and_equals_upscale_within_one_level(graph, upscaler):
    session = onnxruntime.InferenceSession(graph)
    for size in ((1, 1), (9, 14), (30, 21)):
        lr = pixels(*size, 3)
        given = np.moveaxis(lr, -1, 0)[None].astype(np.float32) / 255
        (sr,) = session.run(None, {"lr": given})
        assert sr.min() >= 0
        assert sr.max() <= 1
        levels = rounded(np.moveaxis(sr[0], 0, -1).astype(np.float64) * 255)
        off = np.abs(levels - upscaler(lr))
        assert off.max() <= 1
        assert (off == 0).mean() > 0.99


def test_chainner_and_its_kind_can_tell_channels_and_scale(graph):
    # One tensor in, one out, channels second and fixed, floats; sizes follow from those put in.
    model = onnx.load(graph)
    assert model.ir_version <= 8
    assert [each.version for each in model.opset_import if not each.domain] == [18]
    ((given,), (made,)) = model.graph.input, model.graph.output
    shapes = [
        [dim.dim_param or dim.dim_value for dim in each.type.tensor_type.shape.dim]
        for each in (given, made)
    ]
    assert [shape[:2] for shape in shapes] == [[1, 3], [1, 3]]
    assert all(isinstance(side, str) for shape in shapes for side in shape[2:])
    assert given.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    for dim, size in zip(given.type.tensor_type.shape.dim[2:], (16, 16), strict=True):
        dim.dim_value = size
    for dim in made.type.tensor_type.shape.dim[2:]:
        dim.Clear()
    (found,) = onnx.shape_inference.infer_shapes(model, data_prop=True).graph.output
    assert [dim.dim_value for dim in found.type.tensor_type.shape.dim] == [1, 3, 32, 32]


def test_the_hubs_folder_has_weights_config_and_a_card_and_loads(small, tmp_path, upscaler):
    folder = export(small, tmp_path / "hub", kind="hub")
    assert sorted(path.name for path in folder.iterdir()) == [
        *("README.md", "config.json", "model.safetensors")
    ]
    config = json.loads((folder / "config.json").read_text())
    assert (config["model_type"], config["scale"]) == ("shoal", 2)
    _, block, text = (folder / "README.md").read_text().split("---\n", 2)
    about = yaml.safe_load(block)
    assert (about["library_name"], about["pipeline_tag"]) == ("shoal", "image-to-image")
    assert "# small x2" in text
    lr = pixels(9, 7, 3)
    assert np.array_equal(shoal.load(folder, runtime="torch")(lr), upscaler(lr))
    with pytest.raises(UserError, match=r"model\.safetensors is there already: add --force"):
        export(small, folder, kind="hub")


def test_a_runs_scores_are_told_on_the_card(small, tmp_path):
    run = tmp_path / "small-x2-s0"
    run.mkdir()
    (run / "weights.safetensors").write_bytes(small.read_bytes())
    rows = ["Set5,a,classic,30,0.9", "Set5,b,classic,32,0.8", "Set5,a,rgb,99,0.1"]
    (run / "scores.csv").write_text("\n".join(["dataset,image,protocol,psnr,ssim", *rows]))
    card = (export(run, tmp_path / "hub", kind="hub") / "README.md").read_text()
    (entry,) = yaml.safe_load(card.split("---\n")[1])["model-index"][0]["results"]
    assert entry["dataset"]["name"] == "Set5 x2"
    assert [metric["value"] for metric in entry["metrics"]] == [31.0, 0.85]
    assert "| Set5 | 31.00 | 0.8500 |" in card


class Hub(BaseHTTPRequestHandler):
    """Sends one to where the file lies, as the hub does."""

    content = b""
    digest = ""

    def do_GET(self):
        if self.path == "/owner/net/resolve/v1/model.safetensors":
            self.send_response(302)
            self.send_header("Location", "/lies/there")
            self.send_header("X-Linked-Etag", f'"{self.digest}"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/lies/there":
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.content)))
            self.end_headers()
            self.wfile.write(self.content)
        else:
            self.send_error(404, "Not Found")

    def log_message(self, *args):
        """Nothing."""


@pytest.fixture
def hub(small, tmp_path, monkeypatch):
    """A hub of one network on this machine."""
    Hub.content = small.read_bytes()
    Hub.digest = hashlib.sha256(Hub.content).hexdigest()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("SHOAL_CACHE", str(tmp_path / "cache"))
    yield server
    server.shutdown()
    server.server_close()


def test_a_network_comes_from_the_hub_once_and_is_there_without_it(hub, upscaler):
    lr = pixels(9, 7, 3)
    assert np.array_equal(shoal.load("hf://owner/net@v1", runtime="torch")(lr), upscaler(lr))
    hub.shutdown()
    hub.server_close()
    assert np.array_equal(shoal.load("hf://owner/net@v1", runtime="torch")(lr), upscaler(lr))
    with pytest.raises(UserError, match=r"hf://owner/other can't be fetched from http://127"):
        shoal.load("hf://owner/other")


def test_what_the_hub_does_not_hold_or_sends_broken_is_refused_in_one_line(hub, monkeypatch):
    with pytest.raises(UserError, match=r"^hf://owner/none: http://\S+ answers 404 Not Found$"):
        shoal.load("hf://owner/none")
    monkeypatch.setattr(Hub, "content", Hub.content[:-1])
    with pytest.raises(UserError, match="came with other bytes than its digest says"):
        shoal.load("hf://owner/net@v1")
    for address in ("hf://owner", "hf://../net", "hf://a/b/c"):
        with pytest.raises(UserError, match="is no address"):
            shoal.load(address)


def test_the_command_takes_the_hubs_address(hub, tmp_path):
    Image.new("L", (6, 4)).save(tmp_path / "p.png")
    words = [tmp_path / "p.png", "--weights", "hf://owner/net@v1", "-o", tmp_path / "q.png"]
    done = CliRunner().invoke(app, ["upscale", *map(str, words), "--runtime", "torch"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "q.png").is_file()


def test_networks_in_a_row_are_no_one_file_to_export(tmp_path):
    with pytest.raises(UserError, match="eeds x8 is x2 and x4 one after the other: export each"):
        export("eeds", tmp_path, scale=8)


def test_a_table_of_other_scores_beside_the_weights_is_no_runs(small, tmp_path):
    run = tmp_path / "own"
    run.mkdir()
    (run / "weights.safetensors").write_bytes(small.read_bytes())
    (run / "scores.csv").write_text("image,psnr,ssim\nbaby,30.0,0.9\nmean,30.0,0.9\n")
    card = (export(run, tmp_path / "hub", kind="hub") / "README.md").read_text()
    assert "model-index" not in card
