"""Commands of `privacy requests`: receive, list, show, identify, answer, refuse."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, Json, moment_of
from socialcell.commands.privacy.entries_that_stay import note_public_people
from socialcell.json_types import dumps
from socialcell.registers.request_rules import (
    Channel,
    OnBehalf,
    Refusal,
    RequestKind,
)
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.services.privacy.person_requests import NamedAccount, RequestLine

app = typer.Typer(
    help="Requests of persons under the law, with their clocks.", no_args_is_help=True
)
Number = Annotated[
    str, typer.Argument(help="The request, such as R26-0001.", metavar="NUMBER")
]
Words = Annotated[
    str, typer.Option(help="What the person is told; - reads standard input.")
]
_COLUMNS = (
    *("number", "kind", "for", "state", "clock"),
    *("received", "due", "at the latest", "accounts"),
)


@app.command()
def receive(
    kind: Annotated[RequestKind, typer.Argument(help="What is asked.")],
    name: Annotated[str, typer.Option(help="Who asks.")],
    channel: Annotated[Channel, typer.Option(help="How it came.")] = "letter",
    account: Annotated[
        list[str] | None,
        typer.Option(
            help="An account, as x:@handle or whatsapp:+91…; several times for more.",
            metavar="PLATFORM:NAME",
        ),
    ] = None,
    reach: Annotated[str, typer.Option(help="How to reach them.")] = "",
    words: Annotated[
        str, typer.Option(help="What they wrote; - reads standard input.")
    ] = "",
    on_behalf: Annotated[
        OnBehalf, typer.Option(help="Who asks for the person.")
    ] = "self",
    authority: Annotated[
        str, typer.Option(help="What a guardian or nominee showed.")
    ] = "",
    nominee: Annotated[
        str, typer.Option(help="Whom a nomination names, and how to reach them.")
    ] = "",
    child: Annotated[
        bool, typer.Option("--child", help="It is about a child.")
    ] = False,
    language: Annotated[str, typer.Option(help="Of the answer: mr, hi or en.")] = "mr",
    received: Annotated[
        str | None, typer.Option(help="When it came; now without it.", metavar="TIME")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Enter a person's request; its clock runs from when it came. Audited.

    Names, words and accounts are encrypted. For the data protection officer.

    Example: socialcell privacy requests receive erasure --name "Asha Sample"
    --account x:@asha_k
    """
    from socialcell.services.privacy import person_requests
    from socialcell.services.privacy.person_requests import RequestDraft
    from socialcell.services.privacy.request_secrets import RequestSecrets

    secrets = RequestSecrets(name, reach, _typed(words), authority, nominee)
    draft = RequestDraft(
        kind=kind,
        channel=channel,
        secrets=secrets,
        accounts=[_account(text) for text in account or []],
        on_behalf=on_behalf,
        is_child=child,
        language=language,
        received_at=moment_of("--received", received),
    )
    line = person_requests.receive_request(acting_context(config), draft)
    if json:
        output.as_json({"request": asdict(line)})
        return
    output.say(
        f"Request {line.number} ({line.kind}). Answer it by "
        f"{output.local(line.due_at)}; the law's time ends {output.local(line.stop_at)}"
    )


@app.command("list", cls=ListCommand)
def list_(
    all_: Annotated[
        bool, typer.Option("--all", help="Also those that are answered.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """List requests by their clocks, without what they say of anybody.

    Example: socialcell privacy requests list
    """
    from socialcell.services.privacy import person_requests

    lines = person_requests.list_requests(acting_context(config), only_open=not all_)
    if json:
        output.as_json({"requests": [asdict(line) for line in lines]})
        return
    output.table(_COLUMNS, [_row(line) for line in lines], important=("clock", "due"))


@app.command()
def show(
    number: Number,
    reveal: Annotated[
        bool,
        typer.Option(
            "--reveal", help="Also names and words; it stands in the access log."
        ),
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Show a request with its steps.

    Example: socialcell privacy requests show R26-0001
    """
    from socialcell.services.privacy import person_requests

    shown = person_requests.show_request(acting_context(config), number, reveal=reveal)
    if json:
        output.as_json({"request": asdict(shown)})
        return
    output.record(dict(zip(_COLUMNS, _row(shown.line), strict=True)))
    line = shown.line
    output.record(
        {"outcome": line.outcome, "refusal": line.refusal, "at": line.answered_at}
    )
    if shown.secrets is not None:
        output.record(asdict(shown.secrets))
    for named in shown.named:
        output.record({"account": f"{named.platform}: {named.handle or named.uid}"})
    for entry in shown.nominees:
        output.record({"nominee on file": f"{entry.platform}: {entry.nominee}"})
    if shown.answer:
        output.record({"answer": shown.answer})
    for step in shown.steps:
        output.say(f"{output.local(step.at)}  {step.kind}  {step.by}  {step.note}")


@app.command()
def identify(
    number: Number,
    how: Annotated[
        str, typer.Option(help="How it was made sure that the account is theirs.")
    ],
    config: Config = None,
    json: Json = False,
) -> None:
    """Note how it was made sure that the account is theirs. Audited.

    Example: socialcell privacy requests identify R26-0001 --how "wrote our word there"
    """
    from socialcell.services.privacy import person_requests

    line = person_requests.identify(acting_context(config), number, how)
    _say_line(line, json=json)


@app.command()
def answer(
    number: Number,
    words: Words = "",
    out: Annotated[
        Path | None,
        typer.Option(help="Where the person's copy is written, of an access request."),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Carry out a request on every account that it names, and answer it. Audited.

    Erasure erases, access writes all that is held (unmasked, for that person), a
    withdrawal ends consents, a nomination enters the nominee. If it is interrupted, or
    must wait (exit code 3), give the same command again: nothing is done twice.

    Example: socialcell privacy requests answer R26-0001 --words "All is erased."
    """
    from socialcell.services.privacy import request_answers
    from socialcell.services.privacy.request_answers import PersonalDocument

    def write(document: PersonalDocument) -> None:
        if out is not None:
            text = dumps(document, indent=1) + "\n"
            output.write_file(out, [text], private=True)

    result = request_answers.answer_request(
        acting_context(config),
        number,
        _typed(words),
        write if out is not None else None,
    )
    _say_line(result.line, json=json, waits=result.waits)
    note_public_people(result.stays_public)
    if result.waits:
        output.note(result.waits)
        raise typer.Exit(3)


@app.command()
def refuse(
    number: Number,
    reason: Annotated[Refusal, typer.Argument(help="Why.")],
    words: Words,
    config: Config = None,
    json: Json = False,
) -> None:
    """Answer a request with no, and say why in words for the person. Audited.

    Example: socialcell privacy requests refuse R26-0001 not_identified
    --words "Nobody wrote our word from that account."
    """
    from socialcell.services.privacy import person_requests

    context = acting_context(config)
    line = person_requests.refuse(context, number, reason, _typed(words))
    _say_line(line, json=json)


def _typed(text: str) -> str:
    return sys.stdin.read() if text == "-" else text


def _account(text: str) -> "NamedAccount":
    from socialcell.errors import UsageError
    from socialcell.services.privacy.person_requests import NamedAccount

    platform, colon, name = (part.strip() for part in text.partition(":"))
    if not (platform and colon and name):
        raise UsageError("registers.account_form", text=text)
    if name.startswith("@"):
        return NamedAccount(platform, handle=name)
    return NamedAccount(platform, uid=name)


def _row(line: "RequestLine") -> tuple[CellContent, ...]:
    return (
        line.number,
        line.kind,
        "child" if line.is_child else line.on_behalf,
        line.state,
        line.clock or line.outcome,
        line.received_at,
        line.due_at,
        line.stop_at,
        ", ".join(line.accounts),
    )


def _say_line(line: "RequestLine", *, json: bool, waits: str | None = None) -> None:
    if json:
        output.as_json({"request": asdict(line), "waits": waits})
        return
    counts = ", ".join(
        f"{name.replace('_', ' ')} {n}" for name, n in (line.receipt or {}).items()
    )
    shown = f"Request {line.number}: {line.state.replace('_', ' ')}"
    output.say(shown + (f" ({counts})" if counts and line.outcome else ""))
