"""Picture sets: the catalogue, downloads, decoded caches, the patch stream, Lightning's DataModule.

It knows no networks; it imports pictures and what lies below. `catalog`, `sets` and `selection`
import no PyTorch.
"""
