"""A logger to Weights & Biases, online or offline, that can't stop or stall the training."""

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

    Lightning's own W&B logger doesn't end its run, and fails together with W&B. This one starts the
    W&B run with the first data that it gets. If W&B raises anything, it logs that once and stops
    mirroring.

    Args:
        folder: Of the run: its name is the name on W&B, and its subfolder `wandb/` keeps the data.
        attempt: A suffix of the id: the parts of a resumed run share it, a forced run gets another.
        project: On W&B.
        group: The experiment, or None.
        tags: Model, scale, data and budget; None is left out.
        answer_within: Seconds within which the server must accept the run, else it is kept offline.
        finish_within: Seconds that the last upload may take, after which the rest stays local.
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
        """Do nothing: `log_config` shows the whole config, with the task's arguments."""

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
        """Show values of the whole run, which would otherwise be those of the last row."""
        self._do(lambda run: run.summary.update(dict(values)))

    def close(self, exit_code: int) -> None:
        """End the W&B run with an exit code; data that can't be uploaded in time stays local."""
        if self._session is not None:
            try:  # also after a failure, so that W&B keeps what was sent
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
        except Exception as error:  # whatever W&B raises: a mirror must not stop a run
            self._give_up(error, "the run goes on without it")

    def _give_up(self, error: Exception, remedy: str) -> None:
        if not self._over:
            log.warning("W&B: %s; %s", first_line(error), remedy)
        self._over = True


def _send(run: "wandb.Run", row: Mapping[str, Any], step: int | None) -> None:
    """Log a row at once, at its step.

    W&B drops rows whose step is behind its own counter, which grows with every row. A second row of
    one step therefore takes the counter's value; `step` itself is logged as a value, which is the x
    axis of all charts.
    """
    row = dict(row) if step is None else {**row, "step": step}
    run.log(row, step=max(run.step, step or 0), commit=True)
