"""The command `posts publish`: what is due is posted, or shown."""

from typing import Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, DryRun, Json, open_context
from socialcell.errors import UsageError


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

    done = posting.publish_due(context, campaign=name)
    if json:
        output.as_json(document(done))
    else:
        for one in done.outcomes:
            said = f": {one.why}" if one.why else ""
            output.say(f"{one.platform}, post {one.post}: {one.state}{said}")
        for tag in done.not_allowed:
            why = " ".join(tag.why_not)
            output.say(f"{tag.plan.campaign}, tag {tag.tag.n}: not posted: {why}")
        if not done.outcomes and not done.not_allowed:
            output.say("Nothing is due.")
        for platform, why in done.stopped.items():
            output.note(f"{platform}: {why}")
    raise typer.Exit(_code(done))


def document(done: Any) -> dict[str, Any]:
    """A run as JSON has it."""
    return {
        "posts": [
            {
                "id": one.post,
                "platform": one.platform,
                "state": one.state,
                "why": one.why,
            }
            for one in done.outcomes
        ],
        "not_allowed": [
            {
                "campaign": one.plan.campaign,
                "tag": one.tag.n,
                "due_at": one.due_at,
                "why_not": list(one.why_not),
            }
            for one in done.not_allowed
        ],
        "stopped": done.stopped,
    }


def _code(done: Any) -> int:
    if done.needs_a_person and not done.count("posted"):
        return 4
    whole = done.count("posted") == len(done.outcomes)
    return 0 if whole and not done.not_allowed else 3


def _decide(
    context: Any, confirm: int | None, as_: str | None, again: int | None, json: bool
) -> None:
    from socialcell.services.publishing import published_posts

    if confirm is not None and again is not None:
        raise UsageError("Say --confirm or --again, not both.")
    if confirm is not None:
        post = published_posts.confirm_post(context, confirm, as_)
        said = f"Post {post.id} is there."
    else:
        post = published_posts.repost(context, again or 0)
        said = f"Post {post.id} goes out again: socialcell posts publish"
    if json:
        output.as_json({"post": post.id, "state": post.state})
    else:
        output.say(said)


def _preview(context: Any, name: str | None, json: bool) -> None:
    from socialcell.services.planning import content_calendar

    rows = content_calendar.list_pending(context, name)
    if json:
        output.as_json({"posts": rows})
        return
    if not rows:
        output.say("Nothing is planned.")
    for one in rows:
        count = one["length"]
        length = f", {count['used']} of {count['limit']}" if count else ""
        number = f"post {one['id']}" if one["id"] else f"tag of {one['campaign']}"
        at = output.local(one["due_at"])
        output.say(f"{at} {one['platform']}, {one['language']}, {number}{length}")
        for line in str(one["text"]).splitlines():
            output.say(f"    {line}")
        for why in one["why_not"]:
            output.say(f"  not yet: {why}")
