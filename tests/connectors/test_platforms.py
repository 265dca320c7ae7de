"""The table of platforms, that of connectors and the settings agree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import socialcell
from socialcell import connectors
from socialcell.campaigns.links.utm_naming import CHANNELS
from socialcell.connectors import CONNECTORS, DAILY, PUSHED, RECHECKED
from socialcell.connectors.base import Capability
from socialcell.connectors.publisher import PUBLISHERS
from socialcell.platforms import PLATFORMS, Trait, having
from socialcell.settings.platforms import Connectors, Publishing

FIGURES = {
    Capability.AD_METRICS,
    Capability.SEARCH_METRICS,
    Capability.STORE_METRICS,
}
PACKAGE = Path(socialcell.__file__).parent
# What only looks like a platform's name: modes of files, axes of charts; and rooms of
# chats that people are told in, whose kinds chat.py and its settings name.
OTHER_WORDS = {
    ("charts.py", "x"),
    ("opinion_map.py", "x"),
    ("unfinished_copies.py", "x"),
    ("chat.py", "telegram"),
    ("notifications.py", "telegram"),
    # Examples in the description of the API.
    ("case_answers.py", "whatsapp"),
    ("case_answers.py", "x"),
    ("mention_answers.py", "x"),
    ("figure_answers.py", "facebook"),
    ("figure_answers.py", "x"),
}


def test_every_platform_s_settings_stand_in_the_shipped_config() -> None:
    shipped = yaml.safe_load((PACKAGE / "config.yaml").read_text("utf-8"))

    assert set(shipped["connectors"]) == set(Connectors.model_fields)


def test_every_connector_has_the_page_that_messages_send_people_to() -> None:
    pages = {page.stem for page in (PACKAGE.parent / "docs/connectors").glob("*.md")}

    assert set(CONNECTORS) <= pages


def test_what_the_schedule_knows_of_connectors_is_what_they_can_do() -> None:
    able = {name: connectors.capabilities(name) for name in CONNECTORS}

    assert {name for name in able if Capability.RECEIVE in able[name]} == set(PUSHED)
    assert {name for name in able if Capability.RECHECK in able[name]} == RECHECKED
    assert {name for name in able if able[name] & FIGURES} == set(DAILY)


def test_every_platform_that_mentions_come_from_can_be_asked_for() -> None:
    of_mentions = {
        connectors.platform(name)
        for name in CONNECTORS
        if not connectors.capabilities(name) & FIGURES
    }

    assert of_mentions <= set(connectors.PLATFORMS)
    assert sorted(connectors.PLATFORMS) == list(connectors.PLATFORMS)


def test_every_platform_that_a_connector_reads_is_in_the_table() -> None:
    assert {connectors.platform(name) for name in CONNECTORS} <= set(PLATFORMS)


def test_the_city_posts_where_there_is_a_publisher_with_settings() -> None:
    assert having(Trait.POSTS) == tuple(PUBLISHERS)
    assert set(PUBLISHERS) == set(Publishing.model_fields) - {"late_hours"}


def test_the_settings_of_platforms_are_sections_of_connectors() -> None:
    sections = {row.settings for row in PLATFORMS.values() if row.settings}

    assert sections == set(Connectors.model_fields)


def test_a_host_stands_for_one_platform() -> None:
    hosts = [host for row in PLATFORMS.values() for host in row.profile_hosts]

    assert sorted(hosts) == sorted(set(hosts))


@pytest.mark.parametrize(
    ("channel", "source", "medium"),
    [
        ("x", "x", "social"),
        ("whatsapp", "whatsapp", "messaging"),
        ("facebook_ads", "facebook", "paid_social"),
        ("youtube_ads", "youtube", "paid_video"),
        ("google_ads", "google", "cpc"),
    ],
)
def test_a_channel_of_links_is_named_by_the_table(
    channel: str, source: str, medium: str
) -> None:
    assert CHANNELS[channel] == (source, medium)


@pytest.mark.parametrize("silent", ["linkedin", "threads", "news", "google_play"])
def test_a_platform_without_links_is_no_channel(silent: str) -> None:
    assert silent not in CHANNELS
    assert f"{silent}_ads" not in CHANNELS


def test_a_platform_is_named_in_its_modules_its_sandbox_and_the_table_only() -> None:
    names = {*having(Trait.MENTIONS), *having(Trait.POSTS)} - {"news"}
    own = {PACKAGE / "connectors", PACKAGE / "sandbox", PACKAGE / "migrations"}
    elsewhere = [
        f"{path.relative_to(PACKAGE)}:{number}: {name}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "platforms.py" and not own.intersection(path.parents)
        for number, name in texts(path)
        if name in names and (path.name, name) not in OTHER_WORDS
    ]

    assert elsewhere == []


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module's code, each with its line."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
