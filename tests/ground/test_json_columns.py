"""Tables whose columns hold JSON of a named type."""

import pytest
from sqlmodel import SQLModel

from socialcell.campaigns.links.model import TrackedLinkVersion
from socialcell.campaigns.outcomes.model import OutcomeDay, Restatement
from socialcell.campaigns.outreach.model import OutreachStep
from socialcell.campaigns.planning.model import Plan
from socialcell.listening.model import Annotation, Mention

DOCUMENT = {"value": 7, "parts": [{"name": "पाणी"}, None]}


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (Annotation, "detail"),
        (Mention, "withheld"),
        (OutcomeDay, "first"),
        (OutreachStep, "detail"),
        (Plan, "brief"),
        (Plan, "choice"),
        (Restatement, "figures"),
        (TrackedLinkVersion, "said"),
    ],
)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_a_row_with_json_is_dumped_as_it_is_stored(
    model: type[SQLModel], column: str
) -> None:
    assert model(**{column: DOCUMENT}).model_dump()[column] == DOCUMENT
