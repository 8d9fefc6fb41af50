"""The strip of a run's sample crops."""

import numpy as np
import pytest

from shoal.evaluation.strip import GAP, HEAD, strip


@pytest.mark.parametrize("channels", [(), (3,)])
def test_crops_stand_side_by_side_each_below_its_name(channels):
    kinds = ("bicubic", "shallow", "deep", "sr", "hr")
    crops = {kind: np.full((20, 48, *channels), 9 * i, np.uint8) for i, kind in enumerate(kinds)}
    sheet = strip(crops)
    assert sheet.shape == (HEAD + 20, 5 * 48 + 4 * GAP, *channels)
    heads = []
    for place, crop in enumerate(crops.values()):
        left = place * (48 + GAP)
        assert (sheet[HEAD:, left : left + 48] == crop).all()
        heads.append(sheet[:HEAD, left : left + 48])
        assert (heads[-1] < 128).any()  # there is text
    assert len({head.tobytes() for head in heads}) == len(kinds)
