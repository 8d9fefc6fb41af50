"""What happens around training: the curve, its mirrors, checkpoints and stops, progress."""
