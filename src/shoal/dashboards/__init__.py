"""Where a run can be watched: Weights & Biases, TensorBoard, CSV; mirrors of its local files.

It imports errors and system alone.
"""
