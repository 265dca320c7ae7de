"""The registry of creators: entered, changed, imported, exported, forgotten."""

import io
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlmodel import update

from socialcell import db, sheet
from socialcell.campaigns.creators.creator import Creator
from socialcell.campaigns.creators.model import CreatorEntry
from socialcell.campaigns.creators.store import creators as store
from socialcell.errors import SocialcellError, UsageError
from socialcell.listening.store.people import registry
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from tests.operators import acting
from tests.registry_accounts import register_creators

pytestmark = pytest.mark.swept_on_postgresql

ASHA: dict[str, str | None] = {
    "key": "asha",
    "name": "Asha Sample",
    "kind": "creator",
    "accounts": "x:@Asha_Creates; instagram:asha.creates",
    "languages": "en;mr",
    "wards": "Kothrud-Bavdhan",
    "email": "asha@agency.example",
    "consent": "agreed",
    "consent_on": "2026-11-02",
    "consent_evidence": "letter 12",
    "connection": "paid",
    "cool_off_days": "90",
    "rate_source": "quotation of 2 November",
    "rate_reel": "40,000",
}
TODAY = date(2026, 11, 23)


def put(context: Context, **changes: str | None) -> creator_registry.EnteredCreator:
    return creator_registry.put_creator(context, {**ASHA, **changes})


@pytest.fixture
def workspace(workspace: Context) -> Context:
    """The workspace, with the accounts of these creators in the registry."""
    accounts = ("x:asha_creates", "instagram:asha.creates", "x:ravi", "x:mira", "x:uma")
    register_creators(workspace, *accounts)
    return workspace


def held(context: Context, key: str = "asha", on: date = TODAY) -> Creator:
    with db.reading(context.engine) as session:
        found = store.creator(session, key, on)
    assert found is not None
    return found


def nobody(context: Context) -> bool:
    with db.reading(context.engine) as session:
        return not store.creators(session, TODAY)


def log(context: Context) -> list[tuple[str, str, Mapping[str, Any]]]:
    with db.reading(context.engine) as session:
        rows = audit.entries(session, 100)
    return [
        (row.action, row.object, row.detail)
        for row in reversed(rows)
        if row.action != "registry.add"
    ]


def csv_file(folder: Path, *rows: Mapping[str, str | None]) -> Path:
    path = folder / "creators.csv"
    columns = list(rows[0])
    path.write_text("".join(sheet.csv_lines(columns, rows)), encoding="utf-8")
    return path


def test_an_entry_is_held_as_it_was_said(workspace: Context) -> None:
    assert put(workspace).outcome == "stored"
    made = held(workspace)
    assert [(one.platform, one.handle) for one in made.accounts] == [
        ("instagram", "asha.creates"),
        ("x", "asha_creates"),
    ]
    assert (made.languages, made.wards) == (("mr", "en"), ("ward:kothrud-bavdhan",))
    assert (made.consent, made.consent_on) == ("agreed", date(2026, 11, 2))
    assert made.rates["reel"].micros == 40_000_000_000
    assert (made.connection, made.cool_off_days) == ("paid", 90)


def test_said_again_it_changes_nothing(workspace: Context) -> None:
    put(workspace)
    assert put(workspace).outcome == "unchanged"
    assert [action for action, *_ in log(workspace)] == ["influencers.set"]


def test_who_stated_a_connection_and_when_is_kept_until_it_changes(
    workspace: Context,
) -> None:
    put(workspace)
    deputy = acting(workspace, "deputy")
    workspace.clock.advance(timedelta(days=1))
    assert put(deputy).outcome == "unchanged"
    assert put(deputy, connection="none").changed == (
        "connection",
        "connection_by",
        "connection_on",
    )
    assert creator_registry.export_creators(workspace)[0]["connection_by"] == "deputy"
    assert (
        creator_registry.export_creators(workspace)[0]["connection_on"] == "2026-11-24"
    )


def test_a_rate_holds_from_its_day_on(workspace: Context) -> None:
    put(workspace)
    said: dict[str, str | None] = {"key": "asha", "rate_reel": "50000"}
    creator_registry.put_creator(workspace, {**said, "rates_since": "2026-12-01"})
    assert held(workspace).rates["reel"].micros == 40_000_000_000
    later = held(workspace, on=date(2026, 12, 1))
    assert later.rates["reel"].micros == 50_000_000_000


def test_an_empty_text_takes_a_value_away(workspace: Context) -> None:
    put(workspace)
    made = creator_registry.put_creator(
        workspace, {"key": "asha", "email": "", "wards": None}
    )
    assert made.changed == ("email", "wards")
    assert held(workspace).wards == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": None}, "needs name"),
        ({"kind": "star"}, "kind 'star' is none of"),
        ({"accounts": "asha"}, "written x:asha_creates"),
        ({"accounts": "orkut:asha"}, "'orkut' is no platform"),
        ({"languages": "mr;de"}, "'de' is none of"),
        ({"wards": "Kothrd-Bavdhan"}, "wards: there is no area .* nearest"),
        ({"wards": "elsewhere:Nashik"}, "is no area of the city"),
        ({"email": "asha"}, "email 'asha' is not"),
        ({"phone": "call me"}, "phone 'call me' is not"),
        ({"consent_evidence": None}, "consent agreed needs consent_evidence"),
        ({"consent_on": "2026-12-24"}, "has not come yet"),
        ({"consent": None, "consent_on": None}, "only as a public person"),
        ({"consent_on": "soon"}, "takes a day"),
        ({"connection": "friend"}, "connection 'friend' is none of"),
        ({"connection": None, "connection_on": "2026-11-02"}, "connection is not"),
        ({"cool_off_days": "some"}, "no number of days"),
        ({"rate_reel": "4e4"}, "rate_reel '4e4' is no amount"),
        ({"rate_source": None}, "A rate needs rate_source"),
        ({"rate_song": "4"}, "has no rate_song"),
    ],
)
def test_what_is_wrong_is_named(
    workspace: Context, changes: dict[str, str | None], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        put(workspace, **changes)
    assert nobody(workspace)


def test_an_institution_needs_no_consent_to_be_listed(workspace: Context) -> None:
    made = put(workspace, kind="institution", consent=None, consent_on=None)
    assert made.outcome == "stored"


def test_a_public_person_may_be_listed_before_being_asked(workspace: Context) -> None:
    reason = "captain of the city's football club"
    put(workspace, consent=None, consent_on=None, public_because=reason)
    assert held(workspace).consent == "unknown"


def test_an_account_is_one_creators(workspace: Context) -> None:
    put(workspace)
    with pytest.raises(UsageError, match="x:asha_creates is an account of asha"):
        put(workspace, key="ravi", accounts="x:ravi;x:asha_creates")


@pytest.mark.parametrize(
    ("days", "day", "may"),
    [
        ("30", date(2026, 12, 1), False),
        ("30", date(2026, 12, 2), True),
        (None, date(2030, 1, 1), False),
    ],
)
def test_a_refusal_stands_as_long_as_the_cool_off(
    workspace: Context, days: str | None, day: date, may: bool
) -> None:
    put(
        workspace,
        **{"consent": "refused", "consent_on": "2026-11-02", "cool_off_days": days},
        public_because="the papers' theatre critic",
    )
    assert held(workspace).may_be_asked(day) is may


def test_nobody_is_entered_by_an_account_that_two_persons_have_not_agreed_on(
    workspace: Context,
) -> None:
    with pytest.raises(UsageError, match="x:kiran is not in the registry") as refused:
        put(workspace, accounts="x:asha_creates;x:@Kiran")

    assert "socialcell registry add x kiran" in str(refused.value)
    assert nobody(workspace)
    register_creators(workspace, "x:kiran")
    assert put(workspace, accounts="x:asha_creates;x:@Kiran").outcome == "stored"
    with pytest.raises(UsageError, match="x:lata is not in the registry"):
        put(workspace, accounts="x:asha_creates;x:lata")


def test_a_person_is_entered_by_an_account_and_a_partner_by_a_name(
    workspace: Context,
) -> None:
    for accounts in (None, ""):
        with pytest.raises(UsageError, match="at least one account"):
            put(workspace, accounts=accounts)
    assert put(workspace, kind="partner", accounts=None).outcome == "stored"
    with pytest.raises(UsageError, match="at least one account"):
        put(workspace, kind="celebrity", accounts=None)
    assert nobody(workspace) is False


def test_who_was_entered_before_the_rule_stays_and_can_be_changed(
    workspace: Context,
) -> None:
    put(workspace)
    with db.writing(workspace.engine) as session:
        now = workspace.clock.now()
        for account in ("x", "asha_creates"), ("instagram", "asha.creates"):
            registry.remove(session, *account, "as before", workspace.actor, now)

    assert put(workspace, contact="her agency").changed == ("contact",)


def test_a_person_without_an_account_is_changed_and_none_loses_the_last(
    workspace: Context,
) -> None:
    put(workspace, kind="partner", accounts=None)
    with db.writing(workspace.engine) as session:  # as was entered before the rule
        session.execute(update(CreatorEntry).values(kind="creator"))

    change = {"key": "asha", "contact": "her agency"}
    entered = creator_registry.put_creator(workspace, change)
    assert entered.changed == ("contact",)

    put(workspace)
    with pytest.raises(UsageError, match="at least one account"):
        put(workspace, accounts="")


def test_a_file_of_creators_is_taken_once(workspace: Context, tmp_path: Path) -> None:
    path = csv_file(tmp_path, ASHA, {**ASHA, "key": "ravi", "accounts": "x:ravi"})
    assert creator_registry.import_creators(workspace, path).outcomes == {"stored": 2}
    workspace.clock.advance(timedelta(days=3))
    assert creator_registry.import_creators(workspace, path).outcomes == {
        "unchanged": 2
    }


def test_a_dry_run_tells_what_it_would_do_and_does_nothing(
    workspace: Context, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, ASHA)
    done = creator_registry.import_creators(workspace, path, dry_run=True)
    assert done.outcomes == {"stored": 1}
    assert nobody(workspace)
    assert log(workspace) == []


def test_a_row_that_cannot_be_taken_leaves_nothing_behind(
    workspace: Context, tmp_path: Path
) -> None:
    rows = [
        ASHA,
        {**ASHA, "key": "ravi"},  # the same accounts
        {**ASHA, "key": "mira", "accounts": "x:mira", "kind": "star"},
        {**ASHA, "key": "uma", "accounts": "x:uma"},
    ]
    done = creator_registry.import_creators(workspace, csv_file(tmp_path, *rows))
    assert done.outcomes == {"stored": 2}
    assert [row for row, _ in done.rejects] == [3, 4]
    with db.reading(workspace.engine) as session:
        assert [one.id for one in store.creators(session, TODAY)] == ["asha", "uma"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_comes_back_unchanged(
    workspace: Context, tmp_path: Path, form: str
) -> None:
    put(workspace, name="=cmd|' /C calc'!A0", phone="+91 20 0000 0000")
    rows = creator_registry.export_creators(workspace)
    path = tmp_path / f"creators.{form}"
    if form == "csv":
        path.write_text("".join(sheet.csv_lines(creator_registry.COLUMNS_OUT, rows)))
    else:
        path.write_bytes(sheet.workbook(creator_registry.COLUMNS_OUT, rows, "creators"))
    workspace.clock.advance(timedelta(days=1))
    assert creator_registry.import_creators(workspace, path).outcomes == {
        "unchanged": 1
    }


def test_no_text_of_an_export_is_a_formula(workspace: Context) -> None:
    put(workspace, name="=1+1", contact="@SUM(A1)")
    rows = creator_registry.export_creators(workspace)
    made = sheet.workbook(creator_registry.COLUMNS_OUT, rows, "creators")
    page = openpyxl.load_workbook(io.BytesIO(made)).active
    assert page is not None
    kinds = {cell.data_type for row in page.iter_rows(min_row=2) for cell in row}
    assert "f" not in kinds
    lines = "".join(sheet.csv_lines(creator_registry.COLUMNS_OUT, rows))
    assert "'=1+1" in lines
    assert "'@SUM(A1)" in lines


def test_a_creator_is_forgotten_whole(workspace: Context) -> None:
    put(workspace)
    creator_registry.forget_creator(
        workspace, "asha", "consent withdrawn by asha@agency.example"
    )
    assert nobody(workspace)
    *_, (action, object_, detail) = log(workspace)
    assert (action, object_) == ("influencers.remove", "creator:1")
    assert "agency" not in detail["reason"]


def test_the_log_names_nobody(workspace: Context) -> None:
    put(workspace)
    assert "asha" not in str(log(workspace)).lower()


def test_who_is_not_there_cannot_be_removed(workspace: Context) -> None:
    with pytest.raises(SocialcellError, match="No creator has the key"):
        creator_registry.forget_creator(workspace, "asha", "why")
