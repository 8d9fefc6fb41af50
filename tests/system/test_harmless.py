"""YAML and JSON of strangers."""

import json

import pytest
import yaml

from shoal.errors import UserError
from shoal.system import harmless

BOMB = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in ("ab", "bc", "cd"))


def test_a_config_is_what_it_says(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("model: {scale: 3, sides: [1, 3]}\n")
    assert harmless.config(path) == {"model": {"scale": 3, "sides": [1, 3]}}


STEPS = "".join(f"{' ' * depth}a:\n" for depth in range(1400))  # as deep as a megabyte goes


@pytest.mark.parametrize(
    "text",
    [BOMB, "a: ${oc.env:HOME}", "[" * 100_000, "- " * 100_000, "? " * 100_000, STEPS, "3"],
    ids=["aliases", "computes", "brackets", "lists", "keys", "steps", "no mapping"],
)
def test_what_repeats_itself_computes_or_nests_without_end_is_refused(tmp_path, text):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"^config\.yaml is no config: it is"):
        harmless.config(path)


def test_a_large_config_and_objects_are_refused(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("a" * (harmless.LARGEST + 1))
    with pytest.raises(OSError, match="larger than"):
        harmless.config(path)
    with pytest.raises(yaml.YAMLError):
        harmless.from_yaml("a: !!python/object/apply:os.getcwd []")


@pytest.mark.parametrize("depth", [harmless.DEEPEST + 1, 200_000])
def test_deep_json_is_none(depth):
    assert harmless.from_json("[" * 9 + "]" * 9) == json.loads("[" * 9 + "]" * 9)
    with pytest.raises(ValueError, match="nested too deep"):
        harmless.from_json("[" * depth + "]" * depth)
