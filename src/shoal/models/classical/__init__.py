"""Systems from before the networks: fitted to pictures, or searching the picture itself.

One file per method over shared blocks; each is a `shoal.models.fitted.FittedModel`, or learns
nothing.
"""
