"""What is special about Google Play's reviews: one week, tabs, and the sign-in."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import Engine

from socialcell import config, connectors
from socialcell.clock import FixedClock
from socialcell.connectors.base import (
    ConnectorContext,
    ConnectorError,
    Kind,
    Metric,
)
from socialcell.connectors.google.google_play import GooglePlay, to_record
from socialcell.errors import ConfigError
from socialcell.sandbox import Sandbox
from socialcell.sandbox.world.app_world import PACKAGE
from socialcell.services.collection import collector
from tests.builders import make_source
from tests.connectors.conftest import Unlimited, connector_of
from tests.connectors.pulls import expected_ids, items, pull, records
from tests.connectors.source_runs import gap_of, run

REVIEWS = "google_play.reviews"
never = collector.never_stop


@pytest.fixture
def play(served: Sandbox) -> Any:
    return served.platform("google_play")


def asked(served: Sandbox) -> list[str]:
    return [logged.platform for logged in served.requests]


def test_a_pull_is_one_sign_in_and_its_pages(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    batches = pull(served, REVIEWS, connector_context)

    assert len(batches) > 2
    assert asked(served) == ["google", *["google_play"] * len(batches)]
    assert batches[0].cost == {"calls": 2}
    assert batches[1].cost == {"calls": 1}


def test_a_token_taken_back_in_the_middle_is_renewed_once(
    served: Sandbox,
    connector_context: ConnectorContext,
    play: Any,
    city_clock: FixedClock,
) -> None:
    budget = Unlimited()
    running = connector_of(served, REVIEWS, connector_context).pull(None, budget, never)
    batches = [next(running)]
    play.revoke_token()
    batches += running

    found = {record.external_id for record in records(batches)}
    assert found == expected_ids(REVIEWS, [city_clock.now()])
    assert asked(served).count("google") == 2
    assert len(budget.taken) == len(served.requests)


def test_a_revoked_sign_in_needs_a_person_and_is_not_tried_again(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    served.platform("google").refuse_grant()

    with pytest.raises(ConnectorError, match="invalid_grant") as caught:
        pull(served, REVIEWS, connector_context)

    assert caught.value.kind is Kind.AUTH
    assert "Sign in again" in str(caught.value)
    assert asked(served) == ["google"]


def test_trouble_at_the_token_address_is_not_taken_for_a_revoked_sign_in(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    served.platform("google").server_error(times=None)

    with pytest.raises(ConnectorError) as caught:
        pull(served, REVIEWS, connector_context)

    assert caught.value.kind is Kind.TRANSIENT
    assert asked(served) == ["google"]  # google-auth would sleep and ask again


def test_the_hours_questions_are_a_short_wait(
    served: Sandbox,
    connector_context: ConnectorContext,
    play: Any,
    city_clock: FixedClock,
) -> None:
    play.quota_spent()

    with pytest.raises(ConnectorError) as caught:
        pull(served, REVIEWS, connector_context)

    assert caught.value.kind is Kind.RATE
    assert caught.value.until == city_clock.now() + timedelta(hours=1)


def test_after_more_than_a_week_of_silence_a_gap_is_recorded(
    served: Sandbox,
    connector_context: ConnectorContext,
    play: Any,
    city_clock: FixedClock,
    engine: Engine,
) -> None:
    source = make_source(engine, REVIEWS, "google_play", package=PACKAGE)
    run(engine, source, connector_of(served, REVIEWS, connector_context), city_clock)
    before = city_clock.now()
    lost = play.publish("nobody read me", before + timedelta(hours=1))
    city_clock.advance(timedelta(days=9))
    kept = play.publish("still there", city_clock.now() - timedelta(days=6))

    batches = pull(served, REVIEWS, connector_context)
    result = run(
        engine, source, connector_of(served, REVIEWS, connector_context), city_clock
    )

    assert result.state == "ok"
    assert items(batches, lost) == []
    assert items(batches, kept)
    gap = gap_of(engine, source)
    assert gap.from_at == before
    assert gap.to_at == city_clock.now() - timedelta(days=7)
    assert "one week" in (gap.cause or "")


def test_an_app_without_reviews_is_no_drift(
    served: Sandbox,
    connector_context: ConnectorContext,
    play: Any,
    city_clock: FixedClock,
) -> None:
    city_clock.advance(timedelta(days=30))

    (batch,) = pull(served, REVIEWS, connector_context)

    assert batch.items == []
    assert batch.covered is not None


def test_an_unknown_app_is_named(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    other = connectors.build(
        "google_play", {"package": "org.example.other"}, connector_context
    )

    with pytest.raises(ConnectorError, match="applicationNotFound") as caught:
        list(other.pull(None, Unlimited(), never))

    assert caught.value.kind is Kind.GONE


def test_the_check_says_what_is_wrong(
    served: Sandbox, connector_context: ConnectorContext, play: Any
) -> None:
    connector = connector_of(served, REVIEWS, connector_context)
    assert connector.check().ok
    play.missing_permission()

    told = connector.check()

    assert not told.ok
    assert told.kind is Kind.ACCESS


def test_a_service_accounts_key_signs_in_at_googles_address_only(
    served: Sandbox,
    connector_context: ConnectorContext,
    city_clock: FixedClock,
    folder: Any,
) -> None:
    connector = with_service_account(connector_context, json.dumps(a_key()), folder)

    batches = list(connector.pull(None, Unlimited(), never))

    found = {record.external_id for record in records(batches)}

    assert found == expected_ids(REVIEWS, [city_clock.now()])
    assert asked(served)[0] == "google"


def test_a_secret_that_is_no_key_is_refused_without_showing_it(
    connector_context: ConnectorContext, folder: Any
) -> None:
    for text in ("not JSON at all", "[]", '{"type": "service_account"}'):
        with pytest.raises(ConfigError, match="JSON key") as caught:
            with_service_account(connector_context, text, folder)
        assert text not in str(caught.value)


def with_service_account(
    connector_context: ConnectorContext, secret: str, folder: Any
) -> Any:
    """The connector where config.yaml says that a service account reads."""
    (folder / "secrets" / "google_service_account").write_text(secret)
    given = {"connectors": {"google": {"access": "service_account"}}}
    connector_context = replace(
        connector_context, config=config.Config.model_validate(given)
    )
    return connectors.build("google_play", {"package": PACKAGE}, connector_context)


def a_key() -> dict[str, str]:
    """A key as the console gives it, but for where it would send us."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "type": "service_account",
        "client_email": "cell@project.example",
        "private_key": pem.decode(),
        "private_key_id": "7",
        "token_uri": "https://evil.example/token",
    }


@pytest.mark.parametrize("package", ["", "pune", "org.example/../other", "org..app"])
def test_a_package_that_is_none_is_refused(package: str) -> None:
    with pytest.raises(ConfigError, match="Source settings of google_play"):
        connectors.check_settings("google_play", {"package": package})


def a_review(**said: Any) -> dict[str, Any]:
    comment = {
        "text": "Good idea\tOpens slowly on my phone",
        # 1,795,000,000 s: 18 November 2026, 11:06:40.
        "lastModified": {"seconds": "1795000000", "nanos": 0},
        "starRating": 4,
        "reviewerLanguage": "en",
        "thumbsUpCount": 2,
    }
    return {
        "reviewId": "r-1",
        "packageName": "org.example.app",
        "authorName": "Asha",
        "comments": [
            {"developerComment": {"text": "x"}},
            {"userComment": comment | said},
        ],
    }


def test_a_review_becomes_a_record() -> None:
    record = to_record(a_review())

    assert record.external_id == "r-1"
    assert (record.title, record.text) == ("Good idea", "Opens slowly on my phone")
    assert record.kind == "review"
    assert record.authored_at == datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
    assert record.author is None
    assert record.missing == ("author",)
    assert record.url == (
        "https://play.google.com/store/apps/details?id=org.example.app&reviewId=r-1"
    )
    assert record.metrics == (
        Metric("starRating", 4),
        Metric("thumbsUpCount", 2, "reactions"),
    )


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("\tno title", None, "no title"),
        ("no tab", None, "no tab"),
        ("a title\ttwo\tthree", "a title", "two\tthree"),
        ("only a title\t", None, "only a title"),
    ],
)
def test_a_title_is_what_stands_before_the_tab(
    text: str, title: str | None, body: str
) -> None:
    record = to_record(a_review(text=text))

    assert (record.title, record.text) == (title, body)


def test_of_a_translated_review_the_original_is_kept() -> None:
    said = a_review(text="\tNo water", originalText="\tपाणी नाही")

    assert to_record(said).text == "पाणी नाही"


@pytest.mark.parametrize(
    "data",
    [
        a_review(text=None),
        a_review(lastModified={}),
        a_review(lastModified={"seconds": "soon"}),
        a_review() | {"reviewId": 7},
        {"reviewId": "r-1"},
    ],
)
def test_a_review_without_what_it_needs_is_none(data: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError, LookupError, AttributeError)):
        to_record(data)


def test_what_is_stored_can_be_read_again_by_itself(
    served: Sandbox, connector_context: ConnectorContext
) -> None:
    found = records(pull(served, REVIEWS, connector_context))

    assert found
    assert [GooglePlay.remap(record.raw) for record in found] == found
