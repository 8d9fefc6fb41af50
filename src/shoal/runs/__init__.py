"""What a run is, to whoever meets it: its config, its name, its folder, and the care of folders.

It trains nothing; it imports evaluation and what lies below. All but `environment`, `preflight`,
`verify` and `merge` import no torch.
"""
