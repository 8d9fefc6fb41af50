"""How LR pictures are degraded beyond the bicubic reduction: not at all, or by JPEG.

Only the names, which checking a config needs without any array; `data.jpeg` compresses.
"""

BICUBIC, JPEG = "bicubic", "jpeg"
DEGRADATIONS = (BICUBIC, JPEG)
