"""Dashboards on which a run can be watched: Weights & Biases, TensorBoard, CSV.

All of them mirror the run's local files. This package imports only `errors` and `system`.
"""
