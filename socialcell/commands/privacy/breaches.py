"""Commands of `privacy breaches`: report, update, told, list, show, letters, affected,
close."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json, moment_of
from socialcell.registers.breach_rules import Duty

if TYPE_CHECKING:
    from socialcell.services.privacy.breaches import BreachLine

app = typer.Typer(
    help="Breaches of personal data: what must be told, to whom, by when.",
    no_args_is_help=True,
)
Number = Annotated[
    str, typer.Argument(help="The breach, such as B26-01.", metavar="NUMBER")
]
Until = Annotated[
    str | None, typer.Option(help="Until when it was open.", metavar="TIME")
]
Since = Annotated[
    str | None, typer.Option(help="Since when it was open.", metavar="TIME")
]
Persons = Annotated[
    int | None, typer.Option(min=0, help="How many persons, as far as it is known.")
]


@app.command()
def report(
    title: Annotated[str, typer.Argument(help="In a few words.")],
    what: Annotated[str, typer.Option(help="What happened, without names.")],
    data: Annotated[
        list[str], typer.Option(help="A kind of data; several times for more.")
    ],
    measures: Annotated[str, typer.Option(help="What was done.")] = "",
    noticed: Annotated[
        str | None, typer.Option(help="When; now without it.", metavar="TIME")
    ] = None,
    since: Since = None,
    until: Until = None,
    persons: Persons = None,
    language: Annotated[
        str, typer.Option(help="In which what and measures are: mr, hi or en.")
    ] = "en",
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter a breach; its clocks run from when it was noticed. Audited.

    CERT-In is told within 6 hours, the Board and each person without delay, and the
    Board in detail within 72 hours. Kinds of data that letters name in each language:
    names, handles, phones, addresses, texts, photos, identity_numbers, consents, staff.

    Example: socialcell privacy breaches report "Lost laptop" --data texts
    --what "A laptop with an export was lost."
    """
    from socialcell.services.privacy import breaches
    from socialcell.services.privacy.breaches import BreachDraft

    draft = BreachDraft(
        title=title,
        what=what,
        kinds=data,
        measures=measures,
        noticed_at=moment_of("--noticed", noticed),
        since=moment_of("--since", since),
        until=moment_of("--until", until),
        persons=persons,
        language=language,
    )
    _say(breaches.enter_breach(acting_context(config), draft), json=json)


@app.command()
def update(
    number: Number,
    what: Annotated[
        str | None, typer.Option(help="What happened, without names; all of it.")
    ] = None,
    measures: Annotated[
        str | None, typer.Option(help="What was done, all of it.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="In which they are: mr, hi or en. Without it that of the entry."
        ),
    ] = None,
    persons: Persons = None,
    since: Since = None,
    until: Until = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter what became known later, or our words in another language. Audited.

    A letter has our words in its own language once they are entered in it.

    Example: socialcell privacy breaches update B26-01 --persons 40
    """
    from socialcell.services.privacy import breaches
    from socialcell.services.privacy.breach_words import NewWords
    from socialcell.services.privacy.breaches import BreachFacts

    days = moment_of("--since", since), moment_of("--until", until)
    context = acting_context(config)
    words = None
    if what is not None or measures is not None:
        code = language or breaches.show_breach(context, number).language
        words = {code: NewWords(what, measures)}
    facts = BreachFacts(words=words, persons=persons, since=days[0], until=days[1])
    _say(breaches.add_facts(context, number, facts), json=json)


@app.command()
def told(
    number: Number,
    duty: Annotated[Duty, typer.Argument(help="Who was told.")],
    note: Annotated[str, typer.Option(help="How: the letter's number, a receipt.")],
    at: Annotated[
        str | None, typer.Option(help="When; now without it.", metavar="TIME")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Note that somebody was told. Audited.

    Example: socialcell privacy breaches told B26-01 cert_in --note "mail of 10:40"
    """
    from socialcell.services.privacy import breaches

    moment = moment_of("--at", at)
    line = breaches.enter_told(acting_context(config), number, duty, note, moment)
    _say(line, json=json)


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List breaches, the open ones first.

    Example: socialcell privacy breaches list
    """
    from socialcell.services.privacy import breaches

    lines = breaches.list_breaches(acting_context(config))
    if json:
        output.as_json({"breaches": [asdict(line) for line in lines]})
        return
    output.table(
        ("number", "title", "noticed", "persons", "to tell", "closed"),
        [
            (
                line.number,
                line.title,
                line.noticed_at,
                line.persons,
                ", ".join(
                    f"{duty.duty} {output.local(duty.due_at)}"
                    for duty in line.duties
                    if duty.told_at is None
                ),
                line.closed_at,
            )
            for line in lines
        ],
    )


@app.command()
def show(number: Number, config: Config = None, json: Json = False) -> None:
    """Show a breach with what must be told of it.

    Example: socialcell privacy breaches show B26-01
    """
    from socialcell.services.privacy import breaches

    _say(breaches.show_breach(acting_context(config), number), json=json)


@app.command()
def letters(
    number: Number,
    out: Annotated[
        Path | None, typer.Option(help="A folder, made if need be, with a file each.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Draft the letters to persons, Board and CERT-In, in three languages.

    They are drafts: nothing is sent. Read, correct and sign them. Words that are not
    entered in a letter's language are marked in it: see update --language.

    Example: socialcell privacy breaches letters B26-01 --out letters
    """
    from socialcell.services.privacy import breach_letters

    drafts = breach_letters.draft_letters(acting_context(config), number)
    if out is not None:
        _write_letters(out, {draft.file_name: draft.text for draft in drafts})
    if missing := sorted({d.language for d in drafts if not d.is_whole}):
        output.note(f"Our words are to be translated: {', '.join(missing)}")
    if json:
        output.as_json({"letters": [asdict(draft) for draft in drafts]})
        return
    if out is not None:
        output.say(f"Written: {len(drafts)} drafts in {out}")
        return
    for draft in drafts:
        output.say(f"--- {draft.to}, {draft.language}: {draft.subject}")
        output.say(draft.text)


@app.command()
def affected(
    number: Number,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="All who are held, not what was read.")
    ] = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Also handles; in the access log.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="A CSV file; standard output if none.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """List whom a breach affects: of what was read unmasked while it was open. Audited.

    `language` is that of the letter for each: of their request or case, else that in
    which most of their posts are, else Marathi.

    Example: socialcell privacy breaches affected B26-01 --everybody
    """
    from socialcell.services.privacy import affected_persons
    from socialcell.sheet import csv_lines

    result = affected_persons.list_affected(
        acting_context(config), number, everybody=everybody, reveal=reveal
    )
    rows = affected_persons.rows(result)
    for entry in result.wholes:
        output.note(
            f"{output.local(entry.at)} {entry.actor} read {entry.kind} "
            f"({entry.subject}): everybody in it may be affected"
        )
    if json:
        wholes = [entry.model_dump(exclude={"id"}) for entry in result.wholes]
        output.as_json({"persons": rows, "not_named": wholes})
        return
    lines = csv_lines(affected_persons.COLUMNS, rows)
    if out is None:
        output.write(lines)
        return
    output.write_file(out, lines, private=True)
    output.say(f"Written: {len(rows)} persons in {out}")


@app.command()
def close(number: Number, config: Config = None, json: Json = False) -> None:
    """Close a breach of which everybody is told. Audited.

    Example: socialcell privacy breaches close B26-01
    """
    from socialcell.services.privacy import breaches

    _say(breaches.close_breach(acting_context(config), number), json=json)


def _write_letters(folder: Path, texts: dict[str, str]) -> None:
    from socialcell.errors import SocialcellError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SocialcellError(
            "files.not_written", path=folder, reason=error.strerror
        ) from None
    for name, text in texts.items():
        output.write_file(folder / name, [text])


def _say(line: "BreachLine", *, json: bool) -> None:
    if json:
        output.as_json({"breach": asdict(line)})
        return
    output.record(
        {
            "number": line.number,
            "title": line.title,
            "what": line.what,
            "data": ", ".join(line.kinds),
            "noticed": line.noticed_at,
            "since": line.since,
            "until": line.until,
            "persons": line.persons,
            "measures": line.measures,
            "language": line.language,
            "also in": ", ".join(sorted(line.translations)),
            "closed": line.closed_at,
        }
    )
    output.table(
        ("to tell", "by", "state", "told", "by whom", "note"),
        [
            (d.duty, d.due_at, d.state, d.told_at, d.told_by, d.note)
            for d in line.duties
        ],
    )
