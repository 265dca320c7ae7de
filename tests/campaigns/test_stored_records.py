"""What the stores of campaigns return: one field a column, and the exported fields."""

from dataclasses import fields
from typing import Any

import pytest
from sqlmodel import SQLModel

from socialcell import db
from socialcell.campaigns.creators.model import (
    AccountFlag,
    CreatorEntry,
    CreatorInsight,
    CreatorSketch,
)
from socialcell.campaigns.creators.store.creator_rows import (
    StoredCreator,
    StoredFlag,
    StoredInsight,
    StoredSketch,
)
from socialcell.campaigns.links.model import Click, ClickRow, TrackedLinkVersion
from socialcell.campaigns.links.store.clicks import StoredClick
from socialcell.campaigns.links.store.links import LinkVersion
from socialcell.campaigns.outreach.disclosure_status import DisclosureFinding
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.campaigns.outreach.store.outreach import StoredStep


@pytest.mark.parametrize(
    ("record", "table"),
    [
        (StoredCreator, CreatorEntry),
        (StoredInsight, CreatorInsight),
        (StoredSketch, CreatorSketch),
        (StoredFlag, AccountFlag),
        (StoredClick, Click),
        (LinkVersion, TrackedLinkVersion),
        (StoredStep, OutreachStep),
    ],
)
def test_a_record_has_the_columns_of_its_table(
    record: Any, table: type[SQLModel]
) -> None:
    columns = [column.name for column in db.table(table).columns]
    assert [field.name for field in fields(record)] == columns


def test_a_click_is_stored_with_every_column_of_its_table() -> None:
    columns = [column.name for column in db.table(Click).columns]
    assert list(ClickRow.__annotations__) == columns


@pytest.mark.parametrize(
    ("record", "names"),
    [
        (
            StoredCreator,
            "id key name kind languages wards contact email phone rate_class "
            "rate_source consent consent_on consent_evidence public_because connection "
            "connection_on connection_by cool_off_days added_by added_at changed_at",
        ),
        (
            StoredFlag,
            "id platform handle flag reason by at lifted_by lifted_at lifted_reason",
        ),
        (
            StoredStep,
            "id campaign terms tag_id state by at note evidence_kind evidence detail",
        ),
    ],
)
def test_a_person_is_given_these_fields_of_what_is_stored_of_them(
    record: Any, names: str
) -> None:
    """The document of `privacy export` holds these records as they are."""
    assert [field.name for field in fields(record)] == names.split()


def test_a_finding_is_stored_under_the_keys_that_outreach_shows() -> None:
    finding = DisclosureFinding(("late",), True, 4.0, 20.0)

    assert finding.as_dict() == {
        "faults": ["late"],
        "label": True,
        "seconds": 4.0,
        "length": 20.0,
    }
