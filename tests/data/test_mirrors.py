"""Where mirrors have a picture."""

from helpers.mirror import COMMIT
from shoal.data.mirrors import DEFAULT_MIRRORS, address
from shoal.data.sources import Source


def test_public_addresses_name_repository_commit_and_quoted_path():
    source = Source("own/er", COMMIT, "a b/#1.bmp")
    assert [address(template, source) for template in DEFAULT_MIRRORS] == [
        f"https://raw.githubusercontent.com/own/er/{COMMIT}/a%20b/%231.bmp",
        f"https://cdn.jsdelivr.net/gh/own/er@{COMMIT}/a%20b/%231.bmp",
        f"https://github.com/own/er/raw/{COMMIT}/a%20b/%231.bmp",
    ]
