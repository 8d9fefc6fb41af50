"""Stands in for Slurm in tests: `sbatch` starts an array's jobs at once, `sacct` tells of them.

Called by the names of Slurm's commands; what it knows is in the folder $FAKE_SLURM.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(os.environ["FAKE_SLURM"])


def sbatch(script: str) -> None:
    """Start the jobs of an array."""
    text = Path(script).read_text()
    number = len(list(HERE.glob("*.sbatch"))) + 1
    (HERE / f"{number}.sbatch").write_text(text)
    array = re.search(r"--array=0-(\d+)", text)
    for task in range(int(array.group(1)) + 1) if array else ():
        identity = {
            "SLURM_JOB_ID": str(1000 * number + task),
            "SLURM_ARRAY_JOB_ID": str(number),
            "SLURM_ARRAY_TASK_ID": str(task),
            "SLURM_NTASKS": "1",
            "SLURM_PROCID": "0",
        }
        with (HERE / f"{number}_{task}.log").open("w") as log:
            job = subprocess.Popen(
                ["bash", script],
                env=os.environ | identity,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        (HERE / f"{number}_{task}.pid").write_text(str(job.pid))
    print(f"Submitted batch job {number}")


def sacct(*_: str) -> None:
    """List all jobs with their states."""
    print("JobID|State|NodeList")
    for path in HERE.glob("*.pid"):
        print(f"{path.stem}|{state(int(path.read_text()))}|here")


def state(pid: int) -> str:
    """Slurm's word for what a process does."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return "COMPLETED"
    return "COMPLETED" if "State:\tZ" in status else "RUNNING"


def srun(*arguments: str) -> None:
    """Become the Python command that is to be run."""
    at = next(i for i, each in enumerate(arguments) if each.endswith("python"))
    os.execv(arguments[at], arguments[at:])


if __name__ == "__main__":
    globals()[Path(sys.argv[0]).name](*sys.argv[1:])
