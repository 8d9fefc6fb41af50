"""What each argument of Lightning's Trainer means for a run.

It makes no difference, it is set by another key of the config, or it changes the run's bits. A test
goes through the Trainer's signature, so that each new argument needs a decision.
"""

from typing import Any

from shoal.errors import UserError
from shoal.runs.groups import Node

PLAIN = ("lightning.Trainer", "lightning.pytorch.Trainer")

# These say where a run is made and what is shown of it. As plain values they change no result; an
# object of the user's own may.
NOTHING = (
    *("accelerator", "strategy", "devices", "num_nodes"),
    *("profiler", "detect_anomaly", "inference_mode"),
    *("enable_autolog_hparams", "model_registry"),
)

# Arguments that Shoal sets from a key of its own, with what to write instead.
OURS = {
    "logger": "logger=NAME",
    "fast_dev_run": "debug=fast",
    "max_epochs": "budget.max_steps",
    "min_epochs": "budget.max_steps",
    "max_steps": "budget.max_steps",
    "min_steps": "budget.max_steps",
    "max_time": "budget.max_steps",
    "limit_train_batches": "budget.max_steps",
    "limit_val_batches": "budget.val_pictures",
    "limit_test_batches": "budget.test_pictures",
    "limit_predict_batches": "budget.test_pictures",
    "overfit_batches": "debug=overfit",
    "val_check_interval": "budget.val_every",
    "check_val_every_n_epoch": "budget.val_every",
    "log_every_n_steps": "budget.val_every",
    "enable_checkpointing": "keep_checkpoints",
    "accumulate_grad_batches": "budget.batch_size",
    "gradient_clip_val": "task/clip=adjustable task.clip.theta",
    "gradient_clip_algorithm": "task/clip=adjustable task.clip.theta",
    "barebones": "logger=none",
    "default_root_dir": "paths.runs",
}

# Arguments that Shoal always sets, with the reason.
FIXED = {
    "callbacks": "a run has its own",
    "num_sanity_val_steps": "the curve begins with the untrained network",
    "enable_progress_bar": "a run has its own",
    "enable_model_summary": "record.json has the parameters",
    "use_distributed_sampler": "the patch stream shares out its batches itself",
}

# Arguments that change bits, with the value that runs have by default.
DECIDING: dict[str, Any] = {
    "deterministic": True,
    "benchmark": None,
    "plugins": None,
    "sync_batchnorm": False,
    "reload_dataloaders_every_n_epochs": 0,
}
# Arguments that a run's digest has apart from the other ones.
APART = ("precision",)

# Arguments that must be true, false or one of these words: the Trainer takes any word for true.
BOOLEANS: dict[str, tuple[str, ...]] = {
    "deterministic": ("warn",),
    "graph": (),
    "benchmark": (),
    "sync_batchnorm": (),
    "inference_mode": (),
    "detect_anomaly": (),
}

# A key of Shoal's own among the Trainer's arguments. It changes no result, since a graph computes
# the same bits as the steps that it was captured from.
BESIDE = ("graph",)


def check_trainer(trainer: Node) -> None:
    """Refuse arguments that Shoal sets itself.

    Raises:
        UserError: one is given; the message says what to write instead.
    """
    for name, more in BOOLEANS.items():
        value = trainer.get(name)
        if not (value is None or isinstance(value, bool) or value in more):
            words = f", nor {' or '.join(more)}" if more else ""
            raise UserError(f"trainer.{name}={value} is neither true nor false{words}")
    for name, value in trainer.items():
        if value is None or value is False:
            continue
        if name in OURS:
            raise UserError(f"trainer.{name}={value} is not taken: write {OURS[name]}")
        if name in FIXED:
            raise UserError(f"trainer.{name}={value} is not taken, {FIXED[name]}: leave it out")


def wants_one_gpu(trainer: Node) -> bool:
    """Whether a run uses exactly one GPU if there is any."""
    on_gpu = trainer.get("accelerator", "auto") in ("auto", "gpu", "cuda")
    one = str(trainer.get("devices", "auto")) == "1" and str(trainer.get("num_nodes", 1)) == "1"
    return on_gpu and one


def lightnings(trainer: Node) -> Node:
    """Return the entries of a config's `trainer` that are arguments of Lightning's Trainer."""
    return {name: value for name, value in trainer.items() if name not in BESIDE}


def deciding_arguments(trainer: Node) -> dict[str, Any]:
    """Return the arguments that determine the weights and differ from their defaults; mostly none.

    Unknown arguments count, such as those of the user's own Trainer.
    """
    facts = {name: value for name, value in trainer.items() if _may_decide(name, value)}
    if "deterministic" not in trainer:
        facts["deterministic"] = None  # Lightning's default, which differs from Shoal's
    return facts


def _may_decide(name: str, value: Any) -> bool:
    if name == "_target_":
        return value not in PLAIN
    if name in BESIDE:
        return False
    if name in NOTHING:
        return isinstance(value, dict)
    if name in DECIDING:
        return bool(value != DECIDING[name])
    return value is not None and name not in {*APART, *OURS, *FIXED}
