"""A post is shown, labelled and measured; evidence goes with who is forgotten."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import db
from socialcell.errors import SocialcellError, UsageError
from socialcell.ops import audit
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.outcomes import campaign_results
from socialcell.services.outreach import outreach_entry
from socialcell.services.outreach import outreach_view as view
from socialcell.services.privacy import data_requests
from tests.campaigns.planning import agreed_plans as agreed
from tests.campaigns.planning.agreed_plans import (
    NAME,
    POST,
    approved,
    come_to,
    number_of,
)
from tests.campaigns.planning.outreach_steps import step
from tests.operators import officer

pytestmark = pytest.mark.swept_on_postgresql


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Where is the post\\? Say --link"),
        ({"link": "seen it"}, "--link takes an address"),
        ({"link": "ftp://x.example/1"}, "--link takes an address"),
        ({"mention": 7}, "Mention 7 was not found for tag"),
    ],
)
def test_a_post_is_shown_by_a_link_or_by_one_that_was_found(
    ready: Context, told: dict[str, Any], said: str
) -> None:
    come_to(ready, number_of(ready, "dev"), "scheduled")

    with pytest.raises(UsageError, match=said):
        step(ready, "posted", **told)


def test_a_post_that_nobody_looked_at_counts_as_undisclosed(ready: Context) -> None:
    come_to(ready, number_of(ready, "dev"), "scheduled")
    step(ready, "posted", link=POST)

    (found,) = view.overview(ready, NAME).outreach["undisclosed"]

    assert found["wrong"] == ["nobody has looked whether it carries a label"]


def test_a_post_looked_at_again_keeps_its_link(ready: Context, tmp_path: Path) -> None:
    come_to(ready, number_of(ready, "dev"), "scheduled")
    step(ready, "posted", link=POST, label=False)
    assert view.overview(ready, NAME).outreach["undisclosed"][0]["wrong"] == [
        "a person saw no label"
    ]
    picture = tmp_path / "screen.png"
    picture.write_bytes(b"a picture")

    step(ready, "posted", file=picture, label=True)

    last = agreed.steps(ready)[-1]
    sha256 = hashlib.sha256(b"a picture").hexdigest()
    assert (last.evidence_kind, last.evidence) == ("link", POST)
    assert last.detail["also"] == [["file", sha256]]
    kept = ready.workspace.folder / "evidence" / f"{sha256}.png"
    assert kept.read_bytes() == b"a picture"
    assert kept.stat().st_mode & 0o077 == 0
    assert view.overview(ready, NAME).outreach["undisclosed"] == []


def test_a_film_carries_its_label_long_enough(city: Context, folder: Path) -> None:
    made = approved(city, folder, asset={"format": "reel"})
    come_to(made, number_of(made, "dev"), "scheduled")

    step(made, "posted", link=POST, label=True, seconds=2, length=12)
    assert view.overview(made, NAME).outreach["undisclosed"][0]["wrong"] == [
        "the label is on the picture for too short a time"
    ]
    step(made, "posted", label=True, seconds=3, length=12)
    assert view.overview(made, NAME).outreach["undisclosed"] == []


@pytest.mark.swept_on_postgresql
@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read"), (b"", "it shows nothing")]
)
def test_evidence_that_shows_nothing_is_refused(
    ready: Context, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "letter.pdf"
    if content is not None:
        path.write_bytes(content)
    come_to(ready, number_of(ready, "dev"), "contacted")

    with pytest.raises(SocialcellError, match=said):
        step(ready, "accepted", file=path)


# Measured, and forgotten ------------------------------------------------------------


def test_posts_are_measured_when_their_campaign_is_over_and_was(
    ready: Context,
) -> None:
    come_to(ready, number_of(ready, "dev"), "posted")
    ready.clock.advance(timedelta(days=20))  # 13 December: the campaign's last day
    assert (
        outreach_entry.record_measured(
            ready, NAME, campaign_results.measure_campaign(ready, NAME)
        )
        == 0
    )
    ready.clock.advance(timedelta(days=1))

    assert (
        outreach_entry.record_measured(
            ready, NAME, campaign_results.measure_campaign(ready, NAME)
        )
        == 1
    )

    last = agreed.steps(ready)[-1]
    assert (last.state, last.evidence_kind) == ("measured", "measure")
    assert view.overview(ready, NAME).outreach["states"] == {
        "approved": 1,
        "measured": 1,
    }
    assert outreach_entry.record_measured(ready, NAME, {}) == 0


def test_who_is_forgotten_takes_notes_and_evidence_along(
    ready: Context, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"a letter")
    come_to(ready, number_of(ready, "dev"), "contacted")
    step(ready, "accepted", file=letter, note="by post")
    rows = data_requests.export_account(
        officer(ready), "instagram", None, "dev_sample"
    )["creator"]
    assert "by post" in [row.get("note") for row in rows]

    creator_registry.forget_creator(ready, "dev", "asked for it")

    mine = [one for one in agreed.steps(ready) if one.by == "ravi"]
    assert [one.state for one in mine] == ["contacted", "accepted"]
    assert {(one.note, one.evidence) for one in mine} == {(None, None)}
    assert list((ready.workspace.folder / "evidence").iterdir()) == []
    with db.reading(ready.engine) as session:
        assert audit.verify(session).ok
