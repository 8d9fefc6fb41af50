"""An MkDocs hook for links that lead out of `docs/`, to other files of the checkout."""

import re
import shutil
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"(!?)\[([^\]]*)\]\(\.\./([^)#\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Copy linked figures into the site, and replace links to other files by their names.

    Raises:
        PluginError: a file doesn't exist.
    """

    def replaced(match: re.Match[str]) -> str:
        is_picture, text, target, _ = match.groups()
        source = ROOT / target
        if not source.exists():
            raise PluginError(f"{page.file.src_uri}: there is no {target}")
        if not is_picture:
            within = markdown[: match.start()].endswith("(")
            return f"{text}, `{target}`" if within else f"{text} (`{target}`)"
        copy = Path(config.site_dir) / "files" / target
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)
        depth = "../" if page.url else ""
        return f'<img alt="{text}" src="{depth}files/{target}">'

    return LINK.sub(replaced, markdown)
