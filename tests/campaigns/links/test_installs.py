"""The endpoint that takes installs in, and what becomes of them in the database."""

from collections.abc import Iterator
from dataclasses import astuple
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from socialcell import config, db
from socialcell.campaigns.links.install_postback import (
    SIGNATURE,
    TIMESTAMP,
    signature_of,
)
from socialcell.campaigns.links.model import InstallPostback, TrackedLink
from socialcell.campaigns.links.store import clicks, postbacks
from socialcell.clock import FixedClock
from socialcell.services.context import Context
from socialcell.services.links import install_postbacks as job
from socialcell.services.links.install_postbacks import PostbackResult
from socialcell.web import redirect_server
from tests.builders import NOON
from tests.campaigns.links.link_requests import (
    Answer,
    ask,
    make_link,
    make_request,
    referrer_of,
    seconds,
)
from tests.campaigns.links.test_postbacks import CLICK, KEY, SECOND, as_bytes, told


@pytest.fixture
def cell(folder: Path, context: Context, clock: FixedClock) -> Context:
    """A workspace that takes in installs of the city's app, two minutes after noon."""
    settings = (folder / "config.yaml").read_text().replace("{}\n", "")
    apps = "links:\n  apps: [org.example.care]\n"
    (folder / "config.yaml").write_text(settings + apps)
    (folder / "secrets" / "install_key").write_text(KEY)
    clock.set(NOON + 120 * SECOND)
    return Context(config.load(folder / "config.yaml"), context.engine, clock)


@pytest.fixture
def link(cell: Context) -> TrackedLink:
    """A link with one click of a person, at noon."""
    made = make_link(cell)
    store_click(cell, made, id=CLICK)
    return made


def store_click(context: Context, link: TrackedLink, **changes: Any) -> None:
    from socialcell.campaigns.links.click_classifier import ClickClassifier

    row = ClickClassifier().row(make_request(link, **changes))
    with db.writing(context.engine) as session:
        clicks.record_clicks(session, [row])


def hand_in(
    context: Context, said: dict[str, Any], at: int | None = None, **more: Any
) -> tuple[PostbackResult, str]:
    body = as_bytes(said)
    stamp = str(seconds(context.clock.now()) if at is None else at)
    return job.store_postback(
        context, KEY, stamp, signature_of(KEY, stamp, body), body, **more
    )


def kept(context: Context) -> list[tuple[Any, ...]]:
    table = db.table(InstallPostback)
    c = table.c
    asked = select(c.key, c.outcome, c.reason, c.link_id, c.deliveries).order_by(c.id)
    with db.reading(context.engine) as session:
        return [tuple(row) for row in session.execute(asked)]


def test_an_install_is_put_down_to_its_link(cell: Context, link: TrackedLink) -> None:
    assert hand_in(cell, told()) == (PostbackResult.STORED, "attributed")
    assert kept(cell) == [("install-0001", "attributed", None, link.id, 1)]


def test_the_same_words_again_are_known_and_counted_once(
    cell: Context, link: TrackedLink
) -> None:
    hand_in(cell, told())
    assert hand_in(cell, told()) == (PostbackResult.DUPLICATE, "known")
    assert kept(cell) == [("install-0001", "attributed", None, link.id, 2)]


def test_other_words_of_the_same_install_change_nothing(
    cell: Context, link: TrackedLink
) -> None:
    hand_in(cell, told())
    assert hand_in(cell, told(install_version="9")) == (
        PostbackResult.CHANGED,
        "changed",
    )
    assert kept(cell) == [("install-0001", "attributed", None, link.id, 1)]


def test_a_click_brings_one_install(cell: Context, link: TrackedLink) -> None:
    hand_in(cell, told())
    assert hand_in(cell, told(id="install-0002")) == (
        PostbackResult.STORED,
        "click_used",
    )
    assert kept(cell) == [
        ("install-0001", "attributed", None, link.id, 1),
        ("install-0002", "refused", "click_used", link.id, 1),
    ]


def test_the_database_lets_no_second_install_of_a_click_in(
    cell: Context, link: TrackedLink
) -> None:
    """As when two processes have looked before either has written."""
    from socialcell.campaigns.links.install_postback import (
        InstallVerdict,
        parse_postback,
    )

    with db.writing(cell.engine) as session:
        stored = [
            postbacks.save_postback(
                session,
                parse_postback(as_bytes(told(id=key))),
                InstallVerdict("attributed"),
                CLICK,
                link.id,
                key,
                NOON,
            )
            for key in ("install-0001", "install-0002")
        ]
    assert stored == [True, False]


@pytest.mark.parametrize(
    ("setting", "begun", "outcome"),
    [
        ("shortest_seconds: 36", 40 * SECOND, "too_quick"),  # 35 after its click
        ("shortest_seconds: 35", 40 * SECOND, "attributed"),
        ("attribution_days: 1", timedelta(days=1, seconds=1), "too_late"),
        ("attribution_days: 1", timedelta(days=1), "attributed"),
    ],
)
def test_the_bounds_of_config_yaml_decide(
    cell: Context,
    folder: Path,
    link: TrackedLink,
    clock: FixedClock,
    setting: str,
    begun: timedelta,
    outcome: str,
) -> None:
    with (folder / "config.yaml").open("a") as file:
        file.write(f"  {setting}\n")
    clock.set(NOON + timedelta(days=2))
    set_up = Context(config.load(folder / "config.yaml"), cell.engine, clock)

    assert hand_in(set_up, told(begun=NOON + begun)) == (PostbackResult.STORED, outcome)


def test_an_install_without_a_click_is_kept_and_belongs_to_no_link(
    cell: Context,
) -> None:
    organic = "utm_source=google-play&utm_medium=organic"
    assert hand_in(cell, told(referrer=organic)) == (PostbackResult.STORED, "organic")
    assert kept(cell) == [("install-0001", "organic", None, None, 1)]


def test_a_click_that_may_still_be_on_its_way_is_waited_for(cell: Context) -> None:
    assert hand_in(cell, told(), behind=lambda: True) == (
        PostbackResult.LATER,
        "not now",
    )
    assert kept(cell) == []
    assert hand_in(cell, told()) == (PostbackResult.STORED, "click_unknown")


def test_what_is_turned_away_unread_is_kept_nowhere(cell: Context) -> None:
    at = seconds(cell.clock.now())
    assert hand_in(cell, told(), at=at - 600) == (PostbackResult.STALE, "stale")
    body = as_bytes(told())
    assert job.store_postback(cell, KEY, str(at), "00", body) == (
        PostbackResult.FORGED,
        "forged",
    )
    assert kept(cell) == []


def test_postbacks_are_told_by_outcome_and_reason(
    cell: Context, link: TrackedLink
) -> None:
    hand_in(cell, told())
    hand_in(cell, told(id="install-0002"))
    with db.reading(cell.engine) as session:
        found = [astuple(row) for row in postbacks.count_by_outcome(session)]
    assert found == [("attributed", None, 1), ("refused", "click_used", 1)]


@pytest.fixture
def address(cell: Context) -> Iterator[str]:
    with redirect_server.serving(cell) as opened:
        yield opened


def post(address: str, body: bytes, at: int, key: str = KEY, **more: Any) -> Answer:
    signed = {
        TIMESTAMP.replace("-", "_"): str(at),
        SIGNATURE.replace("-", "_"): signature_of(key, str(at), body),
    }
    return ask(address, "/installs", method="POST", body=body, **(signed | more))


def test_from_the_click_to_the_install(
    cell: Context, clock: FixedClock, address: str
) -> None:
    """A phone follows the link; the store hands its referrer to the app."""
    link = make_link(cell, campaign="पावसाळा 50%+&", ios=None)
    following = wait_for_link(address, link)
    handed = referrer_of(following.location or "")
    at = clock.now()
    said = told(
        referrer=f"utm_campaign=x&cid={handed['cid']}",
        clicked=at + 2 * SECOND,
        begun=at + 30 * SECOND,
    )
    clock.set(at + 60 * SECOND)
    body, now = as_bytes(said), seconds(clock.now())

    answer = post(address, body, now)
    while answer.status == 503:  # the click is on its way into the database
        answer = post(address, body, now)

    assert handed["utm_campaign"] == "पावसाळा_50%+&"
    assert (answer.status, answer.body) == (200, b'{"said": "attributed"}')
    assert kept(cell) == [("install-0001", "attributed", None, link.id, 1)]


def wait_for_link(address: str, link: TrackedLink) -> Answer:
    """The redirect looks for new links once a second."""
    answer = ask(address, f"/r/{link.code}")
    while answer.status == 404:
        answer = ask(address, f"/r/{link.code}")
    return answer


def test_who_does_not_sign_is_not_read_and_counted(cell: Context) -> None:
    body, now = as_bytes(told()), seconds(cell.clock.now())
    with redirect_server.serving(cell) as address:
        statuses = [
            ask(address, "/installs", method="POST", body=body).status,
            post(address, body, now, key="another").status,
            post(address, body, now - 3600).status,
            post(address, b"{}", now).status,
            post(address, b" " * 17_000, now).status,
            ask(address, "/installs").status,
        ]
    assert statuses == [401, 403, 401, 400, 413, 405]
    with db.reading(cell.engine) as session:
        away = postbacks.refusal_counts(session)
    assert away == {"forged": 1, "malformed": 1, "stale": 1, "unsigned": 1}


def test_without_a_secret_there_is_no_endpoint(cell: Context) -> None:
    (cell.workspace.folder / "secrets" / "install_key").unlink()
    with redirect_server.serving(cell) as address:
        answer = ask(address, "/installs", method="POST", body=b"{}")
    assert answer.status == 405
