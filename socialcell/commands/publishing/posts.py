"""Commands of the noun `posts`: add, import, notice, templates, list, approve, …"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import file_outcome, output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import (
    acting_context,
    drafting_context,
)
from socialcell.commands.options import (
    Config,
    DateOrder,
    DryRun,
    Json,
    Mapping,
    Sheet,
    moment_of,
    open_context,
)
from socialcell.commands.publishing import notice_templates, publish
from socialcell.errors import UsageError
from socialcell.json_types import DocumentValue

if TYPE_CHECKING:
    from socialcell.campaigns.publishing.model import OwnPost
    from socialcell.services.alerts.planned_closures import PlannedClosure
    from socialcell.services.context import Context
    from socialcell.services.publishing.post_document import PostDocument

app = typer.Typer(
    help="What the cell itself says in public: planned, approved, taken back.",
    no_args_is_help=True,
)
app.add_typer(notice_templates.app, name="templates")
app.command()(publish.publish)

Post = Annotated[int, typer.Argument(help="As list shows.")]
At = Annotated[
    str | None,
    typer.Option(
        help="When it is posted, in Pune. With --safety, without it: once approved.",
        metavar="TIME",
    ),
]
Wards = Annotated[
    list[str] | None,
    typer.Option("--ward", help="A ward it is for, again for each; none: the city."),
]
Media = Annotated[
    str | None,
    typer.Option(help="A picture's public https address; Instagram needs one."),
]
Safety = Annotated[
    bool,
    typer.Option(
        "--safety",
        help="A notice or answer about life or limb: no mode holds it once approved.",
    ),
]
Reason = Annotated[str, typer.Option(help="Why; it stands in the audit log.")]


@app.command()
def add(
    platform: Annotated[
        str, typer.Argument(help="x, facebook, instagram or telegram.")
    ],
    text: Annotated[str, typer.Argument(help="The words; - reads them.")],
    at: At = None,
    lang: Annotated[str, typer.Option(help="Their language: mr, hi or en.")] = "mr",
    ward: Wards = None,
    media: Media = None,
    reply_to: Annotated[
        str | None,
        typer.Option(
            help="What is answered: a mention as mention:17, or the platform's number."
        ),
    ] = None,
    safety: Safety = False,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Plan a post of the cell's own. It waits for a second person's approval. Audited.

    Words that are too long there, as the platform counts them, are refused at once; so
    is a day within an election (planning.elections in config.yaml). With --safety no
    mode holds it, and without --at it goes out as soon as it is approved.

    Example: socialcell posts add x "पाणीपुरवठा पूर्ववत" --at 2026-12-01T10:30
    """
    from socialcell.services.publishing import post_drafts

    draft = post_drafts.PostDraft(
        platform=platform,
        due_at=moment_of("--at", at),
        language=lang,
        text=_stdin() if text == "-" else text,
        wards=ward or (),
        media=media,
        reply_to=reply_to,
        kind="notice" if safety else "post",
        safety=safety,
    )
    context = drafting_context(config)
    post = post_drafts.add_post(context, draft, dry_run=dry_run)
    _print_posts(context, [post], None, dry_run=dry_run, json=json)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX: the editorial plan.")],
    mapping: Mapping = None,
    sheet: Sheet = None,
    date_order: DateOrder = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Plan the posts of a file: platform, date, time, language, text, ward, media.

    Several wards are separated by semicolons. The same row again changes nothing. A row
    that cannot be planned is named; exit code 3: some were, 1: all. Audited.

    Example: socialcell posts import december.csv --dry-run
    """
    from socialcell.connectors.files.table_mapping import table_options
    from socialcell.services.publishing import posts_file

    options = table_options(mapping, sheet, date_order)
    imported = posts_file.import_file(
        drafting_context(config), file, options, dry_run=dry_run
    )
    file_outcome.print_imported(imported, dry_run=dry_run, json=json)


@app.command()
def notice(
    on: Annotated[list[str], typer.Option("--on", help="A platform, again for each.")],
    name: Annotated[
        str | None,
        typer.Argument(metavar="[TEMPLATE]", help="As templates list shows."),
    ] = None,
    template: Annotated[
        str | None, typer.Option(help="The same as TEMPLATE, as an option.")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SLOT=VALUE",
            help="A slot, again for each; own words by language: slot.mr=…",
        ),
    ] = None,
    at: At = None,
    start: Annotated[
        str | None, typer.Option("--from", help="As --set from=…", metavar="TIME")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="As --set to=…", metavar="TIME")
    ] = None,
    reason: Annotated[
        list[str] | None,
        typer.Option(help="As --set reason=…; own words: mr=…, again for each."),
    ] = None,
    contact: Annotated[str | None, typer.Option(help="As --set contact=…")] = None,
    ward: Annotated[
        list[str] | None, typer.Option(help="As --set ward=…, again for each.")
    ] = None,
    lang: Annotated[
        list[str] | None,
        typer.Option(help="A language, again for each; mr, hi and en without it."),
    ] = None,
    media: Media = None,
    safety: Annotated[
        bool | None,
        typer.Option(
            "--safety/--no-safety",
            help="About life or limb: no mode holds it once approved. Without it as "
            "the template says.",
        ),
    ] = None,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write a notice as drafts in each language, from a template.

    posts templates show says which slots a template has. A slot that is missing is
    named. A notice of something that is closed also enters the planned closure, so
    that talk of it raises no alert. The same notice again changes nothing,
    unless nobody who had signed in made it, or it was withdrawn. Audited.

    Example: socialcell posts notice --template dam_discharge --on x --on telegram
    --set dam=khadakwasla --set cusecs=35574 --set from=2026-11-21T06:00
    --set source=water_resources --set contact=020-25501000
    """
    from socialcell.i18n import CODES
    from socialcell.services.publishing import notices

    if name and template and name != template:
        raise UsageError("posts.two_templates", first=name, second=template)
    chosen = template or name
    if not chosen:
        raise UsageError("posts.no_template")
    request = notices.NoticeRequest(
        template=chosen,
        platforms=tuple(dict.fromkeys(on)),
        given=_read_slots(values or [], start, end, reason or [], contact, ward or []),
        at=moment_of("--at", at),
        languages=tuple(dict.fromkeys(lang or CODES)),
        media=media,
        safety=safety,
    )
    context = drafting_context(config)
    created = notices.create_notice(context, request, dry_run=dry_run)
    _print_posts(context, created.posts, created.closure, dry_run=dry_run, json=json)


@app.command("list", cls=ListCommand)
def list_(
    since: Annotated[
        str | None, typer.Option(help="The first day; today without it.", metavar="DAY")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="The last day; three months on without it.", metavar="DAY"),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the cell's own posts by time: drafts, what waits, what is out.

    Without --since what is of days before and is not out is listed, too.

    Example: socialcell posts list --since 2026-11-01
    """
    from socialcell.services.planning import content_calendar

    rows = content_calendar.list_posts(open_context(config), since, until)
    if json:
        output.as_json({"posts": rows})
    else:
        print_posts(rows)


def print_posts(posts: "list[PostDocument]") -> None:
    """Own posts as a table."""
    output.table(
        ("id", "due", "on", "language", "words", "length", "wards", "state", "why"),
        [
            (
                post["id"],
                output.local(post["due_at"]),
                post["platform"],
                post["language"],
                post["text"].replace("\n", " "),
                f"{post['length']['used']}/{post['length']['limit']}",
                ", ".join(post["wards"]),
                post["standing"],
                _held_reason(post),
            )
            for post in posts
        ],
        important=("why",),
    )


def _held_reason(post: "PostDocument") -> str | None:
    """Why a post stands where it stands: what holds it, else what was answered."""
    if hold := post["hold"]:
        return ": ".join(filter(None, (hold["reason"], hold["why"])))
    waits = post["outgoing"]
    return waits and str(waits["answer"] or "")


@app.command()
def approve(
    ids: Annotated[list[int], typer.Argument(metavar="ID…", help="As list shows.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Approve drafts that somebody else entered: they go out at their time. Audited.

    What is marked as safety and was given no time leaves now, whatever the mode is.
    Whoever approves has signed in, has the role of approver or lead, and did not enter
    it; on a terminal it asks who that is.

    Example: socialcell posts approve 4 5 6
    """
    from socialcell.services.daemon import health
    from socialcell.services.publishing import own_posts, post_holds

    context = acting_context(config)
    posts = own_posts.approve_posts(context, ids)
    ids = [approved.id or 0 for approved in posts]
    held_reasons, holds = (
        post_holds.find_held(context, ids),
        post_holds.find_holds(context, ids),
    )
    obstacles = {
        platform: str(why)
        for platform in {approved.platform: None for approved in posts}
        if (why := post_holds.find_obstacle(context, platform)) is not None
    }
    if json:
        also: dict[str, DocumentValue] = (
            {"held": list(held_reasons)} if held_reasons else {}
        )
        if holds:
            also["holds"] = [
                {"id": id_, "reason": hold.reason, "why": hold.why}
                for id_, hold in holds.items()
            ]
        if obstacles:
            also["obstacles"] = [
                {"platform": platform, "why": why}
                for platform, why in obstacles.items()
            ]
        output.as_json({"approved": [approved.id for approved in posts], **also})
        return
    now = (
        "the daemon posts it within a minute."
        if health.why_dead(context) is None
        else "no daemon runs, so post it: socialcell posts publish"
    )
    for approved in posts:
        if hold := holds.get(approved.id or 0):
            held_by = f"held ({hold.reason}): {hold.why}"
            output.say(f"Post {approved.id} is approved, and {held_by}")
        elif why_not := obstacles.get(approved.platform):
            output.say(f"Post {approved.id} is approved, and cannot go out: {why_not}")
        elif approved.decided_at and approved.due_at <= approved.decided_at:
            output.say(f"Post {approved.id} goes out now: {now}")
        else:
            output.say(
                f"Post {approved.id} goes out on {output.local(approved.due_at)}."
            )


@app.command()
def withdraw(
    post: Post, reason: Reason, config: Config = None, json: Json = False
) -> None:
    """Take a post back that is not out yet. Audited.

    Example: socialcell posts withdraw 4 --reason "The repair was put off"
    """
    from socialcell.services.publishing import own_posts

    withdrawn = own_posts.withdraw_post(open_context(config), post, reason)
    if json:
        output.as_json({"post": withdrawn.id, "state": withdrawn.state})
    else:
        output.say(f"Post {withdrawn.id} does not go out.")


@app.command()
def delete(
    post: Post,
    reason: Reason,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Delete a post that is out from its platform. Audited.

    Example: socialcell posts delete 4 --reason "Wrong ward"
    """
    from socialcell.services.publishing import published_posts

    deletion = published_posts.delete_post(
        open_context(config), post, reason, dry_run=dry_run
    )
    if json:
        output.as_json(
            {"post": deletion.id, "state": deletion.state, "dry_run": dry_run}
        )
    elif dry_run:
        output.say(f"Would be deleted: {deletion.platform} {deletion.external_id}")
    else:
        output.say(f"Post {deletion.id} is deleted from {deletion.platform}.")


def _print_posts(
    context: "Context",
    posts: "Sequence[OwnPost]",
    closure: "PlannedClosure | None",
    *,
    dry_run: bool,
    json: bool,
) -> None:
    planned = None if dry_run else closure
    if json:
        rows = [
            {
                "id": None if dry_run else post.id,
                "platform": post.platform,
                "language": post.language,
                "due_at": post.due_at,
                "text": post.text,
                "safety": post.safety,
                "state": post.state,
            }
            for post in posts
        ]
        output.as_json(
            {
                "posts": rows,
                "closure": planned and planned.id,
                "incident": planned and planned.incident,
                "dry_run": dry_run,
            }
        )
        return
    for post in posts:
        number = "Would be planned" if dry_run else f"Post {post.id}"
        at = output.local(post.due_at)
        output.say(f"{number}: {at} {post.platform}, {post.language}, {post.state}")
        output.say("    " + post.text.replace("\n", "\n    "))
    if planned is not None:
        output.say(
            f"Closure {planned.incident} is entered, also while the posts wait: talk "
            "of it raises no alert. To end it before its time: "
            f"socialcell alerts unmute {planned.incident} --reason …"
        )
    if not dry_run:
        _advise_approval(
            context, [post for post in posts if post.safety and post.state == "draft"]
        )


def _advise_approval(context: "Context", drafts: "list[OwnPost]") -> None:
    """Who may approve drafts about life or limb; nobody may before who made them has
    signed in, which `drafting_context` has said."""
    from socialcell.services.makers import Maker
    from socialcell.services.publishing import post_drafts

    makers = post_drafts.find_makers(context, drafts)
    for maker, who in (
        (Maker.SELF, "ring a second person up. From their account"),
        (Maker.ANOTHER, "whoever has not made it approves it"),
    ):
        ids = [str(id_) for id_, made_by in makers.items() if made_by is maker]
        if ids:
            output.say(
                f"About life or limb: {who}: socialcell posts approve {' '.join(ids)}"
            )


def _read_slots(
    values: list[str],
    start: str | None,
    end: str | None,
    reason: list[str],
    contact: str | None,
    wards: list[str],
) -> dict[str, list[str]]:
    """Contents by slot; options that are named like a slot fill it. UsageError."""
    from socialcell.clock import IST

    pairs = [_pair("--set", text) for text in values]
    pairs += [("ward", ward) for ward in wards]
    for slot, text in (("from", start), ("to", end)):
        if moment := moment_of(f"--{slot}", text):
            local = moment.astimezone(IST).replace(tzinfo=None)
            pairs.append((slot, local.isoformat(timespec="minutes")))
    for text in reason:
        code, equals, words = text.partition("=")
        pairs.append((f"reason.{code.strip()}", words) if equals else ("reason", text))
    if contact is not None:
        pairs.append(("contact", contact))
    values_by_slot: dict[str, list[str]] = {}
    for slot, content in pairs:
        values_by_slot.setdefault(slot, []).append(content)
    return values_by_slot


def _pair(option: str, text: str) -> tuple[str, str]:
    slot, equals, words = text.partition("=")
    if not equals or not slot.strip():
        raise UsageError("posts.no_slot_value", option=option, text=text)
    return slot.strip(), words


def _stdin() -> str:
    import sys

    return sys.stdin.read()
