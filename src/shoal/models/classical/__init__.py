"""Systems from before the networks: fitted to pictures, or searching the picture itself.

One file per method over shared blocks; each is a `shoal.models.fitted.FittedModel`, and one that
learns nothing of other pictures has no stages.
"""
