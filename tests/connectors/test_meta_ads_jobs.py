"""Meta's ad reports are jobs: asked for, looked at again, lost, asked for anew."""

from datetime import timedelta
from typing import Any

import pytest

from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorContext, ConnectorError, Kind
from socialcell.sandbox import Sandbox
from socialcell.services.collection.collector import never_stop
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.pulls import pull
from tests.connectors.test_meta_ads import NAME, broken, facts


def test_reports_that_are_not_ready_are_looked_after_by_the_next_run(
    served: Sandbox,
    connector_context: ConnectorContext,
    meta_ads: Any,
    city_clock: FixedClock,
) -> None:
    meta_ads.delay_reports(polls=1)
    batches, error = broken(served, connector_context)

    assert error.kind is Kind.RATE
    assert "still making" in str(error)
    assert error.until == city_clock.now() + timedelta(minutes=2)
    assert facts(batches) == {}
    asked = len(meta_ads.jobs)
    city_clock.advance(timedelta(minutes=2))

    rest = pull(served, NAME, connector_context, batches[-1].cursor)

    assert len(meta_ads.jobs) == asked  # nothing is asked for twice

    assert facts(rest)
    assert rest[-1].cursor == {"through": "2026-11-21", "today": None, "jobs": []}


def test_a_run_that_breaks_off_between_reports_reads_the_others_later(
    served: Sandbox, connector_context: ConnectorContext, meta_ads: Any
) -> None:
    running = connector_of(served, NAME, connector_context).pull(
        None, Unlimited(), never_stop
    )
    begun = [next(running), next(running), next(running)]

    rest = pull(served, NAME, connector_context, begun[-1].cursor)

    whole = facts([*begun, *rest], "ad")
    assert whole == facts(pull(served, NAME, connector_context), "ad")
    assert len(begun[-1].cursor["jobs"]) == len(begun[0].cursor["jobs"]) - 2


def test_a_sandbox_that_was_started_again_knows_the_reports(
    served: Sandbox, connector_context: ConnectorContext, meta_ads: Any
) -> None:
    running = connector_of(served, NAME, connector_context).pull(
        None, Unlimited(), never_stop
    )
    begun = [next(running), next(running)]
    meta_ads.jobs.clear()  # as in a new process

    rest = pull(served, NAME, connector_context, begun[-1].cursor)

    whole = facts([*begun, *rest], "ad")
    assert whole == facts(pull(served, NAME, connector_context), "ad")


def test_a_report_that_failed_at_meta_is_asked_for_anew(
    served: Sandbox, connector_context: ConnectorContext, meta_ads: Any
) -> None:
    meta_ads.fail_job()
    batches, error = broken(served, connector_context)

    assert error.kind is Kind.TRANSIENT
    assert "retry your request" in str(error)
    assert batches[-1].cursor == {"through": None, "today": None, "jobs": []}
    assert facts(pull(served, NAME, connector_context, batches[-1].cursor))


def test_a_forgotten_report_is_asked_for_anew(
    served: Sandbox,
    connector_context: ConnectorContext,
    meta_ads: Any,
    city_clock: FixedClock,
) -> None:
    meta_ads.delay_reports(polls=9)
    batches, _error = broken(served, connector_context)
    meta_ads.forget_jobs()
    meta_ads.delay_reports(polls=0)

    again, error = broken(served, connector_context, batches[-1].cursor)

    assert error.kind is Kind.TRANSIENT
    assert again[-1].cursor["jobs"] == []
    assert facts(pull(served, NAME, connector_context, again[-1].cursor))


def test_a_report_that_takes_half_a_day_is_given_up(
    served: Sandbox,
    connector_context: ConnectorContext,
    meta_ads: Any,
    city_clock: FixedClock,
) -> None:
    meta_ads.delay_reports(polls=99)
    batches, _error = broken(served, connector_context)
    city_clock.advance(timedelta(hours=13))

    again, error = broken(served, connector_context, batches[-1].cursor)

    assert "half a day" in str(error)
    assert again[-1].cursor["jobs"] == []


@pytest.mark.parametrize("fault", ["server_error", "drop_connection", "limit"])
def test_trouble_on_the_way_loses_no_report(
    fault: str, served: Sandbox, connector_context: ConnectorContext, meta_ads: Any
) -> None:
    running = connector_of(served, NAME, connector_context).pull(
        None, Unlimited(), never_stop
    )
    begun = [next(running), next(running)]
    getattr(meta_ads, fault)()
    with pytest.raises(ConnectorError):
        begun.extend(running)
    meta_ads.heal()
    asked = len(meta_ads.jobs)

    rest = pull(served, NAME, connector_context, begun[-1].cursor)

    assert len(meta_ads.jobs) == asked
    assert facts([*begun, *rest]) == facts(pull(served, NAME, connector_context))


def test_a_report_of_many_pages_is_read_to_its_end(
    served: Sandbox, connector_context: ConnectorContext, meta_ads: Any
) -> None:
    whole = facts(pull(served, NAME, connector_context), "ad")
    meta_ads.most = 7

    assert facts(pull(served, NAME, connector_context), "ad") == whole
    assert len(whole) > 14
