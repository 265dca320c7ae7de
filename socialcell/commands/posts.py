"""Commands of the noun `posts`: add, import, notice, list, approve, delete."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from socialcell.commands import output, rows
from socialcell.commands.options import Config, DryRun, Json, open_context
from socialcell.errors import UsageError

app = typer.Typer(
    help="What the cell itself says in public: planned, approved, taken back.",
    no_args_is_help=True,
)
_FORMATS = ["%Y-%m-%dT%H:%M"]

Post = Annotated[int, typer.Argument(help="As list shows.")]
At = Annotated[
    datetime | None,
    typer.Option(
        formats=_FORMATS,
        help="When it is posted, in Pune. With --safety, without it: once approved.",
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
        str | None, typer.Option(help="The platform's number of what is answered.")
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
    from socialcell.clock import IST
    from socialcell.jobs import posts

    draft = posts.Draft(
        platform=platform,
        due_at=at and at.replace(tzinfo=IST),
        language=lang,
        text=_stdin() if text == "-" else text,
        wards=ward or (),
        media=media,
        reply_to=reply_to,
        kind="notice" if safety else "post",
        safety=safety,
    )
    made = posts.add(open_context(config), draft, dry_run=dry_run)
    _told([made], None, dry_run=dry_run, json=json)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX: the editorial plan.")],
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Plan the posts of a file: platform, date, time, language, text, ward, media.

    Several wards are separated by semicolons. The same row again changes nothing. A row
    that cannot be planned is named; exit code 3: some were, 1: all. Audited.

    Example: socialcell posts import december.csv --dry-run
    """
    from socialcell.jobs import posts_file

    done = posts_file.import_file(open_context(config), file, dry_run=dry_run)
    rows.tell(done, dry_run=dry_run, json=json)


@app.command()
def notice(
    template: Annotated[str, typer.Argument(help="As templates shows.")],
    start: Annotated[
        datetime,
        typer.Option("--from", formats=_FORMATS, help="From when it holds, in Pune."),
    ],
    end: Annotated[
        datetime, typer.Option("--to", formats=_FORMATS, help="Until when it holds.")
    ],
    on: Annotated[list[str], typer.Option("--on", help="A platform, again for each.")],
    reason: Annotated[
        list[str],
        typer.Option(help="A usual one, or your own: mr=…, again for each language."),
    ],
    contact: Annotated[str, typer.Option(help="Whom to ask: a number or address.")],
    at: At = None,
    ward: Wards = None,
    lang: Annotated[
        list[str] | None,
        typer.Option(help="A language, again for each; mr, hi and en without it."),
    ] = None,
    media: Media = None,
    safety: Safety = False,
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Write a notice as drafts in each language, from a template.

    A notice of something that is closed also enters the planned closure, so that talk
    of it raises no alert. The same notice again changes nothing. Audited.

    Example: socialcell posts notice water_closure --ward Kothrud-Bavdhan
    --from 2026-12-03T09:00 --to 2026-12-04T12:00 --reason pumping
    --contact 020-25501000 --at 2026-12-01T10:30 --on x --on telegram
    """
    from socialcell.clock import IST
    from socialcell.i18n import CODES
    from socialcell.jobs import notices

    asked = notices.Asked(
        template=template,
        platforms=tuple(dict.fromkeys(on)),
        at=at and at.replace(tzinfo=IST),
        start=start.replace(tzinfo=IST),
        end=end.replace(tzinfo=IST),
        reason=_reasons(reason),
        contact=contact,
        wards=ward or (),
        languages=tuple(dict.fromkeys(lang or CODES)),
        media=media,
        safety=safety,
    )
    made = notices.make(open_context(config), asked, dry_run=dry_run)
    _told(made.posts, made.closure, dry_run=dry_run, json=json)


@app.command()
def templates(json: Json = False) -> None:
    """List the notices that there are, with their blanks and usual reasons.

    Example: socialcell posts templates
    """
    from dataclasses import asdict

    from socialcell.campaigns import notices

    known = notices.templates().values()
    if json:
        found = [{**asdict(one), "blanks": list(one.blanks)} for one in known]
        output.as_json({"templates": found})
        return
    for one in known:
        output.say(f"{one.id}: {one.about}")
        output.say(f"  reasons: {', '.join(one.reasons)}")
        for code, words in one.words.items():
            output.say(f"  {code}: " + words.replace("\n", "\n      "))


@app.command("list")
def list_(
    since: Annotated[
        str | None,
        typer.Option(help="The first day; today without it.", metavar="DAY"),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="The last day; three months on without it.", metavar="DAY"),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the cell's own posts by time: drafts, what waits, what is out.

    Example: socialcell posts list --since 2026-11-01
    """
    from socialcell.jobs import own_calendar

    found = own_calendar.listed(open_context(config), since, until)
    if json:
        output.as_json({"posts": found})
    else:
        show(found)


def show(found: list[dict[str, Any]]) -> None:
    """Own posts as a table."""
    output.table(
        ("id", "due", "on", "language", "words", "length", "wards", "state", "why"),
        [
            (
                one["id"],
                output.local(one["due_at"]),
                one["platform"],
                one["language"],
                one["text"].replace("\n", " "),
                f"{one['length']['used']}/{one['length']['limit']}",
                ", ".join(one["wards"]),
                one["standing"],
                _why(one),
            )
            for one in found
        ],
    )


def _why(one: dict[str, Any]) -> str | None:
    """Why a post stands where it stands: what holds it, else what was answered."""
    if hold := one["hold"]:
        return ": ".join(filter(None, (hold["reason"], hold["why"])))
    waits = one["outgoing"]
    return waits and str(waits["answer"] or "")


@app.command()
def approve(
    ids: Annotated[list[int], typer.Argument(metavar="ID…", help="As list shows.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Approve drafts that somebody else entered: they go out at their time. Audited.

    What is marked as safety and was given no time leaves now, whatever the mode is.
    Who is at work is $SOCIALCELL_ACTOR, else the system's user.

    Example: socialcell posts approve 4 5 6
    """
    from socialcell.jobs import posts

    context = open_context(config)
    made = posts.approve(context, ids)
    ids = [one.id or 0 for one in made]
    held, holds = posts.find_held(context, ids), posts.find_holds(context, ids)
    if json:
        also: dict[str, Any] = {"held": list(held)} if held else {}
        if holds:
            also["holds"] = [
                {"id": id_, "reason": hold.reason, "why": hold.why}
                for id_, hold in holds.items()
            ]
        output.as_json({"approved": [one.id for one in made], **also})
        return
    for one in made:
        if hold := holds.get(one.id or 0):
            held_by = f"held ({hold.reason}): {hold.why}"
            output.say(f"Post {one.id} is approved, and {held_by}")
        elif one.decided_at and one.due_at <= one.decided_at:
            output.say(
                f"Post {one.id} goes out now: the daemon posts it within a minute. "
                "Without the daemon: socialcell campaigns publish"
            )
        else:
            output.say(f"Post {one.id} goes out on {output.local(one.due_at)}.")


@app.command()
def withdraw(
    post: Post, reason: Reason, config: Config = None, json: Json = False
) -> None:
    """Take a post back that is not out yet. Audited.

    Example: socialcell posts withdraw 4 --reason "The repair was put off"
    """
    from socialcell.jobs import posts

    made = posts.withdraw(open_context(config), post, reason)
    if json:
        output.as_json({"post": made.id, "state": made.state})
    else:
        output.say(f"Post {made.id} does not go out.")


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
    from socialcell.jobs import posts_out

    made = posts_out.delete(open_context(config), post, reason, dry_run=dry_run)
    if json:
        output.as_json({"post": made.id, "state": made.state, "dry_run": dry_run})
    elif dry_run:
        output.say(f"Would be deleted: {made.platform} {made.external_id}")
    else:
        output.say(f"Post {made.id} is deleted from {made.platform}.")


def _told(made: list[Any], closure: int | None, *, dry_run: bool, json: bool) -> None:
    if json:
        posts = [
            {
                "id": None if dry_run else one.id,
                "platform": one.platform,
                "language": one.language,
                "due_at": one.due_at,
                "text": one.text,
                "state": one.state,
            }
            for one in made
        ]
        output.as_json(
            {"posts": posts, "closure": None if dry_run else closure}
            | {"dry_run": dry_run}
        )
        return
    for one in made:
        number = "Would be planned" if dry_run else f"Post {one.id}"
        at = output.local(one.due_at)
        output.say(f"{number}: {at} {one.platform}, {one.language}, {one.state}")
        output.say("    " + one.text.replace("\n", "\n    "))
    if closure is not None and not dry_run:
        output.say(f"Closure {closure} is entered: talk of it raises no alert.")


def _reasons(given: list[str]) -> dict[str, str]:
    """One name, or words by language. UsageError when both are mixed."""
    if len(given) == 1 and "=" not in given[0]:
        return {"": given[0]}
    made = {}
    for one in given:
        code, equals, words = one.partition("=")
        if not equals:
            raise UsageError(
                f"--reason {one}: one usual reason, or mr=… for each language."
            )
        made[code.strip()] = words.strip()
    return made


def _stdin() -> str:
    import sys

    return sys.stdin.read()
