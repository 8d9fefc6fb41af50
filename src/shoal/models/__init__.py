"""The networks: one file per architecture or family, over shared blocks."""
