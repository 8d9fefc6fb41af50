"""What a run leaves in TensorBoard, as TensorBoard itself reads it."""

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing import (
    data_provider,
    event_multiplexer,
    plugin_event_multiplexer,
)

from helpers.offline_wandb import ATTEMPT, row
from shoal.dashboards.base import dashboards, tensorboard_logger

CONFIG = {"name": "eeds", "seed": 3, "arm": "wide", "task": {"optimizer": {"lr": 0.001}}}


def shown(folder, reader=event_multiplexer):
    """TensorBoard's reader of a folder's event files."""
    guidance = {"scalars": 0, "images": 0, "tensors": 0}
    events = reader.EventMultiplexer(size_guidance=guidance)
    events.AddRunsFromDirectory(str(folder))
    events.Reload()
    return events


def hyperparameters(folder):
    """The table of hyperparameters: names of its columns, and how each run ended."""
    from tensorboard.context import RequestContext
    from tensorboard.plugins.base_plugin import TBContext
    from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

    events = shown(folder, plugin_event_multiplexer)
    provider = data_provider.MultiplexerDataProvider(events, str(folder))
    context = backend_context.Context(TBContext(data_provider=provider))
    asked, facts = RequestContext(), {}
    contents = context.hparams_metadata(asked, "")
    found = context.experiment_from_metadata(asked, "", True, contents, [])
    request = api_pb2.ListSessionGroupsRequest(
        start_index=0, slice_size=99, allowed_statuses=range(4), include_metrics=True
    )
    handler = list_session_groups.Handler(asked, context, "", request)
    for group in handler.run().session_groups:
        (session,) = group.sessions
        scores = {value.name.tag: value.value for value in session.metric_values}
        facts[session.name] = session.status, dict(group.hparams), scores
    columns = {info.name for info in found.hparam_infos}
    return columns, {info.name.tag for info in found.metric_infos}, facts


def part(folder, steps, exit_code):
    (board,) = dashboards([tensorboard_logger(folder, ATTEMPT)])
    board.log_config(CONFIG)
    for step in steps:
        board.log_metrics(row(step), step)
    if exit_code == 0:
        picture = folder / "butterfly.png"
        Image.fromarray(np.arange(36, dtype=np.uint8).reshape(6, 6)).save(picture)
        board.log_samples(steps[-1], {"butterfly": picture})
        board.log_scores([{"image": "a|b", "psnr": 31.0}, {"image": "c", "psnr": 29.5}])
        board.log_summary({"test/Set5/psnr": 30.25, "parameters": 66, "dead_channels": None})
    board.close(exit_code)
    board.close(exit_code)


def test_an_interrupted_run_that_went_on_is_one_with_curve_crops_scores_and_hyperparameters(folder):
    part(folder, [0, 100], 1)
    part(folder, [200, 300], 0)
    events = shown(folder)
    curve = [(event.step, event.value) for event in events.Scalars("tensorboard", "val/psnr")]
    assert [step for step, _ in curve] == [0, 100, 200, 300]
    assert curve[-1][1] == pytest.approx(row(300)["val/psnr"])
    (score,) = events.Scalars("tensorboard", "test/Set5/psnr")
    assert (score.step, score.value) == (300, 30.25)
    (image,) = events.Images("tensorboard", "samples/butterfly")
    assert (image.step, image.width, image.height) == (300, 6, 6)
    (text,) = events.Tensors("tensorboard", "scores/text_summary")
    table = text.tensor_proto.string_val[0].decode()
    assert table.splitlines()[2:] == [r"| a\|b | 31.0000 |", "| c | 29.5000 |"]

    columns, metrics, runs = hyperparameters(folder)
    assert columns == {"name", "seed", "arm", "task.optimizer.lr"}
    assert {"val/psnr", "test/Set5/psnr", "parameters"} <= metrics
    ((status, values, scores),) = runs.values()
    assert status == 1  # STATUS_SUCCESS
    assert values["task.optimizer.lr"].number_value == 0.001
    assert values["arm"].string_value == "wide"
    assert scores["test/Set5/psnr"] == 30.25


def test_a_run_that_was_stopped_is_not_said_to_have_ended(folder):
    part(folder, [0], 1)
    _, _, runs = hyperparameters(folder)
    ((status, _, _),) = runs.values()
    assert status != 1


def test_runs_of_a_grid_are_rows_of_one_table(folder):
    other = folder.with_name("ees-x3-s0-0a1b2c3d")
    other.mkdir()
    for each in (folder, other):
        part(each, [0, 100], 0)
    _, _, runs = hyperparameters(folder.parent)
    assert len(runs) == 2
