"""Commands of `campaigns` on outreach: approve; list, advance, look, dismiss, due."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import (
    acting_context,
    approver_context,
)
from socialcell.commands.options import Config, DryRun, Json, open_context
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.campaigns.outreach.plan_facts import RuleViolation
    from socialcell.services.outreach.outreach_view import ListedTag, OutreachSummary

app = typer.Typer(
    help="Each tag of an approved plan, from the first contact to its measure.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="The campaign's name: its utm_campaign.")]
Note = Annotated[str, typer.Option(help="In a few words.", show_default=False)]


def approve(
    plan: Annotated[str, typer.Argument(help="The campaign whose plan it is.")],
    note: Note = "",
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Approve a campaign's newest plan as a second person, or see why it cannot be.

    Whoever approves has signed in (socialcell operators sign-in), has the role of
    approver or lead, and did not make the plan; on a terminal it asks who that is.

    Refused, with every rule and its source, where it breaks one: disclosure, elections,
    consent and refusals, quiet days, rates and budget, targets. What is approved is the
    content: after any change it needs approval again. Exit code 1: refused.

    Example: socialcell campaigns approve monsoon26
    """
    from socialcell.services.outreach import plan_approvals

    approval = plan_approvals.approve_plan(
        acting_context(config), plan, note, dry_run=dry_run
    )
    about = f"version {approval.version} of the plan of {approval.campaign}"
    if json:
        output.as_json(
            {
                "campaign": approval.campaign,
                "version": approval.version,
                "by": approval.by,
                "approved": not approval.broken and not dry_run,
                "broken": [
                    _violation_as_json(violation) for violation in approval.broken
                ],
            }
        )
    elif approval.broken:
        output.say(f"Not approved: {about}. Rules broken: {len(approval.broken)}")
        for violation in approval.broken:
            output.say(f"  {violation}")
    elif dry_run:
        output.say(f"Nothing stands against {about}.")
    else:
        verb = "is approved by" if approval.new else "was approved already; asked by"
        output.say(f"{about.capitalize()} {verb} {approval.by}.")
    if approval.broken:
        raise typer.Exit(1)


@app.command("list", cls=ListCommand)
def list_(name: Name, config: Config = None, json: Json = False) -> None:
    """List the tags of a plan: their state, posts that were found, what is in the way.

    Example: socialcell campaigns outreach list monsoon26
    """
    from socialcell.services.outreach import outreach_view

    document = outreach_view.list_tags(approver_context(config), name)
    if json:
        output.as_json(document)
        return
    approval = document["approval"]
    approved = f"approved by {approval['by']}" if approval else "not approved"
    output.say(f"{document['campaign']}, version {document['version']}: {approved}")
    for line in document["broken"]:
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
                tag_row["tag"],
                tag_row["day"],
                tag_row["creator"],
                tag_row["channel"],
                tag_row["asset"],
                tag_row["state"],
                " or ".join(tag_row["next"]) or "its end",
                tag_row["steps"][-1]["by"] if tag_row["steps"] else None,
                tag_row["steps"][-1]["evidence"] if tag_row["steps"] else None,
            )
            for tag_row in document["tags"]
        ],
    )
    for tag_row in document["tags"]:
        _print_remarks(tag_row)


@app.command()
def advance(
    name: Name,
    tag: Annotated[int, typer.Argument(min=1, help="Its number, as list shows.")],
    state: Annotated[
        str, typer.Argument(help="contacted, accepted, declined, scheduled or posted.")
    ],
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
        int | None, typer.Option(min=0, help="declined: days until one may ask again.")
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

    details = StepDetails(
        note, link, file, mention, tool, label, seconds, length, cool_off
    )
    step = outreach_entry.enter_step(
        approver_context(config), name, tag, state, details
    )
    if json:
        output.as_json(asdict(step))
    else:
        output.say(f"Tag {tag} of {step.campaign} is {state} (was {step.was}).")


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
    config: Config = None,
    json: Json = False,
) -> None:
    """Say that a post that was found is not that of a tag. Audited.

    It is proposed for this tag no more, in no later version of the plan that holds the
    tag unchanged; for another tag it may be. Said twice it changes nothing.

    Example: socialcell campaigns outreach dismiss monsoon26 3 5121
    """
    from socialcell.services.outreach import post_matching

    new = post_matching.dismiss(approver_context(config), name, tag, mention)
    if json:
        output.as_json({"campaign": name, "tag": tag, "mention": mention, "new": new})
    else:
        verb = "is not" if new else "was dismissed before as"
        output.say(f"Mention {mention} {verb} the post of tag {tag} of {name}.")


@app.command()
def due(
    lang: Annotated[str, typer.Option(help="mr, hi or en.")] = "en",
    config: Config = None,
    json: Json = False,
) -> None:
    """List what outreach waits for: approvals, answers, posts to confirm, labels.

    Example: socialcell campaigns outreach due --lang mr
    """
    from socialcell.i18n import language
    from socialcell.services.outreach import outreach_view

    words = language(lang)
    steps = outreach_view.list_due(approver_context(config), lang)
    if json:
        output.as_json({"due": steps})
        return
    if not steps:
        output.say(words.gettext("Nothing is due."))
    for step in steps:
        output.say(f"{step['day']}  {step['said']}")
        for word in step["words"]:
            output.say(f"            {word}")


def print_document(document: "OutreachSummary") -> None:
    """A plan's outreach in figures, and posts that are not disclosed."""
    approval = document["approval"]
    output.say(
        f"Approved by {approval['by']} on {output.local_day(approval['at'])}"
        if approval
        else "Not approved as it is now"
    )
    many = ", ".join(f"{state} {n}" for state, n in document["states"].items())
    output.say(f"Tags: {many}; posts found, to be confirmed: {document['found']}")
    for tag_row in document["undisclosed"]:
        output.say(
            f"Tag {tag_row['tag']}, not disclosed: {'; '.join(tag_row['wrong'])}"
        )


def _violation_as_json(violation: "RuleViolation") -> dict[str, DocumentValue]:
    """A broken rule as JSON."""
    return {
        "rule": violation.rule,
        "tag": violation.n,
        "said": str(violation.problem),
        "source": violation.source,
    }


def _print_remarks(tag_row: "ListedTag") -> None:
    about = f"Tag {tag_row['tag']}"
    for line in tag_row["broken"]:
        output.say(f"{about}, in the way: {line}")
    if tag_row["state"] == "scheduled":
        for line in tag_row["needed"]:
            output.say(f"{about}, to be seen to: {line}")
    if tag_row["state"] in ("accepted", "scheduled"):
        for post in tag_row["found"]:
            wrong = "; ".join(post["faults"]) or "its label is there"
            output.say(
                f"{about}: mention {post['mention']} may be its post (by {post['by']}; "
                f"{wrong}) {post['url'] or ''}"
            )
    for state in tag_row["altered"]:
        output.say(f"{about}: the step {state} is not as it was entered")
    for line in tag_row["undisclosed"]:
        output.say(f"{about}, not disclosed: {line}")
