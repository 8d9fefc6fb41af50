"""What happens around training: the curve, checkpoints and stops, progress, mirrors of the curve."""
