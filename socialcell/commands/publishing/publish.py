"""The command `posts publish`: what is due is posted, or shown."""

from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, DryRun, Json, open_context
from socialcell.errors import UsageError
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.services.context import Context
    from socialcell.services.publishing.posting import PublishRun


def publish(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A campaign: only what the cell posts of its plan.", show_default=False
        ),
    ] = None,
    confirm: Annotated[
        int | None,
        typer.Option(metavar="ID", help="A post that is there: a person looked."),
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="NUMBER", help="Its number there, if you know it."
        ),
    ] = None,
    again: Annotated[
        int | None,
        typer.Option(metavar="ID", help="A post that is not there: send it again."),
    ] = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Post what is due in the city's name: the cell's own posts, notices and tags.

    Only what a second person approved goes out, and what the switch does not hold; all
    else says why. The daemon does this every minute. Where an answer was lost the
    platform is asked what it has before anything is sent again; Telegram cannot say,
    so a person looks and decides with --confirm or --again. Exit code 3: some could not
    be posted, or a person has to look; 4: a credential needs a person.

    Example: socialcell posts publish --dry-run
    """
    context = open_context(config)
    if confirm is not None or again is not None:
        _decide(context, confirm, as_, again, json)
        return
    if dry_run:
        _preview(context, name, json)
        return
    from socialcell.services.publishing import posting

    published = posting.publish_due(context, campaign=name)
    if json:
        output.as_json(document(published))
    else:
        for outcome in published.outcomes:
            reason_text = f": {outcome.why}" if outcome.why else ""
            output.say(
                f"{outcome.platform}, post {outcome.post}: {outcome.state}{reason_text}"
            )
        for tag in published.not_allowed:
            why = " ".join(tag.why_not)
            output.say(f"{tag.plan.campaign}, tag {tag.tag.n}: not posted: {why}")
        if not published.outcomes and not published.not_allowed:
            output.say("Nothing is due.")
        for platform, why in published.stopped.items():
            output.note(f"{platform}: {why}")
    raise typer.Exit(_exit_code(published))


def document(published: "PublishRun") -> dict[str, DocumentValue]:
    """A run as a JSON object."""
    return {
        "posts": [
            {
                "id": outcome.post,
                "platform": outcome.platform,
                "state": outcome.state,
                "why": outcome.why,
            }
            for outcome in published.outcomes
        ],
        "not_allowed": [
            {
                "campaign": post.plan.campaign,
                "tag": post.tag.n,
                "due_at": post.due_at,
                "why_not": list(post.why_not),
            }
            for post in published.not_allowed
        ],
        "stopped": published.stopped,
    }


def _exit_code(published: "PublishRun") -> int:
    if published.needs_a_person and not published.count("posted"):
        return 4
    whole = published.count("posted") == len(published.outcomes)
    return 0 if whole and not published.not_allowed else 3


def _decide(
    context: "Context",
    confirm: int | None,
    as_: str | None,
    again: int | None,
    json: bool,
) -> None:
    from socialcell.services.publishing import published_posts

    if confirm is not None and again is not None:
        raise UsageError("posts.confirm_or_again")
    if confirm is not None:
        post = published_posts.confirm_post(context, confirm, as_)
        sentence = f"Post {post.id} is there."
    else:
        post = published_posts.repost(context, again or 0)
        sentence = f"Post {post.id} goes out again: socialcell posts publish"
    if json:
        output.as_json({"post": post.id, "state": post.state})
    else:
        output.say(sentence)


def _preview(context: "Context", name: str | None, json: bool) -> None:
    from socialcell.services.planning import content_calendar

    rows = content_calendar.list_pending(context, name)
    if json:
        output.as_json({"posts": rows})
        return
    if not rows:
        output.say("Nothing is planned.")
    for row in rows:
        count = row["length"]
        length = f", {count['used']} of {count['limit']}" if count else ""
        number = f"post {row['id']}" if row["id"] else f"tag of {row['campaign']}"
        at = output.local(row["due_at"])
        output.say(f"{at} {row['platform']}, {row['language']}, {number}{length}")
        for line in str(row["text"]).splitlines():
            output.say(f"    {line}")
        for why in row["why_not"]:
            output.say(f"  not yet: {why}")
