"""Credentials age: a person is told once, and a renewed one goes on by itself."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorContext
from socialcell.ops import store
from socialcell.ops.model import Credential
from socialcell.sandbox import Sandbox
from socialcell.services.collection import collector, credential_checks
from socialcell.services.context import Context
from socialcell.services.doctor import collection_checks
from tests.builders import NOON
from tests.connectors.conftest import listen_to

DAY = timedelta(days=1)


@pytest.fixture
def city(
    served: Sandbox, context: Context, connector_context: ConnectorContext
) -> Context:
    """A workspace that listens to the sandbox's X and Mastodon."""
    names = ("x.mentions", "x.search", "mastodon.pune")
    return listen_to(served, context, connector_context, *names)


def news(states: list[credential_checks.CredentialState]) -> dict[str, str]:
    return {one.connector: one.news for one in states if one.news}


@pytest.mark.fault("F16")
def test_a_credential_that_is_refused_is_told_once(
    served: Sandbox, city: Context
) -> None:
    assert news(credential_checks.check_credentials(city)) == {}
    served.platform("x").expire_token()

    first, second = (
        credential_checks.check_credentials(city),
        credential_checks.check_credentials(city),
    )

    assert list(news(first)) == ["x"]
    assert "expired or revoked" in news(first)["x"]
    assert news(second) == {}
    assert {one.connector: one.ok for one in second} == {"mastodon": True, "x": False}


def test_a_renewed_token_is_picked_up_and_all_its_sources_go_on(
    served: Sandbox, city: Context, engine: Engine
) -> None:
    served.platform("x").expire_token()
    states = {result.source: result.state for result in collector.collect(city)}
    assert (states["x.mentions"], states["mastodon.pune"]) == ("failed", "ok")
    served.platform("x").heal()

    credential_checks.check_credentials(city)

    states = {result.source: result.state for result in collector.collect(city)}
    assert states == {"x.mentions": "ok", "x.search": "ok", "mastodon.pune": "ok"}


def test_a_platform_in_trouble_says_nothing_about_our_credential(
    served: Sandbox, city: Context
) -> None:
    served.platform("x").server_error(times=None)

    assert [one.connector for one in credential_checks.check_credentials(city)] == [
        "mastodon"
    ]


def test_a_secret_that_is_not_there_is_told_as_one_to_bring(city: Context) -> None:
    (city.workspace.folder / "secrets" / "x_bearer").unlink()

    told = news(credential_checks.check_credentials(city))

    assert "x_bearer" in told["x"]


@pytest.mark.parametrize(
    ("left", "trouble"),
    [
        (31 * DAY, None),
        (30 * DAY, "30 days"),
        (8 * DAY, "14 days"),
        (7 * DAY, "7 days"),
        (DAY, "1 days"),
        (-DAY, "1 days"),
    ],
)
def test_a_person_is_told_at_thirty_fourteen_seven_and_one_days(
    left: timedelta, trouble: str | None
) -> None:
    row = Credential(
        connector="facebook",
        checked_at=NOON,
        ok=True,
        message="ok",
        expires_at=NOON + left,
    )

    assert credential_checks._trouble(row, NOON) == trouble


def test_the_doctor_names_what_the_last_tests_found(
    served: Sandbox, city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    served.platform("x").expire_token()
    credential_checks.check_credentials(city)
    with db.writing(engine) as session:
        row: Any = session.get(Credential, "mastodon")
        row.expires_at = city_clock.now() + 3 * DAY

    checks = {check.name: check for check in collection_checks.check_credentials(city)}

    assert checks["credential of x"].state == "failed"
    assert checks["credential of mastodon"].state == "warning"
    assert checks["credential of mastodon"].finding == "ends in 3 days"


def test_the_doctor_says_what_lags_behind(
    city: Context, engine: Engine, city_clock: FixedClock
) -> None:
    assert [check.state for check in collection_checks.check_deletions(city)] == ["ok"]
    collector.collect(city)
    city_clock.advance(timedelta(hours=25))

    (check,) = collection_checks.check_deletions(city)

    assert check.state == "warning"
    assert "x.mentions" in check.finding
    assert collection_checks.check_mapping_errors(city).state == "ok"
    assert collection_checks.check_allowances(city).state == "ok"
    with db.reading(engine) as session:
        assert store.source_named(session, "x.mentions").enabled
