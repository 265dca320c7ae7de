"""The commands `mentions show` and `mentions open`."""

from typing import Annotated

import typer

from socialcell.commands import completions, output
from socialcell.commands.mentions import mention_page
from socialcell.commands.mentions.mention_options import MentionId
from socialcell.commands.options import Config, Json, open_context, people_of


def show(
    mention_id: MentionId,
    lang: Annotated[
        str,
        typer.Option(
            help="Owner and referral in mr, hi or en.",
            autocompletion=completions.languages,
        ),
    ] = "en",
    config: Config = None,
    json: Json = False,
) -> None:
    """Show one mention: its text, who wrote it, when and where, and how it was read.

    Beside what the machine read stands what a person decided; below, how its counts
    grew. --json has all that is stored. Where it is a body's outside the corporation or
    a department's, `referral` is the sentence that sends the citizen there, in --lang.

    Example: socialcell mentions show 17 --lang mr
    """
    from socialcell.errors import UsageError
    from socialcell.i18n import CODES
    from socialcell.services.mentions import mention_search

    if lang not in CODES:
        raise UsageError("mentions.no_such_language", languages=list(CODES), lang=lang)
    context = open_context(config)
    people = people_of(context)
    document = mention_search.show_mention(context, people, mention_id)
    if json:
        output.as_json(document)
        return
    mention_page.print_mention(
        document,
        lang,
        mention_search.area_names(context, lang),
        mention_search.replies(context, mention_id),
    )


def open_(
    mention_id: MentionId,
    config: Config = None,
    json: Json = False,
) -> None:
    """Print the address of the original of a mention. Audited.

    Who follows it sees who wrote: of a private person's post it is printed for a
    signed-in operator who may see who wrote. The audit log keeps that you asked.

    Example: socialcell mentions open 17
    """
    from dataclasses import asdict

    from socialcell.services.mentions import original_link
    from socialcell.text import displayed

    original = original_link.open_original(open_context(config), mention_id)
    if json:
        output.as_json(asdict(original))
    else:
        output.say(displayed(original.link))
