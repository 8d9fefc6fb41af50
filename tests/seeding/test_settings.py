"""What a user says of seeds that are added."""

import pytest
from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode

from shoal.errors import UserError
from shoal.seeding.settings import Settings, is_automatic


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"first": 2}, r"seeds\.first=2 is not an integer of at least 3"),
        ({"first": 9, "most": 4}, r"seeds\.most=4 is less than seeds\.first=9"),
        ({"hours": -1}, r"seeds\.hours=-1 is not a number of at least 0"),
        ({"frist": 3}, r"did you mean seeds\.first\?"),
    ],
)
def test_a_mistake_in_seeds_is_one_line(
    loader: ConfigLoader, values: dict[str, object], words: str
) -> None:
    texts = [f"{'+' * (key == 'frist')}seeds.{key}={value}" for key, value in values.items()]
    config = loader.load_configuration("config", texts, RunMode.MULTIRUN)
    with pytest.raises(UserError, match=words):
        Settings.of(config.seeds)


def test_auto_stands_alone() -> None:
    assert is_automatic([["seed=auto", "scale=2"], ["seed=auto", "scale=3"]])
    assert not is_automatic([["seed=0"]])
    with pytest.raises(UserError, match="give it alone"):
        is_automatic([["seed=auto"], ["seed=0"]])
