"""What people decided about cases, exported beside what they decided about mentions."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcell import db
from socialcell.language import labelled_posts
from socialcell.listening.model import Annotation, Mention
from socialcell.ops.model import AuditEntry
from socialcell.roles import Role
from socialcell.services import label_export
from socialcell.services.context import Context
from socialcell.services.desk import case_grouping, case_opening, case_triage
from socialcell.services.desk.case_contacts import SpokenWords
from socialcell.services.desk.case_opening import NewCase
from socialcell.services.desk.case_triage import TriageDraft
from socialcell.services.desk.referral import referrals
from socialcell.services.mentions import mention_labels
from tests.desk_builders import make_registers, read_mention
from tests.inside import socialcell
from tests.operators import acting
from tests.rows import in_order
from tests.running import answer

pytestmark = pytest.mark.swept_on_postgresql


@pytest.fixture
def asha(context: Context) -> Context:
    make_registers(context)
    return acting(context, "Asha Sample", Role.OPERATOR)


def read(context: Context, text: str = "No water in Kothrud", **fields: Any) -> int:
    """A public post of Mastodon, as the reader leaves it, its urgency too."""
    id_ = read_mention(context, text, **{"platform": "mastodon"} | fields)
    with db.writing(context.engine) as session:
        session.add(
            Annotation(
                mention_id=id_,
                kind="urgency",
                value=fields.get("urgency", "normal"),
                model="test",
                model_version="1",
                made_at=context.clock.now(),
            )
        )
    return id_


def lines(folder: Path, model: str) -> list[dict[str, Any]]:
    path = folder / "own" / f"{model}.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def labels(folder: Path, model: str) -> list[tuple[str, list[str], str | None]]:
    """(label, what was suggested, the case) of each line."""
    return [
        (line["label"], line["suggested"], line.get("case"))
        for line in lines(folder, model)
    ]


def test_what_was_decided_in_a_case_becomes_lines_that_train_takes(
    asha: Context, tmp_path: Path
) -> None:
    mention = read(asha)
    number = case_opening.open_from_mention(asha, mention)
    draft = TriageDraft(
        kind="help",
        topic="roads",
        priority="P0",
        place="Baner",
        area="ward:aundh-baner",
        owner="dept:roads",
    )
    case_triage.triage(asha, number, draft)

    counts = label_export.export_labels(asha, tmp_path).posts

    decided = {
        "complaint": ("complaint", ["complaint"]),
        "intent": ("help", ["complaint"]),
        "owner": ("dept:roads", ["dept:water"]),
        "place": ("place:baner", ["place:kothrud"]),
        "topic": ("roads", ["water"]),
        "urgency": ("critical", ["normal"]),
        "ward": ("ward:aundh-baner", ["ward:kothrud-bavdhan"]),
    }
    assert counts == dict.fromkeys(decided, 1)
    for model, (label, suggested) in decided.items():
        assert labels(tmp_path, model) == [(label, suggested, number)]
        (post,) = labelled_posts.posts(tmp_path / "own" / f"{model}.jsonl")
        assert (post.text, post.label) == ("No water in Kothrud", label)
    (line,) = lines(tmp_path, "intent")
    assert line["id"] == f"own-{mention}"
    with db.reading(asha.engine) as session:
        newest = list(session.scalars(in_order(AuditEntry)))[-1]
        assert (newest.action, newest.object, newest.detail) == (
            "language.export-labels",
            str(tmp_path),
            counts,
        )


@pytest.mark.parametrize(
    ("priority", "kind", "read_as", "urgency"),
    [
        ("P0", "complaint", "normal", "critical"),
        ("P1", "complaint", "critical", "high"),
        ("P1", "complaint", "high", "high"),
        ("P1", "help", "low", "low"),  # a call for help is P1 however it was read
        ("P2", "complaint", "high", "normal"),
        ("P2", "complaint", "low", "low"),
        ("P3", "question", "normal", "normal"),
        ("P3", "complaint", "normal", "low"),
    ],
)
def test_a_priority_says_the_urgency_that_was_read_where_it_follows_from_it(
    asha: Context,
    tmp_path: Path,
    priority: str,
    kind: str,
    read_as: str,
    urgency: str,
) -> None:
    number = case_opening.open_from_mention(asha, read(asha, urgency=read_as))
    case_triage.triage(asha, number, TriageDraft(kind=kind, priority=priority))
    label_export.export_labels(asha, tmp_path)
    assert labels(tmp_path, "urgency") == [(urgency, [read_as], number)]


def test_a_decision_about_the_mention_itself_stands_before_that_about_its_case(
    asha: Context, tmp_path: Path
) -> None:
    mention = read(asha)
    number = case_opening.open_from_mention(asha, mention)
    case_triage.triage(
        asha, number, TriageDraft(kind="question", topic="roads", owner="dept:roads")
    )
    own = {"topic": ("water", "health"), "owner": ("none",)}
    mention_labels.decide_mentions(asha, [mention], own)

    label_export.export_labels(asha, tmp_path)

    suggested = ["water"]
    assert sorted(labels(tmp_path, "topic")) == [
        ("health", suggested, None),
        ("water", suggested, None),
    ]
    assert labels(tmp_path, "owner") == [("none", ["dept:water"], None)]
    assert labels(tmp_path, "intent") == [("question", ["complaint"], number)]


def test_the_last_decision_holds_and_what_was_taken_away_is_no_label(
    asha: Context, tmp_path: Path
) -> None:
    number = case_opening.open_from_mention(asha, read(asha))
    first = TriageDraft(topic="roads", place="Baner", owner="dept:roads")
    case_triage.triage(asha, number, first)
    second = TriageDraft(topic="", place="behind the old mill", owner="")
    case_triage.triage(asha, number, second)

    label_export.export_labels(asha, tmp_path)

    assert labels(tmp_path, "topic") == labels(tmp_path, "place") == []
    assert labels(tmp_path, "owner") == [("none", ["dept:water"], number)]


def test_the_kind_and_priority_that_a_person_opened_a_case_with_are_decisions(
    asha: Context, tmp_path: Path
) -> None:
    mention = read(asha, "The film was good", intent="not_civic", urgency="low")
    number = case_opening.open_from_mention(asha, mention, kind="praise", priority="P3")
    label_export.export_labels(asha, tmp_path)
    assert labels(tmp_path, "intent") == [("praise", ["not_civic"], number)]
    assert labels(tmp_path, "urgency") == [("low", ["low"], number)]


def test_a_case_that_nobody_decided_about_is_not_exported(
    asha: Context, tmp_path: Path
) -> None:
    number = case_opening.open_from_mention(asha, read(asha))
    case_triage.assign(asha, number, to="Asha Sample")
    case_triage.add_note(asha, number, "I go there")
    assert label_export.export_labels(asha, tmp_path).posts == {}


def test_the_body_that_a_case_was_referred_to_is_its_owner(
    asha: Context, tmp_path: Path
) -> None:
    number = case_opening.open_from_mention(asha, read(asha, topic="electricity"))
    referrals.refer(asha, number, body="body:msedcl")
    label_export.export_labels(asha, tmp_path)
    assert labels(tmp_path, "owner") == [("body:msedcl", ["dept:water"], number)]


def test_a_merge_leaves_each_mention_what_was_decided_about_its_own_case(
    asha: Context, tmp_path: Path
) -> None:
    first = case_opening.open_from_mention(asha, read(asha, uid="u1"))
    second = case_opening.open_from_mention(asha, read(asha, uid="u2"))
    case_triage.triage(asha, second, TriageDraft(kind="question"))
    case_grouping.merge(asha, second, first, "One pipe")
    case_triage.triage(asha, first, TriageDraft(kind="help"))

    label_export.export_labels(asha, tmp_path)

    assert [(line["id"], line["label"]) for line in lines(tmp_path, "intent")] == [
        ("own-1", "help"),
        ("own-2", "question"),
    ]


def test_a_conversation_that_is_split_off_is_decided_about_by_itself(
    asha: Context, tmp_path: Path
) -> None:
    first = case_opening.open_from_mention(asha, read(asha, uid="u1"))
    second = case_opening.open_from_mention(asha, read(asha, uid="u2"))
    case_grouping.merge(asha, second, first, "One pipe")
    new = case_grouping.split(asha, first, 1, "Another street")
    case_triage.triage(asha, first, TriageDraft(kind="help"))
    case_triage.triage(asha, new, TriageDraft(kind="question"))

    label_export.export_labels(asha, tmp_path)

    # The first post is in the new case; the old one holds another's post now.
    assert [(line["id"], line["label"]) for line in lines(tmp_path, "intent")] == [
        ("own-1", "question")
    ]


@pytest.mark.parametrize(
    ("fields", "left_out"),
    [
        ({"platform": "x"}, {"x": 1}),
        ({"platform": "reddit"}, {"reddit": 1}),
        ({"platform": "whatsapp", "kind": "message"}, {}),
    ],
)
def test_a_case_of_what_may_train_nobody_is_left_out(
    asha: Context, tmp_path: Path, fields: dict[str, str], left_out: dict[str, int]
) -> None:
    number = case_opening.open_from_mention(asha, read(asha, **fields))
    case_triage.triage(asha, number, TriageDraft(kind="help"))
    export = label_export.export_labels(asha, tmp_path)
    assert (export.posts, export.left_out) == ({}, left_out)


def test_words_that_were_spoken_are_left_out(asha: Context, tmp_path: Path) -> None:
    words = SpokenWords(channel="phone", text="No water since Monday")
    number = case_opening.open_by_hand(asha, NewCase(words, "complaint", "water"))
    case_opening.join_mention(asha, number, read(asha))
    case_triage.triage(asha, number, TriageDraft(kind="help"))
    assert label_export.export_labels(asha, tmp_path).posts == {}


def test_a_post_that_changed_after_the_decision_or_is_gone_is_left_out(
    asha: Context, tmp_path: Path
) -> None:
    edited, gone = (
        case_opening.open_from_mention(asha, read(asha, uid=uid)) for uid in "ab"
    )
    now = asha.clock.now()
    for number in (edited, gone):
        case_triage.triage(asha, number, TriageDraft(kind="help"))
    with db.writing(asha.engine) as session:
        session.get_one(Mention, 1).edited_at = now + timedelta(seconds=1)
        session.get_one(Mention, 2).state = "deleted"
    assert label_export.export_labels(asha, tmp_path).posts == {}

    with db.writing(asha.engine) as session:
        session.get_one(Mention, 1).edited_at = now
    label_export.export_labels(asha, tmp_path)
    assert labels(tmp_path, "intent") == [("help", ["complaint"], edited)]


def test_nobody_is_recognised_in_the_text_of_a_case(
    asha: Context, tmp_path: Path
) -> None:
    mention = read(asha, "@asha_kale no water, call 98220 12345 or a.k@mail.example")
    number = case_opening.open_from_mention(asha, mention)
    case_triage.triage(asha, number, TriageDraft(topic="water"))
    label_export.export_labels(asha, tmp_path)
    (line,) = lines(tmp_path, "topic")
    for hidden in ("asha", "98220", "12345", "a.k@"):
        assert hidden not in line["text"]
    assert line["text"].startswith("@user no water")


def test_the_command_exports_what_was_decided_in_cases(
    asha: Context, tmp_path: Path
) -> None:
    number = case_opening.open_from_mention(asha, read(asha))
    config = ["--config", str(asha.workspace.folder / "config.yaml")]

    case_triage.triage(asha, number, TriageDraft(topic="roads"))
    export = answer(
        socialcell("language", "export-labels", "--into", tmp_path, *config, "--json")
    )

    assert export["posts"] == {"topic": 1}
    assert labels(tmp_path, "topic") == [("roads", ["water"], number)]
