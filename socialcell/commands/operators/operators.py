"""Commands of the noun `operators`: who signs in, and what each may do."""

import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from socialcell.commands import output
from socialcell.commands.list_command import ListCommand
from socialcell.commands.operators import sign_in_prompt
from socialcell.commands.operators.sign_in_prompt import acting_context
from socialcell.commands.options import Config, DryRun, Json, moment_of, open_context
from socialcell.roles import ALL, Role

if TYPE_CHECKING:
    from socialcell.services.operators.accounts import IssuedCode, RoleRequest
    from socialcell.services.operators.listing import OperatorLine

app = typer.Typer(
    help="Operators: who signs in, and what each of them may do.",
    no_args_is_help=True,
)
Name = Annotated[str, typer.Argument(help="The operator's name.", metavar="NAME")]
Scope = Annotated[
    str, typer.Option(help="Where it counts: all, or the id of a ward or department.")
]
From = Annotated[
    str | None,
    typer.Option("--from", help="From when on; now without it.", metavar="TIME"),
]
Until = Annotated[
    str | None,
    typer.Option(help="Until when; for good without it.", metavar="TIME"),
]


@app.command()
def begin(
    first: Annotated[str, typer.Argument(help="The name of one person.")],
    second: Annotated[str, typer.Argument(help="The name of another.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Make the first two operators of a workspace that has none.

    Both are leads, administrators and data protection officers. Each gets a code, which
    is shown this once: give it to that person alone, who sets a password with it.

    Example: socialcell operators begin "Asha Sample" "Meera Sample"
    """
    from socialcell.services.operators import accounts

    codes = accounts.begin(open_context(config), (first, second))
    if json:
        output.as_json({"operators": [asdict(code) for code in codes]})
        return
    say_codes(codes)


def say_codes(codes: "list[IssuedCode]") -> None:
    """Codes for people to set their passwords with."""
    from socialcell.clock import IST

    for code in codes:
        until = code.ends_at.astimezone(IST)
        output.say(f"{code.name}: {code.code} (until {until:%d %b %H:%M} IST)")
    output.say(
        "Give each code to that person alone. It is not shown again. Each sets a "
        'password with it: socialcell operators set-password "NAME"'
    )


@app.command()
def add(
    name: Name,
    role: Annotated[
        list[Role] | None, typer.Option(help="A role; may be given several times.")
    ] = None,
    scope: Scope = ALL,
    from_: From = None,
    until: Until = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Propose an operator, with roles. Another administrator confirms it. Audited.

    You see the first half of a code, whoever confirms it the second: the new operator
    needs both, so that neither of you can sign in under that name.

    Example: socialcell operators add "Ravi Sample" --role approver --until 2027-03-31
    """
    from socialcell.services.operators import accounts

    requests = [_request(each, scope, from_, until) for each in role or []]
    code = accounts.add(acting_context(config), name, requests)
    if json:
        output.as_json({"operator": asdict(code)})
        return
    _say_half(code, f'socialcell operators confirm "{code.name}"')


@app.command()
def grant(
    name: Name,
    role: Annotated[Role, typer.Argument(help="The role.")],
    scope: Scope = ALL,
    from_: From = None,
    until: Until = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Propose a role for an operator. Another administrator confirms it. Audited.

    Example: socialcell operators grant "Ravi Sample" approver --scope ward:aundh-baner
    """
    from socialcell.services.operators import accounts

    request = _request(role, scope, from_, until)
    accounts.grant(acting_context(config), name, request)
    if json:
        output.as_json({"name": name, "role": role, "scope": scope, "state": "waits"})
        return
    output.say(
        f"{name} has the role {role} once another administrator confirms it: "
        f'socialcell operators confirm "{name}"'
    )


@app.command()
def revoke(
    name: Name,
    role: Annotated[Role, typer.Argument(help="The role.")],
    config: Config = None,
    json: Json = False,
) -> None:
    """Take a role from an operator, at once. Audited.

    Refused where fewer than two administrators would be left.

    Example: socialcell operators revoke "Ravi Sample" approver
    """
    from socialcell.services.operators import accounts

    ended = accounts.revoke(acting_context(config), name, role)
    if json:
        output.as_json({"name": name, "role": role, "ended": ended})
        return
    output.say(f"{name} has the role {role} no more.")


@app.command()
def confirm(name: Name, config: Config = None, json: Json = False) -> None:
    """Confirm another administrator's proposal: an operator, roles, a reset. Audited.

    Example: socialcell operators confirm "Ravi Sample"
    """
    from socialcell.services.operators import accounts

    confirmation = accounts.confirm(acting_context(config), name)
    if json:
        output.as_json(asdict(confirmation))
        return
    if confirmation.grants:
        output.say(f"{confirmation.name} now has: {', '.join(confirmation.grants)}")
    for code in confirmation.codes:
        _say_half(code, f'socialcell operators set-password "{code.name}"')


@app.command()
def reset(
    name: Name,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="The authenticator is lost too.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Give an operator a new code to set a password with. Audited.

    Who has an authenticator needs it beside the code, and the old password ends now.
    Without one another administrator confirms it first, and sees the second half.

    Example: socialcell operators reset "Ravi Sample"
    """
    from socialcell.services.operators import accounts

    context = acting_context(config)
    code = accounts.reset(context, name, drop_factor=second_factor)
    if json:
        output.as_json({"operator": asdict(code)})
    elif code.is_half:
        _say_half(code, f'socialcell operators confirm "{code.name}"')
    else:
        say_codes([code])


@app.command()
def disable(name: Name, config: Config = None, json: Json = False) -> None:
    """Let an operator sign in no more; open sessions end now. Audited.

    Refused where fewer than two administrators would be left.

    Example: socialcell operators disable "Ravi Sample"
    """
    from socialcell.services.operators import accounts

    accounts.disable(acting_context(config), name)
    if json:
        output.as_json({"name": name, "state": "disabled"})
        return
    output.say(f"{name} signs in no more.")


@app.command("hand-over")
def hand_over(
    name: Name,
    to: Annotated[str, typer.Option(help="The colleague who takes over.")],
    dry_run: DryRun = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Let an officer leave: access ends, and open work passes to a colleague. Audited.

    Roles, sessions and leases end, API tokens are renewed and shown once, open cases
    and incidents pass on, and what else waits is listed. Sources go on. Roles that the
    colleague lacks are proposed and confirmed as always.

    Example: socialcell operators hand-over "Ravi Sample" --to "Asha Sample" --dry-run
    """
    from socialcell.services.handover import officer_handover

    result = officer_handover.hand_over(
        acting_context(config), name, to, dry_run=dry_run
    )
    roles, lacking = list(map(str, result.roles)), list(map(str, result.lacking))
    if json:
        document = asdict(result) | {"roles": roles, "lacking": lacking}
        output.as_json({"dry_run": dry_run, "hand_over": document})
        return
    if dry_run:
        output.say("Nothing was changed. What would be:")
    output.record(
        {
            "roles ended": ", ".join(roles),
            "sessions ended": result.sessions,
            f"cases to {result.to}": ", ".join(result.cases),
            "cases of nobody now": ", ".join(result.unassigned),
            f"incidents to {result.to}": ", ".join(map(str, result.incidents)),
            "answers that wait": ", ".join(result.answers),
            "posts that wait": ", ".join(map(str, result.posts)),
            "promises to keep": ", ".join(map(str, result.promises)),
            f"roles that {result.to} lacks": ", ".join(lacking),
            "shared secrets to renew": ", ".join(result.secrets),
        }
    )
    for token in () if dry_run else result.tokens:
        output.say(f"Token {token.name}, shown this once: {token.token}")


@app.command("list", cls=ListCommand)
def list_(config: Config = None, json: Json = False) -> None:
    """List operators with their roles, and what waits for a second person.

    Example: socialcell operators list
    """
    from socialcell.services.operators import listing

    operators = listing.list_operators(open_context(config))
    if json:
        output.as_json({"operators": [asdict(line) for line in operators]})
        return
    output.table(
        ("operator", "state", "roles", "waits", "factor", "sessions"),
        [_row(line) for line in operators],
    )


def _row(line: "OperatorLine") -> tuple[object, ...]:
    waiting = [_shown(g.role, g.scope) for g in line.grants if g.state == "waits"]
    if line.reset_waits:
        waiting.append("code")
    return (
        line.name,
        line.state,
        ", ".join(
            _shown(g.role, g.scope) for g in line.grants if g.state == "in_force"
        ),
        ", ".join(waiting),
        "yes" if line.second_factor else "no",
        line.sessions,
    )


def _shown(role: str, scope: str) -> str:
    return role if scope == ALL else f"{role} ({scope})"


@app.command("set-password")
def set_password(name: Name, config: Config = None, json: Json = False) -> None:
    """Set your own password, with a one-time code or the password that you have.

    Asks for both, and for a code of your authenticator where you have one; where
    standard input is no terminal it reads them from its lines, in this order. A
    password has 12 characters or more and is none that is easily guessed.

    Example: socialcell operators set-password "Asha Sample"
    """
    from socialcell.services.operators import own_access, sign_in

    context = open_context(config)
    proof = sign_in_prompt.secret("One-time code, or your password until now")
    password = sign_in_prompt.new_password()
    try:
        own_access.set_password(context, name, proof, password)
    except sign_in.CodeNeeded:
        code = sign_in_prompt.secret("Code of the authenticator, or a recovery code")
        own_access.set_password(context, name, proof, password, code)
    if json:
        output.as_json({"name": name, "password": "set"})
        return
    output.say(f'The password is set. Sign in: socialcell operators sign-in "{name}"')


@app.command("second-factor")
def second_factor(config: Config = None, json: Json = False) -> None:
    """Set up your authenticator app, and get ten recovery codes. Sign in first.

    Shows a QR code and its address; the app's first code, which it asks for, puts it
    into force. Where standard input is no terminal it reads that code from a line.

    Example: socialcell operators second-factor
    """
    from socialcell.services.operators import own_access

    context = acting_context(config)
    factor = own_access.begin_factor(context)
    if sys.stderr.isatty():
        import segno

        segno.make(factor.address).terminal(out=sys.stderr, compact=True)
    output.note(f"For your authenticator app: {factor.address}")
    code = sign_in_prompt.secret("The code that it shows now")
    recovery = own_access.confirm_factor(context, factor, code)
    if json:
        output.as_json({"name": context.actor.name, "recovery_codes": recovery})
        return
    output.say("The authenticator counts from now on. Recovery codes, each good once:")
    for recovery_code in recovery:
        output.say(f"  {recovery_code}")
    output.say("Keep them where the authenticator is not. They are not shown again.")


@app.command("sign-in")
def sign_in(name: Name, config: Config = None, json: Json = False) -> None:
    """Sign in in this shell, for 12 hours.

    The session's file is yours alone (0600), and counts in this shell: who shares the
    account and opens another one signs in there. Without a home to keep it in, each
    act asks. Where standard input is no terminal it reads the password, and then a
    code where there is an authenticator, from its lines.

    Example: socialcell operators sign-in "Asha Sample"
    """
    from socialcell.clock import IST
    from socialcell.identity import session_file
    from socialcell.services.operators import permissions
    from socialcell.services.operators import sign_in as sessions

    context = open_context(config)
    signed_in = sign_in_prompt.ask_and_sign_in(context, name)
    sessions.end_own_session(context)  # the one that this shell had open
    try:
        session_file.save(context.workspace.folder, signed_in.token)
    except OSError as error:
        from socialcell.errors import SocialcellError

        sessions.end_own_session(replace(context, actor=signed_in.actor))
        raise SocialcellError("operators.no_home", reason=error.strerror) from None
    if json:
        output.as_json({**asdict(signed_in.actor), "ends_at": signed_in.ends_at})
        return
    until = signed_in.ends_at.astimezone(IST)
    own_roles = sorted(signed_in.actor.roles)
    known_by = signed_in.actor.known_by
    idle = [r for r in own_roles if not permissions.role_counts(context, known_by, r)]
    roles = ", ".join(role for role in own_roles if role not in idle) or "none"
    output.say(f"{signed_in.actor.name} until {until:%d %b %H:%M} IST. Roles: {roles}")
    if idle:
        output.say(
            f"Only after a sign-in with an authenticator: {', '.join(idle)}. "
            "Next: socialcell operators second-factor, then sign in again."
        )


@app.command()
def end(
    name: Annotated[
        str | None, typer.Argument(help="Whose sessions, all of them; yours here.")
    ] = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """End your session in this shell, or every session of an operator. Audited.

    Example: socialcell operators end
    """
    from socialcell.identity import session_file
    from socialcell.services.operators import accounts
    from socialcell.services.operators import sign_in as sessions

    if name is not None:
        ended = accounts.end(acting_context(config), name)
    else:
        context = open_context(config)
        ended = int(context.actor.is_signed_in)
        sessions.end_own_session(context)
        session_file.delete(context.workspace.folder)
    if json:
        output.as_json({"ended": ended})
        return
    output.say(f"Sessions ended: {ended}")


def _say_half(code: "IssuedCode", next_command: str) -> None:
    output.say(f"One half of the code for {code.name}: {code.code}")
    output.say(f"Give it to that person. It is not shown again. Next: {next_command}")


def _request(
    role: Role, scope: str, from_: str | None, until: str | None
) -> "RoleRequest":
    from socialcell.services.operators.accounts import RoleRequest

    return RoleRequest(
        role, scope, moment_of("--from", from_), moment_of("--until", until)
    )
