"""Hydra's plugins of Shoal: one process per run, and a sweeper that knows experiments."""
