"""A public reply is asked for and shown by our id of what it answers."""

import json

import pytest
from sqlalchemy import update
from sqlmodel import select

from socialcell import db
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.errors import UsageError
from socialcell.listening.model import Mention
from socialcell.services.approvals import waiting_posts
from socialcell.services.planning import content_calendar
from socialcell.services.publishing import post_lines
from tests.builders import make_record, store_records
from tests.services.publishing.conftest import Town, planned

NATIVE = "1990900000000000800"


@pytest.mark.parametrize("target", ["mention:1", " Mention: 1", NATIVE])
def test_a_reply_is_kept_by_the_platforms_number_and_shown_by_ours(
    town: Town, target: str
) -> None:
    store_records(town.context.engine, make_record(NATIVE))

    post = planned(town, reply_to=target, text="हो, आज संध्याकाळी.")

    with db.reading(town.context.engine) as session:
        assert session.scalars(select(OwnPost.reply_to)).all() == [NATIVE]
    (listed,) = content_calendar.list_coming(town.context)
    (line,) = post_lines.list_lines(town.context, "coming", None, 9)
    (waiting,) = waiting_posts.list_waiting(town.context)
    assert (listed["kind"], listed["reply_to"], listed["answers"]) == ("reply", None, 1)
    assert (line.answers, waiting.answers) == (1, 1)
    assert NATIVE not in json.dumps(listed, default=str)
    assert NATIVE not in str(waiting)
    assert post.reply_to == NATIVE


def test_a_reply_to_what_is_not_held_names_nothing(town: Town) -> None:
    planned(town, reply_to=NATIVE, text="हो, आज संध्याकाळी.")

    (listed,) = content_calendar.list_coming(town.context)

    assert (listed["reply_to"], listed["answers"]) == (None, None)


def test_a_mention_that_cannot_be_answered_there_is_refused(town: Town) -> None:
    engine = town.context.engine
    store_records(engine, make_record("t3_1", platform="reddit"), make_record(NATIVE))
    with db.writing(engine) as session:
        gone = update(Mention).where(Mention.external_id == NATIVE)
        session.execute(gone.values(state="deleted"))

    with pytest.raises(UsageError, match="Mention 1 is of reddit, and the post is for"):
        planned(town, reply_to="mention:1")
    for absent in ("mention:2", "mention:99"):
        with pytest.raises(UsageError, match="There is no mention"):
            planned(town, reply_to=absent)
