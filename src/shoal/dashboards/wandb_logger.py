"""A run on Weights & Biases, online or offline: a mirror that can't stop or stall the training."""

import logging
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightning.pytorch.loggers import Logger
from lightning.pytorch.utilities import rank_zero_only

from shoal.dashboards.wandb_session import LONGEST_ID, Facts, Patience, open_session
from shoal.errors import first_line

if TYPE_CHECKING:  # a run that does not mirror to W&B never imports it
    import wandb

log = logging.getLogger(__name__)


class WandbRun(Logger):
    """A Lightning logger and a `shoal.dashboards.base.Dashboard`: one run on W&B.

    Lightning's own W&B logger neither ends its run nor survives a failure of W&B. This one opens
    at the first thing it is given; whatever W&B raises is logged once and ends the mirroring.

    Args:
        folder: Of the run; its name is the name on W&B, and `wandb/` in it keeps the data.
        attempt: Ends the id, so that the parts of one run are one, and a forced run a new one.
        project: On W&B.
        group: The experiment, or None.
        tags: Model, scale, data, budget; None is left out.
        answer_within: Seconds the server has to accept the run, else it goes on offline.
        finish_within: Seconds the last upload may take, else the rest stays local.
    """

    def __init__(
        self,
        folder: Path,
        attempt: str,
        project: str,
        group: str | None,
        tags: Sequence[str | None],
        answer_within: float,
        finish_within: float,
    ) -> None:
        super().__init__()
        self._patience = Patience(answer_within, finish_within)
        ending = f"-{''.join(filter(str.isalnum, attempt))}"  # no colons there
        self._facts = Facts(
            folder=Path(folder),
            id=Path(folder).name[len(ending) - LONGEST_ID :] + ending,  # the digest ends the name
            project=project,
            group=group,
            tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
        )
        self._session: wandb.Run | None = None
        self._over = False

    @property
    def name(self) -> str:
        """The project."""
        return self._facts.project

    @property
    def version(self) -> str:
        """The id on W&B."""
        return self._facts.id

    @property
    def save_dir(self) -> str:
        """The run's folder."""
        return str(self._facts.folder)

    def log_hyperparams(self, params: dict[str, Any] | Namespace, *_: Any, **__: Any) -> None:
        """Nothing: a task's arguments are part of the config that `log_config` shows."""

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Send one row at an optimiser step."""
        self._do(lambda run: _send(run, metrics, step))

    def log_config(self, config: Mapping[str, Any]) -> None:
        """Show the whole resolved config."""
        self._do(
            lambda run: run.config.update(  # type: ignore[no-untyped-call]  # W&B's own gap
                dict(config), allow_val_change=True
            )
        )

    def log_samples(self, step: int, paths: Mapping[str, Path]) -> None:
        """Show picture files, as `samples/<name>`."""

        def send(run: "wandb.Run") -> None:
            import wandb

            images = {f"samples/{name}": wandb.Image(str(path)) for name, path in paths.items()}
            _send(run, images, step)

        self._do(send)

    def log_scores(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Show the score of every image as the table `scores`."""

        def send(run: "wandb.Run") -> None:
            import wandb

            data: list[Iterable[Any]] = [list(row.values()) for row in rows]
            _send(run, {"scores": wandb.Table(columns=list(rows[0]), data=data)}, None)

        self._do(send)

    def log_summary(self, values: Mapping[str, Any]) -> None:
        """Show best and final values, which the last row would not tell."""
        self._do(lambda run: run.summary.update(dict(values)))

    def close(self, exit_code: int) -> None:
        """End the W&B run with its exit code; what could not be uploaded in time stays local."""
        if self._session is not None:
            try:  # after a failure too: what was sent deserves a proper end
                self._session.finish(exit_code=exit_code)
            except Exception as error:
                part = Path(self._session.dir).parent
                self._give_up(error, f"`wandb sync --include-online {part}` sends the rest")
        self._session, self._over = None, True

    @rank_zero_only
    def _do(self, action: "Callable[[wandb.Run], object]") -> None:
        if self._over:
            return
        try:
            if self._session is None:
                self._session = open_session(self._facts, self._patience)
            action(self._session)
        except Exception as error:  # anything at all: a mirror must not cost a run
            self._give_up(error, "the run goes on without it")

    def _give_up(self, error: Exception, remedy: str) -> None:
        if not self._over:
            log.warning("W&B: %s; %s", first_line(error), remedy)
        self._over = True


def _send(run: "wandb.Run", row: Mapping[str, Any], step: int | None) -> None:
    """Log a row so that it stands at once, and at its step.

    W&B drops a row that lies behind its own counter, which is one further after every row. So
    `step` is logged as a value too, the axis of all charts, and a second row of one step counts on.
    """
    row = dict(row) if step is None else {**row, "step": step}
    run.log(row, step=max(run.step, step or 0), commit=True)
