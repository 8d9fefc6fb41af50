"""Lightning callbacks of a run: curve, loggers, checkpoints and stops, progress, status."""
