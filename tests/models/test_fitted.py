"""What docs/classical.md shows as a fitted model of one's own is one."""

import re

import torch

from helpers.composing import ROOT
from shoal.models.fitted import FittedModel
from shoal.models.profile import macs, parameters, reach
from shoal.pictures.resample import upscale


def test_the_fitted_model_works_as_printed() -> None:
    (source,) = re.findall(
        r"```py\n(.*?)```", (ROOT / "docs" / "classical.md").read_text(), flags=re.DOTALL
    )
    names: dict[str, type[FittedModel]] = {}
    exec(source, names)
    model = names["Brighter"](scale=2)
    assert not model.is_fitted
    lr = torch.rand(1, 1, 6, 7)
    model.fit([(lr, upscale(lr, 2) + 0.25)], seed=0)
    torch.testing.assert_close(model(lr), upscale(lr, 2) + 0.25)
    assert (parameters(model), macs(model), reach(model)) == (1, 0, 2)
    again = names["Brighter"](scale=2)
    again.load_state_dict(model.state_dict())
    assert torch.equal(again(lr), model(lr))
