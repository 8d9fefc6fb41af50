"""What others have published, made up."""

import pandas as pd

from shoal.report.tables.published import COLUMNS


def published(*rows: tuple[object, ...]) -> pd.DataFrame:
    """A table of the literature: method, set, scale, psnr, ssim, training_macs, source."""
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"psnr": float, "ssim": float, "training_macs": float})
