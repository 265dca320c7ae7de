"""Commands of the noun `referrals`: add, list, answer, back, service."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.options import Config, Json, open_context
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.services.desk.referral.referrals import ReferralEntry

app = typer.Typer(
    help="Referrals: cases that belong to another body, and services by right.",
    no_args_is_help=True,
)

_Case = Annotated[str, typer.Argument(help="The number of a case.", metavar="CASE")]


@app.command()
def add(
    case: _Case,
    body: Annotated[
        str | None, typer.Option(help="Such as body:msedcl; none: by the register.")
    ] = None,
    way: Annotated[
        str | None, typer.Option(help="tag, e-mail, portal or phone: how it is told.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Refer a case to the body that owned the problem on the day of the post.

    The register's sentence is drafted for the citizens in their language; a second
    person approves it. The body has seven days; if they are over, that is not PMC's.

    Example: socialcell referrals add 26-000004 --way phone
    """
    from socialcell.services.desk.referral import referrals

    result = referrals.refer(open_context(config), case, body=body, way=way)
    if json:
        document = asdict(result)
        document["untold"] = [str(message) for message in result.untold.values()]
        output.as_json({"case": case, **document})
        return
    output.say(
        f"Case {case} is referred to {result.name}; tell it by {result.way}. It is due "
        f"by {output.local(result.due_at)}"
    )
    if result.answer:
        output.say(f"Answer {result.answer} tells the citizens, once it is approved")
    for message in result.untold.values():
        output.say(str(message))


@app.command("list", cls=ListCommand)
def list_(
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those over seven days.")
    ] = False,
    all_: Annotated[
        bool, typer.Option("--all", help="Also those answered or back.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """List the referrals that wait for their body, the first due first.

    Example: socialcell referrals list --overdue
    """
    from socialcell.services.desk.referral import referrals

    entries = referrals.list_referrals(open_context(config), overdue=overdue, all_=all_)
    if json:
        output.as_json({"referrals": [asdict(entry) for entry in entries]})
        return
    columns = ("case", "body", "way", "referred", "due", "overdue", "answer")
    output.table(columns, [_row(entry) for entry in entries])


def _row(entry: "ReferralEntry") -> tuple[CellContent, ...]:
    referred, due = output.local(entry.made_at), output.local(entry.due_at)
    overdue = "yes" if entry.overdue else ""
    return entry.case, entry.body, entry.way, referred, due, overdue, entry.answer


@app.command()
def answer(
    case: _Case,
    words: Annotated[str, typer.Option(help="What the body answered.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Note what the body answered; then claim the case done, or take it back.

    Example: socialcell referrals answer 26-000004 --words "The transformer is changed"
    """
    from socialcell.services.desk.referral import referrals

    referrals.enter_body_answer(open_context(config), case, words)
    if json:
        output.as_json({"case": case, "answered": True})
    else:
        output.say(f"The answer to case {case} is noted")


@app.command()
def back(
    case: _Case,
    owner: Annotated[str, typer.Option(help="The department, such as dept:roads.")],
    reason: Annotated[str, typer.Option(help="Why it is ours.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Take a referred case back, for a department of the corporation.

    Example: socialcell referrals back 26-000004 --owner dept:electrical --reason "It
    is our pole"
    """
    from socialcell.services.desk.referral import referrals

    referrals.come_back(open_context(config), case, owner, reason)
    if json:
        output.as_json({"case": case, "owner": owner, "state": "assigned"})
    else:
        output.say(f"Case {case} is back, with {owner}")


@app.command()
def service(
    case: _Case,
    service_: Annotated[
        str | None,
        typer.Option("--service", help="Such as birth-certificate; none: by the post."),
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Answer a service by right that is late with the citizen's appeal.

    It is no grievance: it does not go to PMC Care. Days are named only where the
    municipal charter is known.

    Example: socialcell referrals service 26-000004 --service birth-certificate
    """
    from socialcell.services.desk.referral import service_answers

    answer = service_answers.answer_service(open_context(config), case, service_)
    document = {
        "case": case,
        "service": answer.service.id,
        "answer": answer.draft.key,
        "state": answer.draft.state,
        "messages": answer.draft.messages,
        "untold": [str(message) for message in answer.draft.unreached.values()],
    }
    if json:
        output.as_json(document)
        return
    output.say(
        f"Case {case} is about a service by right: {answer.service.name_en}. Answer "
        f"{answer.draft.key} names the appeal, once it is approved"
    )
    for message in answer.draft.unreached.values():
        output.say(str(message))
