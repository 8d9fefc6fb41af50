"""`shoal score`: scores the pictures of any method against HR pictures."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.cli.options import Scale
from shoal.errors import one_line


def score(
    sr: Annotated[Path, typer.Argument(help="An enlarged picture, or a folder of them.")],
    hr: Annotated[Path, typer.Argument(help="The HR picture, or a folder of them.")],
    scale: Scale,
    protocol: Annotated[str, typer.Option(help="classic or rgb.")] = "classic",
    pair: Annotated[
        str | None, typer.Option(help="Names of SR pictures, e.g. 'SR_{}', where {} is HR's name.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Also write the scores to this file.")] = None,
) -> None:
    """Score pictures of any method against HR pictures, as the literature does."""
    from shoal.evaluation import saved as scores

    if csv:
        scores.check_target(csv)
    rows = scores.score(sr, hr, scale, protocol, pair)
    scores.print_scores(rows)
    if csv:
        scores.write_scores(csv, rows)
        print(one_line(f"{csv} is written"))
