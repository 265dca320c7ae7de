"""Breaches in the browser: entered, told in time, in three languages, closed."""

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from socialcell import db
from socialcell.clock import IST
from socialcell.desk import secret_seal
from socialcell.registers.breach_rules import DUTIES
from socialcell.registers.model import AccessEntry, DataBreach
from socialcell.roles import Role
from socialcell.services.context import Context
from tests.services.privacy.request_desk import store_hers
from tests.web.console.browser_session import BrowserSession, PageAnswer, signed_in

LIST, NEW, ONE = (
    "/privacy/breaches",
    "/privacy/breaches/new",
    "/privacy/breaches/B26-01",
)
WHAT = "A laptop with an export was lost."
MARATHI = "निर्यात असलेला एक लॅपटॉप हरवला."


@pytest.fixture
def officer(context: Context, browser: BrowserSession) -> BrowserSession:
    key = context.workspace.folder / "secrets" / secret_seal.KEY_NAME
    key.write_text(secret_seal.new_key())
    store_hers(context)
    return signed_in(browser, context, "Dina", Role.DPO)


def enter(browser: BrowserSession, **fields: str) -> PageAnswer:
    page = browser.get(f"/en{NEW}")
    values = {
        "title": "Lost laptop",
        "what": WHAT,
        "kind_texts": "on",
        "kind_handles": "on",
    } | fields
    return browser.send(page, NEW, **values)


def breach(engine: Engine) -> DataBreach:
    with db.reading(engine) as session:
        row = session.scalars(select(DataBreach)).one()
        session.expunge(row)
    return row


def ist(context: Context, **by: float) -> str:
    moment = context.clock.now() + timedelta(**by)
    return moment.astimezone(IST).strftime("%Y-%m-%dT%H:%M")


def test_a_breach_is_entered_with_its_kinds_and_its_clocks_run_from_when_it_was_noticed(
    officer: BrowserSession, context: Context, engine: Engine
) -> None:
    page = enter(officer, noticed=ist(context, hours=-5), others="voice mail, ")

    assert "Breach B26-01 is entered." in page.text
    assert WHAT in page.text
    assert "names of accounts, what people wrote, voice mail" in page.text
    assert "CERT-In" in page.text
    assert "1 h left" in page.text  # of six hours
    assert "19 h left" in page.text  # of the city's 24
    assert "2 days 19 h left" in page.text  # of 72
    assert breach(engine).kinds == ["handles", "texts", "voice mail"]
    listed = officer.get(f"/en{LIST}")
    assert "B26-01: Lost laptop" in listed.text
    assert "1 h left" in listed.text
    assert "how many are affected is not known" in listed.text


def test_a_form_that_is_refused_keeps_what_was_typed(
    officer: BrowserSession, context: Context
) -> None:
    short = enter(officer, what="Lost.")
    no_kind = officer.get(f"/en{NEW}")
    no_kind = officer.send(no_kind, NEW, title="Lost", what=WHAT)
    reversed_ = enter(officer, since=ist(context), until=ist(context, hours=-2))
    garbled = enter(officer, noticed="yesterday")
    later = enter(officer, noticed=ist(context, hours=2))

    assert short.status == 422
    assert "At least 20 characters." in short.text
    fields = short.form(NEW).fields
    assert (fields["title"], fields["what"]) == ("Lost laptop", "Lost.")
    assert (fields["kind_texts"], "kind_names" in fields) == ("on", False)
    assert "Tick at least one kind of data." in no_kind.text
    assert "until a moment before it began" in reversed_.text
    assert "Write the time as" in garbled.text
    assert "is still to come" in later.text
    assert "No breach is entered." in officer.get(f"/en{LIST}").text


def test_what_became_known_is_entered_in_each_language_and_letters_follow(
    officer: BrowserSession, context: Context, engine: Engine
) -> None:
    page = enter(officer)
    assert "What happened is still to be written in: Marathi, Hindi." in page.text
    marathi = officer.get(f"/en{ONE}?letters=mr")
    assert f"[भाषांतर करायचे आहे: {WHAT}]" in marathi.text

    form = officer.get(f"/en{ONE}/edit")
    assert form.form(f"{ONE}/edit").fields["what_en"] == WHAT
    changed = officer.send(
        form,
        f"{ONE}/edit",
        what_mr=MARATHI,
        measures_mr="खाती बंद केली.",
        measures_en="Locked.",
        since=ist(context, hours=-9),
        persons="40",
    )

    assert "What became known is entered." in changed.text
    assert "still to be written in: Hindi." in changed.text
    row = breach(engine)
    assert (row.what, row.measures, row.persons) == (WHAT, "Locked.", 40)
    assert row.from_at == context.clock.now() - timedelta(hours=9)
    assert row.translations == {"mr": {"what": MARATHI, "measures": "खाती बंद केली."}}
    assert f"काय झाले: {MARATHI}" in officer.get(f"/en{ONE}?letters=mr").text
    assert MARATHI in officer.get(f"/mr{ONE}").text
    same = officer.send(officer.get(f"/en{ONE}/edit"), f"{ONE}/edit")
    assert "Say what became known" in same.text


def test_the_drafts_are_downloaded_as_one_file(officer: BrowserSession) -> None:
    enter(officer)

    answer = officer.get(f"/en{ONE}/letters")

    assert "B26-01-letters.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert len(archive.namelist()) == len(DUTIES) * 3
        assert WHAT in archive.read("persons.en.txt").decode()
    assert officer.get("/en/privacy/breaches/B26-77/letters").status == 404


def test_a_breach_is_closed_once_everybody_is_told(
    officer: BrowserSession, context: Context, engine: Engine
) -> None:
    page = enter(officer)
    early = officer.send(
        page, f"{ONE}/told", duty="board", note="mail", at=ist(context, hours=-3)
    )
    assert "before the breach was noticed" in early.text
    assert f"{ONE}/close" not in [form.action[3:] for form in page.forms]
    for duty in DUTIES:
        page = officer.get(f"/en{ONE}")
        page = officer.send(page, f"{ONE}/told", duty=duty, note=f"letter of {duty}")
        assert f"by Dina. letter of {duty}" in page.text

    assert "everybody is told" in officer.get(f"/en{LIST}").text
    closed = officer.send(page, f"{ONE}/close")

    assert "Breach B26-01 is closed." in closed.text
    assert breach(engine).closed_by == "Dina"
    assert officer.get(f"/en{ONE}/edit").status == 404
    actions = {form.action for form in officer.get(f"/en{ONE}").forms}
    assert f"/en{ONE}/affected" in actions
    assert not actions & {f"/en{ONE}/told", f"/en{ONE}/close"}


def test_a_close_that_somebody_sends_too_early_is_refused(
    officer: BrowserSession, engine: Engine
) -> None:
    page = enter(officer)
    fields = page.form(f"{ONE}/told").fields
    guard = {name: fields[name] for name in ("token", "once")}

    refused = officer.post(f"/en{ONE}/close", guard)

    assert "still to be told" in refused.text
    assert breach(engine).closed_at is None


def test_whom_it_affects_is_counted_by_language_and_downloaded(
    officer: BrowserSession, engine: Engine
) -> None:
    page = enter(officer)

    shown = officer.send(page, f"{ONE}/affected", whom="everybody", handles="on")
    listed = officer.send(shown, f"{ONE}/affected/file")

    assert "Citizens 3" in shown.text
    rows = listed.body.decode().splitlines()
    assert rows[0] == "platform,person,handle,language"
    assert any(row.startswith("x,") and ",asha_canary," in row for row in rows)
    with db.reading(engine) as session:
        reads = list(session.scalars(select(AccessEntry).order_by(col(AccessEntry.id))))
        assert [(row.kind, row.records) for row in reads] == [("affected", 3)] * 2
    page = officer.get(f"/en{ONE}")
    unknown = officer.send(page, f"{ONE}/affected", whom="read")
    assert "not known since when" in unknown.text


@pytest.mark.parametrize("lang", ["mr", "hi"])
def test_the_pages_speak_each_language(officer: BrowserSession, lang: str) -> None:
    enter(officer)
    for path in (LIST, NEW, ONE, f"{ONE}/edit"):
        page = officer.get(f"/{lang}{path}")
        assert page.status == 200, path
        assert "Breach" not in page.text
        assert "Enter" not in page.text


@pytest.mark.parametrize("role", [Role.LEAD, Role.OPERATOR, Role.ADMIN, Role.AUDITOR])
def test_the_register_is_the_data_protection_officers(
    context: Context, browser: BrowserSession, role: Role
) -> None:
    other = signed_in(browser, context, "Ravi", role)

    assert other.get(f"/en{LIST}").status == 403
    assert other.get(f"/en{NEW}").status == 403
