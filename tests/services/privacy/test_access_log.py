"""Each read of unmasked personal data stands in the access log, for a year."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import SocialcellError
from socialcell.listening.model import Mention
from socialcell.registers.store import accesses
from socialcell.registers.store.accesses import AccessFilter
from socialcell.roles import Role
from socialcell.services import access_log, label_export
from socialcell.services.context import Context
from socialcell.services.creators import creator_registry
from socialcell.services.mentions import (
    mention_export,
    mention_labels,
    original_link,
    tagging,
)
from socialcell.services.privacy import data_requests, retention
from socialcell.services.pseudonyms import load_people
from tests.builders import make_record, store_records
from tests.operators import acting, sign_in_shell
from tests.services.privacy.request_desk import OFFICER, officer, store_hers

pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def dpo(context: Context) -> Context:
    store_records(context.engine, make_record("77", url="https://x.com/a/status/77"))
    # Who opens the original of a post may see who wrote it.
    return acting(officer(context), OFFICER, Role.OPERATOR)


def kinds(context: Context) -> list[str]:
    return [e.kind for e in access_log.list_accesses(context, AccessFilter(), 100)]


def open_original(context: Context) -> None:
    original_link.open_original(acting(context, OFFICER, Role.OPERATOR), 1)


def export_mentions(context: Context) -> None:
    question = mention_export.ExplorerQuestion()
    pieces = mention_export.download(context, load_people(context), question, "jsonl")
    assert list(pieces)


def export_account(context: Context) -> None:
    data_requests.export_account(context, "x", "u1", None)


def export_creators(context: Context) -> None:
    creator_registry.export_creators(context)


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        (open_original, "original"),
        (export_mentions, "mentions_export"),
        (export_account, "personal_export"),
        (export_creators, "creator"),
    ],
)
def test_what_leaves_unmasked_is_entered_with_who_read_it(
    dpo: Context, read: Callable[[Context], None], kind: str
) -> None:
    read(dpo)

    (entry,) = access_log.list_accesses(dpo, AccessFilter(), 100)
    assert (entry.kind, entry.actor, entry.at) == (
        kind,
        "Meera Sample",
        dpo.clock.now(),
    )
    assert "handle_u1" not in entry.subject


def test_texts_to_train_with_are_entered_with_how_many(
    dpo: Context, tmp_path: Path
) -> None:
    record = make_record("88", platform="mastodon", text="No water in Kothrud at all")
    store_records(dpo.engine, record, make_record("89", platform="mastodon"))
    tagging.tag_waiting(dpo)
    with db.reading(dpo.engine) as session:
        ids = list(session.scalars(select(Mention.id).order_by(col(Mention.id))))
    labels = mention_labels.read_labels(["urgency=low", "topic=water"])
    mention_labels.decide_mentions(dpo, ids[1:2], labels)

    label_export.export_labels(dpo, tmp_path, dry_run=True)
    assert kinds(dpo) == []
    label_export.export_labels(dpo, tmp_path)

    (entry,) = access_log.list_accesses(dpo, AccessFilter(), 100)
    assert (entry.kind, entry.actor, entry.records) == ("labels_export", OFFICER, 1)


def test_a_read_that_fails_is_not_entered(dpo: Context) -> None:
    with pytest.raises(SocialcellError):
        original_link.open_original(dpo, 999)

    assert kinds(dpo) == []


def test_an_entry_is_kept_for_a_year_and_then_deleted(dpo: Context) -> None:
    open_original(dpo)

    def after(days: int) -> list[str]:
        moved = FixedClock(dpo.clock.now() + timedelta(days=days))
        then = replace(dpo, clock=moved)
        retention.run_retention(then)
        return kinds(then)

    assert after(364) == ["original"]
    assert after(366) == []


def test_counts_go_by_who_and_what_and_unknown_numbers_stay_unknown(
    dpo: Context,
) -> None:
    for read in (open_original, open_original, export_mentions):
        read(dpo)

    with db.reading(dpo.engine) as session:
        counts = accesses.count_by_actor(session, AccessFilter())
    assert [(c.kind, c.reads, c.records) for c in counts] == [
        ("original", 2, 2),
        ("mentions_export", 1, None),
    ]


def test_entries_are_found_by_time_person_and_subject(dpo: Context) -> None:
    open_original(dpo)
    soon = dpo.clock.now() + timedelta(minutes=1)

    def count(**wanted: object) -> int:
        return len(access_log.list_accesses(dpo, AccessFilter(**wanted), 100))

    assert count(actor="Meera Sample", subject="mention 1", until=soon) == 1
    assert count(since=soon) == 0
    assert count(actor="Ravi Sample") == 0


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_the_log_is_for_who_may_read_the_audit_log(dpo: Context, role: Role) -> None:
    with pytest.raises(SocialcellError, match="role"):
        kinds(acting(dpo, "Ravi Sample", role))


def test_the_persons_copy_is_a_file_of_its_owner_alone(
    dpo: Context, tmp_path: Path
) -> None:
    from tests.inside import socialcell

    store_hers(dpo)
    sign_in_shell(dpo, OFFICER, Role.DPO)
    place = tmp_path / "asha.json"
    config = dpo.workspace.folder / "config.yaml"
    named = ("--platform", "x", "--handle", "asha_canary", "--out", str(place))

    result = socialcell("--config", config, "privacy", "export", *named)

    assert result.returncode == 0, result.stderr
    assert place.stat().st_mode & 0o777 == 0o600
