"""What a run is built from can be built, or nothing of the run is there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.errors import UserError
from shoal.runs.config import RunConfig
from shoal.training.run import train


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("task.loss._target_=torch.nn.MSELos", "task.loss can't be built: torch.nn has no MSELos"),
        ("+task.loss.wight=3", "task.loss can't be built: TypeError: "),
        ("+model.widht=3", ": ~model.widht leaves out what a file sets"),
        ("+task.optimizer.momentum=0.9", "'momentum': ~task.optimizer.momentum leaves out what a"),
        ("task.optimizer._target_=torch.optim.Adan", "torch.optim has no Adan: did you mean"),
        ("+task.optimizer.betaz=3", "task.optimizer can't be built: TypeError: "),
        ("+task.schedule.peak=3", "task.schedule can't be built: TypeError: warmup_cosine() got"),
        ("+callbacks.stop._target_=lightning.Callbac", "callbacks.stop can't be built: "),
        ("+logger.csv._target_=shoal.dashboards.base.csv", "logger.csv can't be built: shoal"),
        ("+logger.mine._target_=builtins.dict", "logger.mine is no lightning Logger but a dict"),
        ("+logger.mine._target_=builtins.print", "logger.mine can't be built: got an unexpected"),
        ("+logger.mine._target_=builtins.max", "logger.mine can't be built: no signature found"),
    ],
)
def test_what_cannot_be_built_is_said_in_a_line_and_leaves_no_run(
    short: Callable[..., RunConfig], tmp_path: Path, override: str, says: str
) -> None:
    with pytest.raises(UserError) as refused:
        train(short(override), "python train.py")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "runs").exists()


def test_a_logger_that_lacks_an_argument_is_refused_too(
    short: Callable[..., RunConfig], tmp_path: Path
) -> None:
    config = short("logger=csv", "+logger.csv.colour=red")
    with pytest.raises(UserError, match=r"logger\.csv can't be built: got an unexpected .*colour"):
        train(config, "python train.py")
    assert not (tmp_path / "runs").exists()
