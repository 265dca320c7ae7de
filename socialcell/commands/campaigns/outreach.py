"""Commands of `campaigns` on outreach: approve; list, advance, look, dismiss, due."""

from pathlib import Path
from typing import Annotated, Any

import typer

from socialcell.commands import output
from socialcell.commands.options import Config, DryRun, Json, open_context

app = typer.Typer(
    help="Each tag of an approved plan, from the first contact to its measure.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="The campaign's name: its utm_campaign.")]
By = Annotated[
    str | None,
    typer.Option(
        help="Who does it; else $SOCIALCELL_ACTOR or the system's user.",
        metavar="NAME",
        show_default=False,
    ),
]
Note = Annotated[str, typer.Option(help="In a few words.", show_default=False)]


def approve(
    plan: Annotated[str, typer.Argument(help="The campaign whose plan it is.")],
    by: By = None,
    note: Note = "",
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Approve a campaign's newest plan as a second person, or see why it cannot be.

    Refused, with every rule and its source, where it breaks one: disclosure, elections,
    consent and refusals, quiet days, rates and budget, targets. What is approved is the
    content: after any change it needs approval again. Exit code 1: refused.

    Example: socialcell campaigns approve monsoon26 --by "Meera Sample"
    """
    from socialcell.services.outreach import plan_approvals

    made = plan_approvals.approve_plan(
        open_context(config), plan, by, note, dry_run=dry_run
    )
    about = f"version {made.version} of the plan of {made.campaign}"
    if json:
        output.as_json(
            {
                "campaign": made.campaign,
                "version": made.version,
                "by": made.by,
                "approved": not made.broken and not dry_run,
                "broken": [_broken(one) for one in made.broken],
            }
        )
    elif made.broken:
        output.say(f"Not approved: {about}. Rules broken: {len(made.broken)}")
        for one in made.broken:
            output.say(f"  {one}")
    elif dry_run:
        output.say(f"Nothing stands against {about}.")
    else:
        said = "is approved by" if made.new else "was approved already; asked by"
        output.say(f"{about.capitalize()} {said} {made.by}.")
    if made.broken:
        raise typer.Exit(1)


@app.command("list")
def list_(name: Name, config: Config = None, json: Json = False) -> None:
    """List the tags of a plan: their state, posts that were found, what is in the way.

    Example: socialcell campaigns outreach list monsoon26
    """
    from socialcell.services.outreach import outreach_view

    found = outreach_view.list_tags(open_context(config), name)
    if json:
        output.as_json(found)
        return
    given = found["approval"]
    approved = f"approved by {given['by']}" if given else "not approved"
    output.say(f"{found['campaign']}, version {found['version']}: {approved}")
    for line in found["broken"]:
        output.say(f"In the way: {line}")
    output.table(
        (
            "tag",
            "day",
            "creator",
            "channel",
            "asset",
            "state",
            "next",
            "by",
            "evidence",
        ),
        [
            (
                one["tag"],
                one["day"],
                one["creator"],
                one["channel"],
                one["asset"],
                one["state"],
                " or ".join(one["next"]) or "its end",
                one["steps"][-1]["by"] if one["steps"] else None,
                one["steps"][-1]["evidence"] if one["steps"] else None,
            )
            for one in found["tags"]
        ],
    )
    for one in found["tags"]:
        _remarks(one)


@app.command()
def advance(
    name: Name,
    tag: Annotated[int, typer.Argument(min=1, help="Its number, as list shows.")],
    state: Annotated[
        str,
        typer.Argument(help="contacted, accepted, declined, scheduled or posted."),
    ],
    by: By = None,
    note: Note = "",
    link: Annotated[
        str | None,
        typer.Option(help="Where it can be seen: the post, a letter.", metavar="URL"),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="A letter or a picture of the screen, kept by its hash."),
    ] = None,
    mention: Annotated[
        int | None, typer.Option(help="posted: the post that was found.", metavar="ID")
    ] = None,
    tool: Annotated[
        bool,
        typer.Option("--tool", help="scheduled: the platform's own label is agreed."),
    ] = False,
    label: Annotated[
        bool | None,
        typer.Option(
            "--label/--no-label",
            help="posted: a person saw the label, or saw none.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0, help="posted: how long the label is on the picture."),
    ] = None,
    length: Annotated[
        float | None, typer.Option(min=0, help="posted: the film's length in seconds.")
    ] = None,
    cool_off: Annotated[
        int | None,
        typer.Option(min=0, help="declined: days until one may ask again."),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter that a tag has come a step further; what cannot follow is refused. Audited.

    accepted needs --link or --file, declined a --note (the registry then holds the
    refusal), scheduled what the platform's own label asks for, posted --link or
    --mention.

    Example: socialcell campaigns outreach advance monsoon26 3 posted
    --link https://instagram.example/p/1 --label --seconds 5 --length 12
    """
    from socialcell.services.outreach import outreach_entry
    from socialcell.services.outreach.step_checks import StepDetails

    told = StepDetails(
        note, link, file, mention, tool, label, seconds, length, cool_off
    )
    made = outreach_entry.enter_step(open_context(config), name, tag, state, by, told)
    if json:
        output.as_json(made)
    else:
        output.say(f"Tag {tag} of {made['campaign']} is {state} (was {made['was']}).")


@app.command()
def look(config: Config = None, json: Json = False) -> None:
    """Look for planned posts among the mentions now, as the daemon does every hour.

    A post of the account that was agreed, in its days, that carries the tag's link, or
    names whom it should, is proposed: confirm it with advance … posted --mention ID.

    Example: socialcell campaigns outreach look
    """
    from socialcell.services.outreach import post_matching

    new = post_matching.find_posts(open_context(config))
    if json:
        output.as_json({"found": new})
    else:
        output.say(f"Posts found: {new}")


@app.command()
def dismiss(
    name: Name,
    tag: Annotated[int, typer.Argument(min=1, help="Its number, as list shows.")],
    mention: Annotated[int, typer.Argument(min=1, help="The post that was found.")],
    by: By = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Say that a post that was found is not that of a tag. Audited.

    It is proposed for this tag no more, in no later version of the plan that holds the
    tag unchanged; for another tag it may be. Said twice it changes nothing.

    Example: socialcell campaigns outreach dismiss monsoon26 3 5121
    """
    from socialcell.services.outreach import post_matching

    new = post_matching.dismiss(open_context(config), name, tag, mention, by)
    if json:
        output.as_json({"campaign": name, "tag": tag, "mention": mention, "new": new})
    else:
        said = "is not" if new else "was dismissed before as"
        output.say(f"Mention {mention} {said} the post of tag {tag} of {name}.")


@app.command()
def due(
    lang: Annotated[str, typer.Option(help="mr, hi or en.")] = "en",
    config: Config = None,
    json: Json = False,
) -> None:
    """List what outreach waits for: approvals, answers, posts to confirm, labels.

    Example: socialcell campaigns outreach due --lang mr
    """
    from socialcell.services.outreach import outreach_view

    found = outreach_view.list_due(open_context(config), lang)
    if json:
        output.as_json({"due": found})
        return
    if not found:
        output.say("Nothing is due.")
    for one in found:
        output.say(f"{one['day']}  {one['said']}")
        for word in one["words"]:
            output.say(f"            {word}")


def told(found: dict[str, Any]) -> None:
    """A plan's outreach in figures, and posts that are not disclosed."""
    given = found["approval"]
    output.say(
        f"Approved by {given['by']} on {output.local_day(given['at'])}"
        if given
        else "Not approved as it is now"
    )
    many = ", ".join(f"{state} {n}" for state, n in found["states"].items())
    output.say(f"Tags: {many}; posts found, to be confirmed: {found['found']}")
    for one in found["undisclosed"]:
        output.say(f"Tag {one['tag']}, not disclosed: {'; '.join(one['wrong'])}")


def _broken(one: Any) -> dict[str, Any]:
    """A broken rule as JSON."""
    return {
        "rule": one.rule,
        "tag": one.n,
        "said": one.words,
        "source": one.source,
    }


def _remarks(one: dict[str, Any]) -> None:
    about = f"Tag {one['tag']}"
    for line in one["broken"]:
        output.say(f"{about}, in the way: {line}")
    if one["state"] == "scheduled":
        for line in one["needed"]:
            output.say(f"{about}, to be seen to: {line}")
    if one["state"] in ("accepted", "scheduled"):
        for post in one["found"]:
            wrong = "; ".join(post["faults"]) or "its label is there"
            output.say(
                f"{about}: mention {post['mention']} may be its post (by {post['by']}; "
                f"{wrong}) {post['url'] or ''}"
            )
    for state in one["altered"]:
        output.say(f"{about}: the step {state} is not as it was entered")
    for line in one["undisclosed"]:
        output.say(f"{about}, not disclosed: {line}")
