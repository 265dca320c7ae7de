"""What a query would do as a rule and cost as a source, before it is saved."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from socialcell.errors import UsageError
from socialcell.services.alerts import alert_rules
from socialcell.services.context import Context
from socialcell.services.mentions import saved_query
from tests.builders import make_record, store_records

pytestmark = pytest.mark.swept_on_postgresql


def store_at(context: Context, engine: Engine, *minutes_before: int) -> None:
    now = context.clock.now()
    store_records(
        engine,
        *(
            make_record(
                str(minutes),
                text="burst pipe",
                raw={"id": str(minutes)},
                authored_at=now - timedelta(minutes=minutes),
            )
            for minutes in minutes_before
        ),
    )


def test_a_rule_says_how_often_it_had_opened_an_incident(
    context: Context, engine: Engine
) -> None:
    day = 24 * 60
    # Three within the hour a week ago, again half a day later, and now; two before.
    week, half = 7 * day, 7 * day - 12 * 60
    times = [week + k for k in (0, 20, 40)] + [half + k for k in (0, 1, 2)]
    store_at(context, engine, 1, 5, 9, *times, 10 * day, 10 * day + 1, 40 * day)

    preview = saved_query.preview_rule(context, "burst", threshold=3, minutes=60)

    assert (preview.matches, preview.is_exact) == (11, True)
    assert preview.since == context.clock.now() - saved_query.SAMPLE
    assert preview.times == 2
    assert preview.refusal is None
    assert (
        saved_query.preview_rule(context, "burst", threshold=4, minutes=60).times == 0
    )


def test_a_protected_topic_is_refused_before_it_is_saved(context: Context) -> None:
    preview = saved_query.preview_rule(context, "morcha", threshold=3, minutes=60)

    assert preview.refusal is not None
    with pytest.raises(UsageError) as refused:
        alert_rules.add_rule(context, "m", "morcha", threshold=3, minutes=60)
    assert str(refused.value.message) == str(preview.refusal)


def test_doubts_and_faults_are_said_as_when_it_is_saved(context: Context) -> None:
    preview = saved_query.preview_rule(
        context, "pipe burst OR leak", threshold=3, minutes=60
    )

    _id, doubts = alert_rules.add_rule(
        context, "leaks", "pipe burst OR leak", threshold=3, minutes=60
    )
    assert preview.doubts == doubts != []
    with pytest.raises(UsageError, match="parenthesis"):
        saved_query.preview_rule(context, "(pipe", threshold=3, minutes=60)
    with pytest.raises(UsageError, match="the nearest is roads"):
        saved_query.preview_rule(context, "topic:road", threshold=3, minutes=60)
    with pytest.raises(UsageError, match="the nearest is roads"):
        alert_rules.add_rule(context, "r", "topic:road", threshold=3, minutes=60)
    with pytest.raises(UsageError):
        saved_query.preview_rule(context, "pipe", threshold=0, minutes=60)
