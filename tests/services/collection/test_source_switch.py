"""Sources are switched on and off and taken away, each act in the audit log."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.connectors.base import ConnectorError, Kind
from socialcell.errors import UsageError
from socialcell.identity.actor import unsigned
from socialcell.listening.store.alerts import alerts
from socialcell.listening.store.mentions import mention_queries
from socialcell.listening.store.people import protected_accounts, registry
from socialcell.ops import audit, store
from socialcell.ops.model import Source
from socialcell.roles import Role
from socialcell.services.alerts import alert_detectors
from socialcell.services.alerts.incident_grouping import IncidentGrouping
from socialcell.services.collection import collector, source_setup
from socialcell.services.collection.allowance_ledger import Ledger
from socialcell.services.context import Context
from socialcell.services.doctor import guard_checks
from socialcell.services.privacy import account_registry
from tests.builders import (
    ScriptedConnector,
    make_author,
    make_batch,
    make_record,
    make_source,
    store_records,
)
from tests.operators import acting

FEED = "https://paper.example/feed.xml"


def source_now(engine: Engine, name: str) -> Source:
    with db.reading(engine) as session:
        return store.source_named(session, name)


def audited(engine: Engine, name: str) -> list[tuple[str, dict[str, Any]]]:
    with db.reading(engine) as session:
        return [
            (row.action, row.detail)
            for row in audit.entries_about(session, "source.", name)
        ]


def pull(context: Context, source: Source, error: ConnectorError | None = None) -> None:
    connector = ScriptedConnector([] if error else [make_batch()], error)
    ledger = Ledger(context.engine, context.clock, "x")
    collector.run(context, source, connector, ledger, kind="pull")


def test_a_source_that_is_added_stands_in_the_audit_log(
    context: Context, engine: Engine
) -> None:
    source_setup.add_source(context, "paper", "rss", {"url": FEED})

    told = {"connector": "rss", "settings": {"url": FEED}}
    assert audited(engine, "paper") == [("source.add", told)]


def test_the_audit_log_names_nobody_whom_a_query_leaves_out(
    context: Context, engine: Engine
) -> None:
    settings = {"kind": "search", "query": "pune water -from:asha_kale -@asha_kale"}
    source_setup.add_source(context, "x.water", "x", settings)

    ((_, told),) = audited(engine, "x.water")
    assert "pune water" in told["settings"]["query"]
    assert "asha" not in str(told)


def test_a_source_that_is_off_is_not_pulled_until_it_is_on_again(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "paper", "rss", url=FEED)

    assert source_setup.disable(context, "paper")
    assert not source_setup.disable(context, "paper")
    assert collector.collect(context) == []
    assert source_setup.enable(context, "paper")
    assert not source_setup.enable(context, "paper")

    assert source_now(engine, "paper").enabled
    acts = [action for action, _ in audited(engine, "paper")]
    assert acts == ["source.disable", "source.enable"]


def test_the_incident_of_a_silent_source_ends_when_it_is_switched_off(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    make_source(engine, "paper", "rss", url=FEED)
    clock.advance(timedelta(days=3))
    with db.writing(engine) as session:
        alert_detectors.detect_silences(IncidentGrouping(session, clock.now()))
        assert alerts.incident_of(session, "source:paper") is not None

    source_setup.disable(context, "paper")

    with db.reading(engine) as session:
        assert alerts.incident_of(session, "source:paper") is None


def test_the_source_of_imported_files_cannot_be_switched_on(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "file:x-jsonl", "file", format="x-jsonl")

    with pytest.raises(UsageError, match="socialcell import FILE"):
        source_setup.enable(context, "file:x-jsonl")


def test_what_a_removed_source_brought_stays(context: Context, engine: Engine) -> None:
    first = make_source(engine, "x.one")
    second = make_source(engine, "x.two")
    store_records(engine, make_record("1"), make_record("2"), source=first)
    store_records(engine, make_record("2"), source=second)

    removed = source_setup.remove(context, "x.one")

    assert (removed.mentions, removed.alone) == (2, 1)
    with db.reading(engine) as session:
        assert mention_queries.present_count(session) == 2
        assert [source.name for source in store.sources(session)] == ["x.two"]
    with pytest.raises(UsageError, match=r"There are: x\.two"):
        source_now(engine, "x.one")
    assert [action for action, _ in audited(engine, "x.one")] == ["source.remove"]


def test_the_name_of_a_removed_source_is_free_again_and_again(
    context: Context, engine: Engine
) -> None:
    for _ in range(3):
        source_setup.add_source(context, "paper", "rss", {"url": FEED})
        with db.writing(engine) as session:
            id_ = store.source_named(session, "paper").id or 0
            store.save_cursor(session, id_, 1, {"at": 1}, context.clock.now())
        source_setup.remove(context, "paper")
        with db.reading(engine) as session:
            assert store.cursor(session, id_) is None

    with db.reading(engine) as session:
        assert store.sources(session) == []


def test_now_keeps_the_time_before_which_a_platform_must_not_be_asked(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine, "paper", "rss", url=FEED)
    until = clock.now() + timedelta(minutes=40)
    pull(context, source, ConnectorError(Kind.RATE, "slow down", until=until))

    (result,) = source_setup.pull_now(context, ["paper"])

    assert result.state == "waiting"
    assert result.reason == "not before 2026-11-23 09:40 IST: slow down"
    assert [action for action, _ in audited(engine, "paper")] == ["source.now"]


def test_now_pulls_none_when_one_of_them_is_off(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "one", "rss", url=FEED)
    make_source(engine, "two", "rss", url=FEED)
    source_setup.disable(context, "two")

    with pytest.raises(UsageError, match="socialcell sources enable two"):
        source_setup.pull_now(context, ["one", "two"])

    assert audited(engine, "one") == []


def test_a_source_is_ok_when_it_has_succeeded_and_not_before(
    context: Context, engine: Engine
) -> None:
    source = make_source(engine)
    assert source_now(engine, source.name).shown_state == "new"

    pull(context, source, ConnectorError(Kind.TRANSIENT, "the line dropped"))
    assert source_now(engine, source.name).shown_state == "failing"

    pull(context, source)
    assert source_now(engine, source.name).shown_state == "ok"

    pull(context, source, ConnectorError(Kind.TRANSIENT, "the line dropped"))
    assert source_now(engine, source.name).shown_state == "failing"

    pull(context, source, ConnectorError(Kind.QUOTA, "no posts are left"))
    assert source_now(engine, source.name).shown_state == "quota_spent"


def test_a_source_whose_settings_changed_is_new_until_it_succeeds(
    context: Context, engine: Engine, clock: FixedClock
) -> None:
    source = make_source(engine)
    pull(context, source)

    with db.writing(engine) as session:
        row = store.source_named(session, source.name)
        settings = {"kind": "mentions", "user_id": "2"}
        store.change_source(session, row, settings, clock.now(), reason="tests")
    changed = source_now(engine, source.name)
    pull(context, changed)

    assert changed.shown_state == "new"
    assert source_now(engine, source.name).shown_state == "ok"


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("connector", "settings", "why"),
    [
        ("x", {"kind": "search", "query": "from:asha_kale"}, "a private person"),
        ("x", {"kind": "search", "query": "pune from:asha*"}, "a private person"),
        ("x", {"kind": "search", "query": "pune (to:asha OR water)"}, "asha"),
        ("x", {"kind": "search", "query": "@asha_kale water"}, "a private person"),
        ("x", {"kind": "search", "query": "asha_kale"}, "a private person"),
        ("x", {"kind": "search", "query": "list:84839422"}, "a private person"),
        ("x", {"kind": "search", "query": "url:x.com/asha_kale"}, "a private person"),
        ("x", {"kind": "search", "query": "(pune OR protest) lang:mr"}, "protests"),
        ("x", {"kind": "search", "query": "pune -water #PuneProtest"}, "protests"),
        ("x", {"kind": "search", "query": "pune -(water) मोर्चा"}, "protests"),
        ("bluesky", {"query": "from:asha.bsky.social"}, "a private person"),
        ("bluesky", {"query": "did:plc:ashakale pune"}, "a private person"),
        ("bluesky", {"query": "mentions:asha.bsky.social"}, "a private person"),
        ("bluesky", {"query": "muslim"}, "religion"),
        ("youtube", {"kind": "search", "query": "pune|bjp"}, "politics"),
        ("youtube", {"kind": "search", "query": "rahul patil"}, "a private person"),
        ("reddit", {"kind": "new", "subreddit": "u_asha_kale"}, "a private person"),
        ("reddit", {"kind": "new", "subreddit": "PuneProtest"}, "protests"),
        (
            "reddit",
            {"kind": "search", "subreddit": "pune", "query": "author:asha1990"},
            "a private person",
        ),
        ("mastodon", {"hashtag": "dalit"}, "caste"),
        ("mastodon", {"hashtag": "PuneProtests"}, "protests"),
        (
            "instagram",
            {"kind": "hashtag", "account_id": "12345", "hashtag": "hiv"},
            "health",
        ),
        ("rss", {"url": "https://social.example/@asha.rss"}, "a private person"),
        ("rss", {"url": "https://reddit.example/user/asha/.rss"}, "a private person"),
        ("rss", {"url": "https://news.example/search?q=morcha"}, "protests"),
        ("rss", {"url": "https://news.example/search?q=from%3Aasha"}, "asha"),
        ("rss", {"url": "https://paper.example/elections/feed"}, "politics"),
    ],
)
def test_no_source_is_added_that_follows(
    context: Context, engine: Engine, connector: str, settings: dict[str, Any], why: str
) -> None:
    with pytest.raises(UsageError, match="No source is added about") as refused:
        source_setup.add_source(context, "source", connector, settings)

    assert why in str(refused.value)
    with db.reading(engine) as session:
        assert store.sources(session) == []


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("connector", "settings"),
    [
        ("x", {"kind": "search", "query": "(pune water) OR (पुणे पाणी) -is:retweet"}),
        (
            "x",
            {"kind": "search", "query": "pune -from:asha_kale -protest -(bjp OR mns)"},
        ),
        ("x", {"kind": "search", "query": "from:PMCPune OR to:@pmcpune OR @PMCPune"}),
        ("x", {"kind": "mentions", "user_id": "1234567"}),
        ("bluesky", {"query": "पुणे"}),
        ("youtube", {"kind": "search", "query": "pune|पुणे -cricket"}),
        (
            "reddit",
            {"kind": "search", "subreddit": "maharashtra", "query": "pmc OR पुणे"},
        ),
        ("reddit", {"kind": "new", "subreddit": "u_pmcpune"}),
        ("mastodon", {"hashtag": "PuneRains"}),
        ("rss", {"url": "https://www.hindustantimes.example/feeds/rss/pune-news.xml"}),
        ("rss", {"url": "https://paper.example/search?q=pune+water&lang=mr"}),
    ],
)
def test_a_source_about_what_the_city_does_is_added(
    context: Context, engine: Engine, connector: str, settings: dict[str, Any]
) -> None:
    with db.writing(engine) as session:
        for handle in ("PMCPune", "1234567"):
            registry.register(
                session,
                "x",
                handle,
                "PMC",
                "public_office",
                "order 1",
                unsigned("t"),
                context.clock.now(),
            )

    source_setup.add_source(context, "source", connector, settings)

    assert source_now(engine, "source").enabled


def test_an_account_whose_posts_are_held_is_known_to_be_private_by_its_number(
    context: Context, engine: Engine
) -> None:
    author = make_author("4711", handle="asha_kale")
    store_records(engine, make_record("1", author=author))
    mentions = {"kind": "mentions", "user_id": "4711"}

    with pytest.raises(UsageError, match="whose account 4711 of x is"):
        source_setup.add_source(context, "x.asha", "x", mentions)

    with db.writing(engine) as session:
        registry.register(
            session,
            "x",
            "asha_kale",
            "Asha Kale",
            "creator",
            "consent 1",
            unsigned("t"),
            context.clock.now(),
        )
    source_setup.add_source(context, "x.asha", "x", mentions)


CHANNEL = "UCinvented0123456789abcd"


@pytest.mark.parametrize(
    ("connector", "settings"),
    [
        ("x", {"kind": "mentions", "user_id": "4711"}),
        ("youtube", {"kind": "uploads", "channel_id": CHANNEL}),
        ("youtube", {"kind": "comments", "channel_id": CHANNEL}),
    ],
)
def test_an_account_by_its_number_is_followed_once_two_persons_say_whose_it_is(
    context: Context, connector: str, settings: dict[str, str]
) -> None:
    """Nothing is held of it: who it is, the number does not say."""
    number = settings.get("user_id") or settings["channel_id"]
    lead, approver = acting(context, "asha"), acting(context, "meera", Role.APPROVER)
    refused = f"registry add {connector} {number}"
    with pytest.raises(UsageError, match=refused):
        source_setup.add_source(lead, "city", connector, settings)
    account_registry.propose_account(
        lead,
        connector,
        number,
        name="The city's desk",
        person_class="public_office",
        evidence="https://www.city.example/accounts names it",
    )
    with pytest.raises(UsageError, match=refused):
        source_setup.add_source(lead, "city", connector, settings)

    account_registry.approve_account(approver, connector, number)

    assert source_setup.add_source(lead, "city", connector, settings)
    assert [check.state for check in guard_checks.followed(context)] == ["ok"]


def test_what_only_a_token_of_its_owner_reads_needs_nobody_s_word(
    context: Context,
) -> None:
    pages = (
        ("facebook", {"kind": "feed", "page_id": "104857600000000"}),
        ("instagram", {"kind": "media", "account_id": "17841400000000000"}),
    )
    for connector, settings in pages:
        source_setup.add_source(context, connector, connector, settings)


def test_a_number_that_is_followed_already_may_be_followed_otherwise(
    context: Context, engine: Engine
) -> None:
    page = {"page_id": "104857600000000"}
    make_source(engine, "facebook.feed", "facebook", kind="feed", **page)
    author = make_author(page["page_id"], handle=None)
    store_records(engine, make_record("1", platform="facebook", author=author))

    source_setup.add_source(
        context, "facebook.said", "facebook", {"kind": "comments", **page}
    )


def test_a_held_account_is_private_until_the_registry_has_it(
    context: Context, engine: Engine
) -> None:
    store_records(engine, make_record("1"))  # by account u1

    with db.reading(engine) as session:
        assert protected_accounts.is_public_number(session, "x", "u1") is False
        assert protected_accounts.is_public_number(session, "x", "u2") is None
    with db.writing(engine) as session:
        registry.register(
            session,
            "x",
            "handle_u1",
            "PMC",
            "public_office",
            "order 1",
            unsigned("t"),
            context.clock.now(),
        )
    with db.reading(engine) as session:
        assert protected_accounts.is_public_number(session, "x", "u1") is True


def test_a_handle_that_is_held_is_known_without_its_sign(
    context: Context, engine: Engine
) -> None:
    store_records(
        engine, make_record("1", author=make_author("9", handle="CitizenVoice"))
    )
    for query in ("citizenvoice pune", "citizenv* pune"):
        with pytest.raises(UsageError, match="a private person"):
            source_setup.add_source(
                context, "s", "x", {"kind": "search", "query": query}
            )


def test_a_source_of_before_the_guard_is_not_switched_on_again(
    context: Context, engine: Engine
) -> None:
    make_source(engine, "x.march", "x", kind="search", query="morcha pune")
    source_setup.disable(context, "x.march")

    with pytest.raises(UsageError, match="protests"):
        source_setup.enable(context, "x.march")

    assert not source_now(engine, "x.march").enabled
