"""Super-resolution before deep networks: methods fitted to pictures, or searching the picture.

One file per method or family over shared blocks. Each method is a
`shoal.models.fitted.FittedModel`; one that learns nothing from other pictures has no stages.
"""
