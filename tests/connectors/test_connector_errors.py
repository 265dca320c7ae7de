"""Errors of connectors: no secret in a parameter, the code of what lies beneath."""

from pathlib import Path

import pytest

from socialcell import connectors, redact
from socialcell.connectors.base import ConnectorError, Kind, Reject
from socialcell.connectors.file_detection import open_file
from socialcell.connectors.files.column_mapping import read_mapping
from socialcell.connectors.page_reading import require_readable
from socialcell.connectors.publisher import UnconfirmedCall, run_write
from socialcell.errors import ConfigError, SocialcellError, UnreadableValue, UsageError
from socialcell.message_catalog import Message, in_words
from tests.error_calls import error_calls

TOKEN = "https://api.example/me?access_token=EAAB-unseen"


@pytest.mark.parametrize(
    "reason",
    [
        TOKEN,
        OSError(TOKEN),
        [TOKEN, TOKEN],
        Message("connectors.no_json", {"reason": TOKEN, "character": 1}),
        UnreadableValue("connectors.json_constant", constant=TOKEN),
        ConnectorError(Kind.DRIFT, "meta.unreadable_answer", reason=[TOKEN]),
    ],
    ids=["text", "exception", "list", "message", "our own value", "our own error"],
)
def test_no_parameter_carries_a_secret_however_deep_it_stands(
    reason: str | Exception | list[str] | Message,
) -> None:
    error = ConnectorError(Kind.DRIFT, "meta.unreadable_push", reason=reason)

    for language in ("en", "mr", "hi"):
        words = in_words(error.message, language)
        assert "unseen" not in words
        assert "***" in words
    assert "unseen" not in repr(error.message)


def test_a_secret_that_is_a_word_of_a_code_leaves_the_code_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redact, "_known", {"another"})

    error = ConnectorError(
        Kind.DRIFT, "meta.push_of_another_kind", expected="another page"
    )

    assert str(error) == "A push is not about *** page"


def test_an_error_in_the_words_of_another_has_its_code_and_no_secret_of_it() -> None:
    config_error = ConfigError(
        "connectors.setting", connector="x", key="kind", reason=TOKEN
    )

    error = UnconfirmedCall.from_message(Kind.CONFIG, config_error.message)

    assert type(error) is UnconfirmedCall
    assert error.message.code == "connectors.setting"
    assert str(error) == str(error.message)
    assert "access_token=***" in str(error)


def test_a_call_that_may_have_been_carried_out_keeps_the_code_of_its_failure() -> None:
    def call() -> None:
        raise ConnectorError(Kind.TRANSIENT, "x.not_reached", reason="Timeout")

    with pytest.raises(UnconfirmedCall) as caught:
        run_write(call)

    assert caught.value.message == Message("x.not_reached", {"reason": "Timeout"})
    assert str(caught.value) == "X could not be reached: Timeout"


def test_a_fault_of_settings_is_named_in_the_language_of_the_reader() -> None:
    with pytest.raises(ConfigError) as caught:
        connectors.check_settings("x", {"kind": "mentions"})

    assert str(caught.value) == (
        "Source settings of x: mentions needs user_id, the account's number"
    )
    marathi = in_words(caught.value.message, "mr")
    assert marathi.endswith("mentions साठी user_id, म्हणजे खात्याचा क्रमांक, आवश्यक आहे")


def test_a_fault_of_one_setting_names_its_key_in_pydantics_words() -> None:
    with pytest.raises(ConfigError) as caught:
        connectors.check_settings("x", {"kind": "friends"})

    assert str(caught.value).startswith("Source settings of x: kind: Input should be")


@pytest.mark.parametrize(
    ("key", "hint"), [("ulr", "Did you mean url?"), ("colour", "There are: url.")]
)
def test_a_setting_that_there_is_not_is_named_before_the_one_that_is_missing(
    key: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        connectors.check_settings("rss", {key: "https://paper.example/feed"})

    assert str(caught.value).startswith(
        f"Source settings of rss: there is no setting {key}. {hint}"
    )


def test_a_setting_that_is_no_json_says_where() -> None:
    with pytest.raises(ConfigError) as caught:
        connectors.check_settings("meta_ads", {"account_id": "12345", "installs": "["})

    assert str(caught.value) == (
        "Source settings of meta_ads: installs: "
        "not JSON: Expecting value at character 2"
    )


def test_a_mapping_with_a_field_that_is_none_suggests_another(tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text('[columns]\nBody = "txt"\n', "utf-8")

    with pytest.raises(ConfigError) as caught:
        read_mapping(path)

    assert str(caught.value) == (
        f"{path}: columns: 'Body' = 'txt': there is no such field; did you mean 'text'?"
    )
    assert "म्हणायचे आहे का" in in_words(caught.value.message, "mr")


def test_what_a_file_looks_like_is_said_in_the_language_of_the_reader(
    tmp_path: Path,
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("text,id\nwater,1\n", "utf-8")

    with pytest.raises(SocialcellError) as caught:
        open_file(path, "x-archive")

    assert "looks like CSV with commas." in str(caught.value)
    assert "स्वल्पविरामांची CSV" in in_words(caught.value.message, "mr")
    assert "अल्पविराम वाली CSV" in in_words(caught.value.message, "hi")


def test_a_mapping_reads_what_is_recognised_as_an_export(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.csv"
    path.write_text("date,outcome,value\n2026-11-24,forms_filed,3\n", "utf-8")

    _connector, file_format = open_file(path, "generic")

    assert str(file_format.words) == "CSV (outcomes by day and area)"


def test_an_export_whose_columns_have_other_names_is_read_as_it_is_called(
    tmp_path: Path,
) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("Tag,Besuche\n2026-11-24,3\n", "utf-8")
    settings = {"site": "punecorporation.example", "zone": "Asia/Kolkata"}

    connector, file_format = open_file(path, "site-visits", settings=settings)

    assert connector.format == file_format.format == "site-visits"
    with pytest.raises(UsageError, match=r"no setting 'colour'; it takes: site, zone"):
        open_file(path, "site-visits", settings={**settings, "colour": "red"})


def test_a_page_of_rejects_has_the_code_of_its_connector() -> None:
    with pytest.raises(ConnectorError) as caught:
        require_readable([Reject({}, "odd")], "x.no_readable_post", reason="odd")

    assert caught.value.message == Message("x.no_readable_post", {"reason": "odd"})


def test_codes_of_calls_that_raise_for_a_page_of_rejects_are_read_from_the_source() -> (
    None
):
    codes = {call.code for call in error_calls()}
    assert "x.no_readable_post" in codes
    assert "feeds.no_readable_entry" in codes
