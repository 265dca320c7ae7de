"""Options that the commands of the noun `mentions` share."""

from typing import Annotated

import typer
from typer.models import OptionInfo

from socialcell.commands import completions

Since = Annotated[
    str | None,
    typer.Option(help="From this day (IST) or moment on, or 24h, 7d.", metavar="DAY"),
]
Until = Annotated[
    str | None,
    typer.Option(help="Up to and with this day, or 24h, 7d before.", metavar="DAY"),
]


def completed_from(vocabulary: str, help: str) -> OptionInfo:
    """An option whose values a shell completes."""

    def complete(incomplete: str) -> list[str]:
        from socialcell.language import lexicon

        ids = lexicon.vocabulary(vocabulary)
        return [id_ for id_ in ids if id_.startswith(incomplete)]

    option: OptionInfo = typer.Option(help=help, autocompletion=complete)
    return option


Topic = Annotated[str | None, completed_from("topic", "A topic id, such as water.")]
Ward = Annotated[
    str | None,
    typer.Option(
        help="A ward's id, as areas list shows, or its end: kothrud-bavdhan.",
        autocompletion=completions.wards,
    ),
]
Language = Annotated[
    str | None, completed_from("language", "en, hi, mr, hi-Latn, mr-Latn.")
]
Sentiment = Annotated[
    str | None, completed_from("sentiment", "negative, neutral, positive.")
]
Intent = Annotated[
    str | None, completed_from("intent", "complaint, question, help, praise …")
]
Urgency = Annotated[
    str | None, completed_from("urgency", "low, normal, high, critical.")
]
Platform = Annotated[
    str | None,
    typer.Option(
        help="x, facebook, news, reddit …", autocompletion=completions.platforms
    ),
]
Owner = Annotated[
    str | None,
    typer.Option(
        help="pmc, other, none, or an id such as dept:water, msedcl.",
        autocompletion=completions.owners,
    ),
]
MentionId = Annotated[int, typer.Argument(metavar="ID", help="As list shows it.")]
Limit = Annotated[int, typer.Option(min=1, help="At most so many.")]
