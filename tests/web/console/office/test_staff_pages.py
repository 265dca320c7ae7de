"""Pages of staff: what one proposes another confirms, codes are shown once."""

from datetime import datetime

import pytest

from socialcell import db
from socialcell.clock import IST
from socialcell.identity import store
from socialcell.roles import Role
from socialcell.services.context import Context
from socialcell.services.mentions import mention_owners
from socialcell.services.operators import listing
from socialcell.services.operators.listing import OperatorLine
from tests import operators
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in
from tests.web.console.conftest import NewBrowser

pytestmark = pytest.mark.swept_on_postgresql


def find(context: Context, name: str) -> OperatorLine:
    return next(row for row in listing.list_operators(context) if row.name == name)


def two(
    context: Context, new_browser: NewBrowser
) -> tuple[BrowserSession, BrowserSession]:
    """The browsers of two administrators who have passwords."""
    asha = signed_in(new_browser(), context, "Asha", Role.ADMIN)
    meera = signed_in(new_browser(), context, "Meera", Role.ADMIN)
    with db.writing(context.engine) as session:
        for operator in store.all_operators(session):
            operator.password_hash = "set"
    return asha, meera


def code_of(page: PageAnswer) -> str:
    start = page.html.index('<li translate="no">') + len('<li translate="no">')
    return page.html[start : page.html.index("<", start)]


def test_a_person_is_proposed_by_one_and_confirmed_by_another_each_seeing_one_half(
    context: Context, new_browser: NewBrowser
) -> None:
    asha, meera = two(context, new_browser)

    form = asha.get("/en/staff/new").form("/staff/new")
    fields = {**form.fields, "name": "Ravi", "role_approver": "on"}
    first = asha.post(form.action, fields)
    again = asha.post(form.action, fields)
    path = f"/staff/{find(context, 'Ravi').id}/confirm"
    own = asha.send(asha.get(f"/en{path}"), path)
    second = meera.send(meera.get(f"/en{path}"), path)

    assert "Half of the code for Ravi" in first.text
    assert code_of(first) not in again.html
    assert own.status == 422
    assert "Half of the code for Ravi" in second.text
    assert code_of(second) != code_of(first)
    line = find(context, "Ravi")
    assert (line.state, line.grants[0].state) == ("no_password", "in_force")
    assert (line.proposed_by, line.confirmed_by) == ("Asha", "Meera")


def test_what_waits_for_a_second_person_stands_first(
    context: Context, new_browser: NewBrowser
) -> None:
    asha, meera = two(context, new_browser)
    asha.send(asha.get("/en/staff/new"), "/staff/new", name="Ravi", role_lead="on")

    text = meera.get("/en/staff").text

    assert "Waits for a second person Ravi A new person, proposed by Asha." in text
    assert text.index("Waits for a second person") < text.index("Who may sign in")


def test_a_role_counts_for_its_place_from_its_day_to_the_end_of_its_last(
    context: Context, new_browser: NewBrowser
) -> None:
    mention_owners.update_owners(context.engine)
    asha, meera = two(context, new_browser)
    operators.operator(context, "Ravi", Role.VIEWER)
    id_ = find(context, "Ravi").id

    proposed = asha.send(
        asha.get(f"/en/staff/{id_}"),
        f"/staff/{id_}/grant",
        role="approver",
        scope="dept:water",
        starts_on="2026-12-01",
        last_day="2027-03-31",
    )
    confirmed = meera.send(
        meera.get(f"/en/staff/{id_}/confirm"), f"/staff/{id_}/confirm"
    )

    assert "It counts once another administrator confirms it." in proposed.text
    assert "It counts from now on." in confirmed.text
    grant = find(context, "Ravi").grants[1]
    assert (grant.role, grant.scope, grant.state) == ("approver", "dept:water", "later")
    assert grant.starts_at == datetime(2026, 12, 1, tzinfo=IST)
    assert grant.ends_at == datetime(2027, 4, 1, tzinfo=IST)


def test_a_wrong_day_is_named_and_what_was_typed_stays(
    context: Context, new_browser: NewBrowser
) -> None:
    asha, _ = two(context, new_browser)
    operators.operator(context, "Ravi", Role.VIEWER)
    id_ = find(context, "Ravi").id
    action = f"/staff/{id_}/grant"

    refused = asha.send(
        asha.get(f"/en/staff/{id_}"), action, role="lead", last_day="soon"
    )

    assert refused.status == 422
    assert "Write a day as 2026-11-21." in refused.text
    assert refused.form(action).fields["role"] == "lead"
    assert len(find(context, "Ravi").grants) == 1


def test_a_role_is_taken_back_at_once_and_two_administrators_stay(
    context: Context, new_browser: NewBrowser
) -> None:
    asha, _ = two(context, new_browser)
    operators.operator(context, "Ravi", Role.LEAD)
    ravi, meera = find(context, "Ravi").id, find(context, "Meera").id

    taken = asha.send(asha.get(f"/en/staff/{ravi}"), f"/staff/{ravi}/revoke")
    refused = asha.send(asha.get(f"/en/staff/{meera}"), f"/staff/{meera}/revoke")

    assert "Ravi no longer has this role: Lead of the cell." in taken.text
    assert [grant.state for grant in find(context, "Ravi").grants] == ["revoked"]
    assert refused.status == 422
    assert [grant.state for grant in find(context, "Meera").grants] == ["in_force"]


def test_sessions_are_ended_and_a_disabled_person_signs_in_no_more(
    context: Context, new_browser: NewBrowser
) -> None:
    asha, _ = two(context, new_browser)
    ravi = signed_in(new_browser(), context, "Ravi", Role.LEAD)
    id_ = find(context, "Ravi").id

    ended = asha.send(asha.get(f"/en/staff/{id_}"), f"/staff/{id_}/sessions")
    landed = ravi.get("/en/outbox")
    path = f"/staff/{id_}/disable"
    disabled = asha.send(asha.get(f"/en{path}"), path)

    # One session of a shell, which the builder opens, and one of the browser.
    assert "2 sessions have ended." in ended.text
    assert landed.path.startswith("/en/sign-in")
    assert "Ravi signs in no more." in disabled.text
    with db.reading(context.engine) as session:
        operator = store.find_operator(session, "Ravi")
        assert operator is not None
        assert not operator.may_sign_in


def test_a_new_code_without_an_authenticator_waits_for_a_second_person(
    context: Context, new_browser: NewBrowser
) -> None:
    asha, meera = two(context, new_browser)
    operators.operator(context, "Ravi", Role.VIEWER)
    id_ = find(context, "Ravi").id
    path = f"/staff/{id_}/reset"

    half = asha.send(asha.get(f"/en{path}"), path)

    assert "Half of the code for Ravi" in half.text
    assert find(context, "Ravi").reset_waits
    assert "A new code." in meera.get("/en/staff").text


def test_only_administrators_see_the_staff(
    context: Context, browser: BrowserSession
) -> None:
    signed_in(browser, context, "Asha", Role.LEAD)

    assert browser.get("/en/staff").status == 403
    assert browser.get("/en/staff/1").status == 403


def test_a_name_with_markup_is_inert(context: Context, new_browser: NewBrowser) -> None:
    asha, _ = two(context, new_browser)
    operators.operator(context, "<b onclick=x>Ravi", Role.VIEWER)

    assert "<b onclick" not in asha.get("/mr/staff").html
