"""Train a model, or a grid of models: `python train.py --help`; `shoal train` does the same.

Hydra's shell completion looks for its `@hydra.main` in this file; it lies in `shoal.entry`.
"""

import sys

from shoal.entry import start

if __name__ == "__main__":
    sys.exit(start())
