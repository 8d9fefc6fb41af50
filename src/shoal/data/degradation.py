"""What becomes of LR pictures beside being made smaller: nothing, or the losses of JPEG.

Names alone, which a config asks for before it needs any array; `data.jpeg` has the losses.
"""

BICUBIC, JPEG = "bicubic", "jpeg"
DEGRADATIONS = (BICUBIC, JPEG)
