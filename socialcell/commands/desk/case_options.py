"""Arguments and options that the commands of `cases` share."""

from typing import Annotated

import typer

Number = Annotated[str, typer.Argument(help="Such as 26-004211.", metavar="CASE")]
Rev = Annotated[
    int | None,
    typer.Option(help="Only if the case still has this revision.", metavar="N"),
]
