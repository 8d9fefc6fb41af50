"""What the ranks of a run share and agree on, without starting any."""

import copy
import signal

import numpy as np
import pytest
import torch

from shoal.data.cache import Cache
from shoal.data.module import Pictures
from shoal.runs.folder import ReadOnlyRunFolder
from shoal.system.signals import Stop
from shoal.training.agreement import Agreement
from shoal.training.ranks import Ranks


@pytest.mark.parametrize("ranks", [1, 2, 4, 7])
def test_every_picture_is_validated_by_exactly_one_rank_and_all_stay_in_step(ranks):
    sizes = np.array([(6, 5)] * 5)
    lr = np.arange(5, dtype=np.float32).repeat(30)
    names, starts = tuple("abcde"), np.arange(5) * 30
    pictures = Cache(names, sizes, starts, np.zeros(600, np.uint8), lr, 2)
    shares = [Pictures([pictures], rank, ranks) for rank in range(ranks)]
    assert len({len(share) for share in shares}) == 1
    seen = [float(each[0, 0, 0, 0]) for share in shares for each, _ in share.all() if len(each)]
    assert sorted(seen) == [0, 1, 2, 3, 4]


def test_what_one_rank_agrees_on_is_what_it_heard():
    stop = Stop()
    agreement = Agreement(Ranks(), stop)
    loss = torch.tensor(2.0)
    assert agreement.global_loss(loss) is loss
    assert agreement.asked is None
    stop.asked = signal.SIGTERM
    assert agreement.asked == signal.SIGTERM
    assert copy.deepcopy(agreement) is agreement


def test_the_other_ranks_write_nothing(tmp_path):
    folder = ReadOnlyRunFolder(tmp_path)
    folder.write_rows("curve.csv", ["step"], [{"step": 1}])
    folder.set_status("running")
    assert list(tmp_path.iterdir()) == []
