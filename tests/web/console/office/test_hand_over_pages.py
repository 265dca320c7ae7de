"""An officer's work is handed over on the page of staff."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.desk.model import DeskCase
from socialcell.identity import store
from socialcell.identity.model import ApiToken
from socialcell.roles import Role, TokenScope
from socialcell.services.context import Context
from socialcell.services.operators import api_tokens, listing
from tests.desk_builders import make_case
from tests.operators import acting
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in

RAVI, ASHA = "Ravi Sample", "Asha Sample"


@pytest.fixture
def admin(context: Context, browser: BrowserSession) -> BrowserSession:
    """An administrator; Ravi with a case and a token, Asha his colleague."""
    ravi = acting(context, RAVI, Role.OPERATOR, Role.ADMIN)
    acting(context, ASHA, Role.OPERATOR)
    acting(context, "Sita Sample", Role.ADMIN)
    signed_in(browser, context, "Meera Sample", Role.ADMIN)
    end = context.clock.now() + timedelta(days=30)
    api_tokens.make_token(ravi, "wall", [TokenScope.FIGURES], end)
    with db.writing(context.engine) as session:
        for row in store.all_operators(session):
            row.password_hash = "set"  # who has none cannot be counted on
        make_case(
            session, context.clock.now(), assignee=ravi.actor.id, state="in_progress"
        )
    return browser


def page_of(context: Context, name: str = RAVI) -> str:
    line = next(row for row in listing.list_operators(context) if row.name == name)
    return f"/staff/{line.id}"


def look(browser: BrowserSession, context: Context) -> PageAnswer:
    path = page_of(context)
    form = browser.get(f"/en{path}/hand-over")
    return browser.send(form, f"{path}/hand-over/look", to=ASHA)


def test_what_would_be_is_shown_first_and_changes_nothing(
    admin: BrowserSession, context: Context, engine: Engine
) -> None:
    assert "Hand over the work" in admin.get(f"/en{page_of(context)}").text

    page = look(admin, context)

    assert "What Ravi Sample hands over to Asha Sample" in page.text
    assert "Administrator, Operator" in page.text
    assert "26-000001" in page.text
    assert "Roles that Asha Sample lacks Administrator" in page.text
    assert "wall" in page.text
    with db.reading(engine) as session:
        (token,) = session.scalars(select(ApiToken))
        assert token.revoked_at is None
        case = session.scalars(select(DeskCase)).one()
        leaving = store.find_operator(session, RAVI)
        assert leaving is not None
        assert case.assignee == leaving.id


def test_the_work_passes_and_new_tokens_are_shown_once(
    admin: BrowserSession, context: Context, engine: Engine
) -> None:
    path = page_of(context)

    outcome = admin.send(look(admin, context), f"{path}/hand-over", again=RAVI)

    assert "Ravi Sample has handed over" in outcome.text
    assert "New tokens, shown this once" in outcome.text
    with db.reading(engine) as session:
        asha = store.find_operator(session, ASHA)
        assert asha is not None
        assert session.scalars(select(DeskCase)).one().assignee == asha.id
        tokens = list(session.scalars(select(ApiToken)))
    assert sorted(token.revoked_at is None for token in tokens) == [False, True]
    after = admin.get(f"/en{path}")
    assert "Take back" not in after.text
    assert outcome.html.split('translate="no">')[1].split("<")[0] not in after.html


def test_another_name_changes_nothing(admin: BrowserSession, context: Context) -> None:
    path = page_of(context)

    refused = admin.send(look(admin, context), f"{path}/hand-over", again="Ravi")

    assert refused.status == 422
    assert "not the name of who leaves. Nothing was changed." in refused.text
    assert refused.form(f"{path}/hand-over/look").fields["to"] == ASHA
    assert "Take back: Operator" in admin.get(f"/en{path}").text


def test_it_is_for_administrators_and_not_to_oneself(
    admin: BrowserSession, context: Context
) -> None:
    path = page_of(context)
    form = admin.get(f"/en{path}/hand-over")

    itself = admin.send(form, f"{path}/hand-over/look", to=RAVI)
    nobody = admin.send(form, f"{path}/hand-over/look", to="Nobody")

    assert itself.status == 422
    assert nobody.status == 422
    assert admin.get("/en/staff/9999/hand-over").status == 404
    lead = signed_in(admin, context, "Lena", Role.LEAD)
    assert lead.get(f"/en{path}/hand-over").status == 403


@pytest.mark.parametrize("lang", ["mr", "hi"])
def test_the_pages_speak_each_language(
    admin: BrowserSession, context: Context, lang: str
) -> None:
    path = page_of(context)
    form = admin.get(f"/{lang}{path}/hand-over")

    page = admin.send(form, f"{path}/hand-over/look", to=ASHA)

    assert page.status == 200
    assert "Hand over" not in form.text + page.text
    assert "What" not in page.text
