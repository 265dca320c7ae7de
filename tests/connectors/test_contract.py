"""Every connector reads its sandbox: all there is, in its place, within its budget."""

from datetime import timedelta
from typing import Any

import pytest

from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorContext, ConnectorError, Record
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.contract_sources import OVERLAPPING, PAGED, PLATFORM, every_source
from tests.connectors.failures import Spent
from tests.connectors.pulls import expected_ids, pull, records

pytestmark = pytest.mark.swept_on_postgresql


@every_source
def test_it_reads_everything_that_is_visible(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    found = {
        record.external_id for record in records(pull(served, name, connector_context))
    }

    assert found == expected_ids(name, [city_clock.now()])
    assert len(found) > 5


@every_source
def test_it_goes_on_where_it_stopped(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    first = pull(served, name, connector_context)
    then = city_clock.now()
    city_clock.advance(timedelta(days=1))

    second = pull(served, name, connector_context, first[-1].cursor)

    new = {record.external_id for record in records(second)}
    assert expected_ids(name, [city_clock.now()]) - expected_ids(name, [then]) <= new
    assert new


@every_source
def test_it_keeps_its_place_when_nothing_is_new(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    first = pull(served, name, connector_context)

    again = pull(served, name, connector_context, first[-1].cursor)

    had = records(first) if name in OVERLAPPING else []
    assert {r.external_id for r in records(again)} <= {r.external_id for r in had}
    assert again[-1].cursor == first[-1].cursor


@every_source
def test_it_asks_the_budget_before_every_call(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    budget = Unlimited()
    list(
        connector_of(served, name, connector_context).pull(
            None, budget, collector.never_stop
        )
    )

    assert len(budget.taken) == len(served.requests)


@every_source
def test_no_call_is_made_when_the_budget_is_spent(
    name: str, served: Sandbox, connector_context: ConnectorContext
) -> None:
    with pytest.raises(ConnectorError, match="spent"):
        list(
            connector_of(served, name, connector_context).pull(
                None, Spent(), collector.never_stop
            )
        )

    assert served.requests == []


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.fault("F13")
def test_posts_inserted_between_pages_come_with_the_next_pull(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    inserted = served.platform(PLATFORM[name]).insert_between_pages(3)

    first = pull(served, name, connector_context)
    city_clock.advance(timedelta(minutes=5))
    second = pull(served, name, connector_context, first[-1].cursor)

    both = {record.external_id for record in records(first + second)}
    assert len(first) > 1
    assert set(inserted) <= both


@pytest.mark.parametrize("name", PAGED)
def test_posts_deleted_between_pages_take_no_others_with_them(
    name: str,
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
) -> None:
    platform = served.platform(PLATFORM[name])
    platform.delete_between_pages(2)

    found = {
        record.external_id for record in records(pull(served, name, connector_context))
    }

    assert platform.deleted
    assert expected_ids(name, [city_clock.now()]) - set(platform.deleted) <= found


def test_xs_other_dialect_is_read_alike(
    served: Sandbox, connector_context: ConnectorContext, city_clock: FixedClock
) -> None:
    plain = records(pull(served, "x.search", connector_context))
    served.platform("x").dialect = "post"

    renamed = records(pull(served, "x.search", connector_context))

    def told(found: list[Record]) -> list[Any]:
        return [
            (r.external_id, r.text, r.metrics, r.relations, r.author) for r in found
        ]

    assert told(plain)[0][2]
    assert [row[:2] for row in told(plain)] == [row[:2] for row in told(renamed)]
    values = [[(m.common, m.value) for m in r.metrics] for r in plain]
    assert values == [[(m.common, m.value) for m in r.metrics] for r in renamed]
    assert [r.relations for r in plain] == [r.relations for r in renamed]
