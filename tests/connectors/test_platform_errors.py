"""What platforms say alike: one sentence, the platform's name, no secret in it."""

from datetime import UTC, datetime

import pytest
import requests

from socialcell.connectors import platform_errors, strict_json
from socialcell.connectors.base import ConnectorError, Kind, Reject
from socialcell.message_catalog import LANGUAGES, in_words

LATER = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def _answer(**headers: str) -> requests.Response:
    answer = requests.Response()
    answer.headers.update(
        {name.replace("_", "-"): text for name, text in headers.items()}
    )
    return answer


ERRORS = [
    platform_errors.unreachable("Reddit", requests.Timeout("slow")),
    platform_errors.unreadable_answer("Reddit", _answer(), "not JSON"),
    platform_errors.not_an_object("Reddit"),
    platform_errors.no_list("Reddit", "children"),
    platform_errors.odd_field("Reddit", "after"),
    platform_errors.rate_limited("Reddit", LATER),
    platform_errors.own_trouble("Reddit", 503),
    platform_errors.no_access("Reddit", "private"),
    platform_errors.unknown_object("Reddit", "deleted"),
    platform_errors.request_refused("Reddit", 418, "teapot"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.message.code)
def test_a_sentence_names_the_platform_in_every_language(
    error: ConnectorError, language: str
) -> None:
    sentence = in_words(error.message, language)
    assert "Reddit" in sentence
    assert "{" not in sentence


def test_a_wait_has_its_end_and_is_of_the_kind_that_waits() -> None:
    error = platform_errors.rate_limited("Reddit", LATER)
    assert (error.kind, error.until) == (Kind.RATE, LATER)
    assert str(error) == "Reddit asks us to wait"


def test_of_a_failed_connection_only_the_class_of_the_error_is_shown() -> None:
    failure = requests.ConnectionError("https://host/bot123456789:letters/getMe")
    error = platform_errors.unreachable("Telegram", failure)
    assert str(error) == "Telegram could not be reached: ConnectionError"


def test_an_unreadable_answer_says_why_and_what_it_claims_to_be() -> None:
    with pytest.raises(ValueError, match="not JSON") as caught:
        strict_json.parse_body(b"<html>")
    answer = _answer(content_type="text/html")
    error = platform_errors.unreadable_answer("Bluesky", answer, caught.value)
    assert error.kind is Kind.DRIFT
    assert str(error) == (
        "Bluesky's answer cannot be read: not JSON: Expecting value at character 1 "
        "(text/html)"
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "no content type"), ("mr", "प्रकार नमूद नाही"), ("hi", "प्रकार नहीं बताया")],
)
def test_a_content_type_that_is_absent_is_said_in_the_readers_language(
    language: str, words: str
) -> None:
    error = platform_errors.unreadable_answer("Bluesky", _answer(), "not JSON")
    assert words in in_words(error.message, language)


def test_an_answer_of_rejects_alone_names_its_source_and_the_first_reason() -> None:
    rejects = [Reject({}, "KeyError: 'id'"), Reject({}, "another")]
    platform_errors.require_readable_answer([], "Reddit")
    with pytest.raises(ConnectorError) as caught:
        platform_errors.require_readable_answer(rejects, "Google Play Console, a.csv")
    assert caught.value.kind is Kind.DRIFT
    assert str(caught.value) == (
        "nothing that came from Google Play Console, a.csv is readable: KeyError: 'id'"
    )
