"""Picture sets, their cache, the patch stream and whole pictures."""
