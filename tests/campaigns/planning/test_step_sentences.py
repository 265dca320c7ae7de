"""Pending steps and drafted posts in words."""

from datetime import date

import pytest

from socialcell.campaigns.outreach.pending_steps import PendingStep, step_text
from socialcell.campaigns.planning import draft_posts
from socialcell.i18n import language


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("approve", "monsoon26: the plan waits for a second person"),
        ("approve_again", "monsoon26: the plan changed, approve it again"),
        ("blocked", "monsoon26, tag 3: a rule is in the way"),
        ("contact", "monsoon26, tag 3: nobody was contacted yet"),
        ("schedule", "monsoon26, tag 3: accepted, not scheduled"),
        ("answer", "monsoon26, tag 3: no answer for three days"),
        ("confirm", "monsoon26, tag 3: a post was found, confirm it"),
        ("missing", "monsoon26, tag 3: its day has passed, no post"),
        ("label", "monsoon26, tag 3: is the post disclosed?"),
        ("measure", "monsoon26 is over: measure it"),
    ],
)
def test_a_step_names_its_campaign_and_its_tag(kind: str, sentence: str) -> None:
    step = PendingStep(kind, "monsoon26", 3, date(2026, 11, 25))

    assert step_text(step, language("en")) == sentence


def test_a_drafted_post_names_who_makes_it_and_where_it_leads() -> None:
    post = draft_posts.text(
        "Clean your drains.", "en", None, ["asha", "ravi"], "https://city.example/a"
    )

    assert post == (
        "Clean your drains.\nTogether with @asha @ravi\nMore: https://city.example/a"
    )
