"""What a run is: its config, its id, its folder and record, and the upkeep of folders.

This package trains nothing. It imports `evaluation` and the layers below it. No module but
`environment`, `preflight`, `verify` and `merge` imports torch.
"""
