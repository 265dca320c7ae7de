"""Staff: who signs in, with which roles, and what one administrator proposes and
another confirms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from socialcell.clock import start_of_day
from socialcell.roles import ALL, Permission, Role
from socialcell.services.operators import accounts, listing, scopes
from socialcell.services.operators.accounts import IssuedCode, RoleRequest
from socialcell.services.operators.listing import GrantLine, OperatorLine
from socialcell.services.operators.scopes import ScopePlace
from socialcell.web.console.office import staff_words
from socialcell.web.pages.answers import Answer, RedirectTo, WebPage
from socialcell.web.pages.forms import Form, NoFields, OptionalDay
from socialcell.web.pages.page_request import PageRequest
from socialcell.web.pages.refusals import NotFound
from socialcell.web.pages.screens import Action, Row, Screen

MAY = Permission.MANAGE_OPERATORS
_ROLE = "role_"  # how the box of a role begins
ONE = "/staff/{id:number}"
_CHIPS = {
    "active": ("good", "check"),
    "no_password": ("warn", "clock"),
    "waits": ("warn", "clock"),
    "disabled": ("", "cross"),
}


class DatedForm(Form):
    """Where a role counts, from which day on, and its last day."""

    scope: Annotated[str, Field(max_length=100)] = ALL
    starts_on: OptionalDay = None
    last_day: OptionalDay = None

    def request_of(self, role: Role) -> RoleRequest:
        """The role with this scope and these days, as whole days in Pune."""
        first, last = self.starts_on, self.last_day
        return RoleRequest(
            role,
            self.scope,
            start_of_day(first) if first else None,
            start_of_day(last + timedelta(days=1)) if last else None,
        )


class NewOperatorForm(DatedForm):
    """A person with roles: those whose box is ticked."""

    model_config = ConfigDict(extra="allow")
    name: Annotated[str, Field(min_length=1, max_length=200)]

    @property
    def roles(self) -> Sequence[Role]:
        ticked = self.model_extra or {}
        return [role for role in Role if f"{_ROLE}{role}" in ticked]


class GrantForm(DatedForm):
    """A role for an operator."""

    role: Role


class RevokeForm(Form):
    """A role that is taken from an operator."""

    role: Role


class ResetForm(Form):
    """A new code; `without_factor`: the authenticator is lost as well."""

    without_factor: Annotated[bool, BeforeValidator(lambda text: text == "on")] = False


@dataclass(frozen=True)
class RoleLine:
    """A role of an operator in words. `place` is None for the whole city."""

    grant: GrantLine
    role: str
    place: str | None
    state: str


@dataclass(frozen=True)
class StaffLine:
    """An operator in words."""

    operator: OperatorLine
    chip: tuple[str, str, str]
    roles: Sequence[RoleLine]

    @property
    def waits(self) -> bool:
        """Whether something of the operator waits for a second person."""
        states = [self.operator.state, *(line.grant.state for line in self.roles)]
        return self.operator.reset_waits or "waits" in states


def show_staff(request: PageRequest) -> Answer:
    """Operators: those who wait for a second person first, then all."""
    places = scopes.list_places(request.context)
    lines = [
        _line(operator, places, request)
        for operator in listing.list_operators(request.context)
    ]
    return WebPage(
        "staff.html",
        {
            "waiting": [line for line in lines if line.waits],
            "lines": [line for line in lines if line.operator.state != "disabled"],
            "former": [line for line in lines if line.operator.state == "disabled"],
        },
    )


def _line(
    operator: OperatorLine, places: list[ScopePlace], request: PageRequest
) -> StaffLine:
    lang = request.lang
    kind, sign = _CHIPS[operator.state]
    return StaffLine(
        operator,
        (staff_words.operator_state(operator.state, lang), kind, sign),
        [
            RoleLine(
                grant,
                staff_words.role_name(grant.role, lang),
                scopes.place_name(places, grant.scope, lang.code),
                staff_words.grant_state(grant.state, lang),
            )
            for grant in operator.grants
        ],
    )


def show_operator(request: PageRequest) -> Answer:
    """An operator: roles, dates, sessions, and what may be done."""
    places = scopes.list_places(request.context)
    line = _line(operator_of(request), places, request)
    return WebPage(
        "staff_operator.html",
        {
            "line": line,
            "operator": line.operator,
            "is_own": line.operator.id == request.context.actor.id,
            "grant_roles": _role_choices(request),
            "places": _place_choices(places, request),
            "standing": {
                role.grant.role: role.role
                for role in line.roles
                if role.grant.state in ("in_force", "later", "waits")
            },
        },
    )


def operator_of(request: PageRequest) -> OperatorLine:
    """The operator of the path. NotFound: there is none."""
    operator = listing.find_operator(request.context, request.number("id"))
    if operator is None:
        raise NotFound
    return operator


def _role_choices(request: PageRequest) -> list[tuple[str, str]]:
    return [
        (
            role.value,
            f"{staff_words.role_name(role, request.lang)}: "
            f"{staff_words.role_effect(role, request.lang)}",
        )
        for role in Role
    ]


def _place_choices(
    places: Sequence[ScopePlace], request: PageRequest
) -> list[tuple[str, str]]:
    whole = (ALL, request.lang.gettext("The whole city"))
    return [whole, *((place.id, place.names[request.lang.code]) for place in places)]


def show_new_operator(request: PageRequest) -> Answer:
    """The form for a new operator."""
    places = scopes.list_places(request.context)
    return WebPage(
        "staff_new.html",
        {
            "roles": _role_choices(request),
            "places": _place_choices(places, request),
            "prefix": _ROLE,
        },
    )


def act_new_operator(request: PageRequest, form: NewOperatorForm) -> Answer:
    """Propose an operator; the first half of the code is shown this once."""
    requests = [form.request_of(role) for role in form.roles]
    code = accounts.add(request.context, form.name, requests)
    return _codes(code.name, [code], request)


def _codes(name: str, codes: Sequence[IssuedCode], request: PageRequest) -> WebPage:
    """The page that shows codes once."""
    id_ = listing.operator_number(request.context, name)
    return WebPage("staff_codes.html", {"name": name, "codes": codes, "id": id_})


def act_grant(request: PageRequest, form: GrantForm) -> Answer:
    """Propose a role."""
    operator = operator_of(request)
    accounts.grant(request.context, operator.name, form.request_of(form.role))
    notice = request.lang.gettext(
        "The role is proposed. It counts once another administrator confirms it."
    )
    return _back(operator, notice)


def act_revoke(request: PageRequest, form: RevokeForm) -> Answer:
    """Take a role back, at once."""
    operator = operator_of(request)
    accounts.revoke(request.context, operator.name, form.role)
    notice = request.lang.gettext(
        "%(who)s no longer has this role: %(role)s.",
        who=operator.name,
        role=staff_words.role_name(form.role, request.lang),
    )
    return _back(operator, notice)


def show_confirm(request: PageRequest) -> Answer:
    """What waits for a second person about an operator."""
    line = _line(operator_of(request), scopes.list_places(request.context), request)
    return WebPage("staff_confirm.html", {"line": line, "operator": line.operator})


def act_confirm(request: PageRequest, _form: NoFields) -> Answer:
    """Confirm what another administrator proposed; second halves are shown once."""
    operator = operator_of(request)
    confirmation = accounts.confirm(request.context, operator.name)
    if confirmation.codes:
        return _codes(operator.name, confirmation.codes, request)
    return _back(operator, request.lang.gettext("It counts from now on."))


def show_reset(request: PageRequest) -> Answer:
    """What a new code does, before it is given."""
    return WebPage("staff_reset.html", {"operator": operator_of(request)})


def act_reset(request: PageRequest, form: ResetForm) -> Answer:
    """Give a new code, or propose one."""
    operator = operator_of(request)
    code = accounts.reset(
        request.context, operator.name, drop_factor=form.without_factor
    )
    return _codes(operator.name, [code], request)


def show_disable(request: PageRequest) -> Answer:
    """What disabling an operator does, before it is done."""
    return WebPage("staff_disable.html", {"operator": operator_of(request)})


def act_disable(request: PageRequest, _form: NoFields) -> Answer:
    """Let an operator sign in no more."""
    operator = operator_of(request)
    accounts.disable(request.context, operator.name)
    notice = request.lang.gettext("%(who)s signs in no more.", who=operator.name)
    return _back(operator, notice)


def act_end_sessions(request: PageRequest, _form: NoFields) -> Answer:
    """End every session of an operator."""
    operator = operator_of(request)
    count = accounts.end(request.context, operator.name)
    notice = request.lang.ngettext(
        "%(n)s session has ended.", "%(n)s sessions have ended.", count
    )
    return _back(operator, notice)


def _back(operator: OperatorLine, notice: str) -> RedirectTo:
    return RedirectTo(f"/staff/{operator.id}", notice)


ROWS: tuple[Row, ...] = (
    Screen("/staff", MAY, show_staff),
    Screen("/staff/new", MAY, show_new_operator),
    Action("/staff/new", MAY, NewOperatorForm, act_new_operator, show_new_operator),
    Screen(ONE, MAY, show_operator),
    Action(f"{ONE}/grant", MAY, GrantForm, act_grant, show_operator),
    Action(f"{ONE}/revoke", MAY, RevokeForm, act_revoke, show_operator),
    Action(f"{ONE}/sessions", MAY, NoFields, act_end_sessions, show_operator),
    Screen(f"{ONE}/confirm", MAY, show_confirm),
    Action(f"{ONE}/confirm", MAY, NoFields, act_confirm, show_confirm),
    Screen(f"{ONE}/reset", MAY, show_reset),
    Action(f"{ONE}/reset", MAY, ResetForm, act_reset, show_reset),
    Screen(f"{ONE}/disable", MAY, show_disable),
    Action(f"{ONE}/disable", MAY, NoFields, act_disable, show_disable),
)
