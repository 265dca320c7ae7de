"""Decisions of operators: in force at once, kept, and handed to `language train`."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.errors import SocialcellError, UsageError
from socialcell.language import labelled_posts
from socialcell.language.training.train import train
from socialcell.listening.model import Mention
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import mention_queries, rollups, tags
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.ops.model import AuditEntry
from socialcell.services import label_export
from socialcell.services.context import Context
from socialcell.services.mentions import mention_labels, tagging
from tests.builders import make_record, store_records
from tests.inside import socialcell
from tests.operators import acting
from tests.rows import in_order
from tests.running import answer

pytestmark = pytest.mark.swept_on_postgresql

TEXT = "No water in Kothrud for three days and the road is broken"


@pytest.fixture
def mention(context: Context, engine: Engine) -> int:
    """A mention that the reader takes for a complaint about water and roads."""
    store_records(engine, make_record(text=TEXT, platform="mastodon"))
    tagging.tag_waiting(context)
    return only(engine).id


def only(engine: Engine) -> object:
    with db.reading(engine) as session:
        (row,) = mention_queries.mentions(session, MentionFilter())
    return row


def in_force(engine: Engine, mention: int, kind: str) -> list[tuple]:
    """(suggested, decided) of a kind."""
    with db.reading(engine) as session:
        rows = mention_queries.annotations(session, [mention])[mention]
    return [(row.value, row.decided_value) for row in rows if row.kind == kind]


def audited(engine: Engine) -> list[tuple]:
    with db.reading(engine) as session:
        rows = session.scalars(in_order(AuditEntry))
        return [(row.action, row.object, row.detail) for row in rows]


def counts_are_sound(engine: Engine) -> bool:
    """Are rollups, and the owners of mentions, those that follow from the rest?"""
    with db.writing(engine) as session:
        kept = rollups.everything(session)
        rollups.rebuild(session)
        if kept != rollups.everything(session):
            return False
        c = db.table(Mention).c
        asked = select(c.id, c.owner).order_by(c.id)
        before = session.execute(asked).all()
        owners.resolve(session, [row.id for row in before])
        return session.execute(asked).all() == before


def test_a_decision_holds_at_once_beside_the_suggestion(
    context: Context, engine: Engine, mention: int
) -> None:
    suggested = only(engine).intent

    change = mention_labels.label_mention(context, mention, {"intent": ("praise",)})

    nothing_before: dict[str, list[str]] = {"overturned": [], "overturned_by": []}
    decided = {"suggested": [suggested], "decided": ["praise"], **nothing_before}
    assert change == {"intent": decided}
    assert only(engine).intent == "praise"
    assert in_force(engine, mention, "intent") == [(suggested, "praise")]
    assert audited(engine) == [("mentions.label", f"mention {mention}", change)]


def test_the_topics_given_are_all_topics_from_now_on(
    context: Context, engine: Engine, mention: int
) -> None:
    suggested = dict(in_force(engine, mention, "topic"))
    assert suggested == {"water": None, "roads": None}

    mention_labels.label_mention(
        context, mention, {"topic": ("roads", "drainage", "health")}
    )

    assert dict(in_force(engine, mention, "topic")) == {
        "water": "drainage",
        "roads": "roads",
        "health": "health",
    }
    with db.reading(engine) as session:
        for topic, n in (("water", 0), ("drainage", 1), ("roads", 1), ("health", 1)):
            wanted = MentionFilter(topic=topic)
            assert mention_queries.count_mentions(session, wanted) == n
    assert counts_are_sound(engine)


def test_a_topic_that_is_given_twice_is_said_once(
    context: Context, engine: Engine, mention: int
) -> None:
    once = {
        **{"suggested": ["water", "roads"], "decided": ["conduct"]},
        **{"overturned": [], "overturned_by": []},
    }

    labels = mention_labels.read_labels(["topic=conduct, conduct"])
    stroke = mention_labels.decide_mentions(context, [mention], labels)
    option = mention_labels.label_mention(
        context, mention, {"topic": ["conduct", "conduct"]}
    )

    assert stroke == {mention: {"topic": once}}
    assert option == {"topic": once}
    assert [detail for _, _, detail in audited(engine)] == [
        {str(mention): {"topic": once}},
        {"topic": once},
    ]


def test_a_second_decision_takes_the_place_of_the_first(
    context: Context, engine: Engine, mention: int
) -> None:
    mention_labels.label_mention(
        context, mention, {"topic": ("roads", "drainage", "health")}
    )
    mention_labels.label_mention(context, mention, {"topic": ("water",)})

    decided = {now for _, now in in_force(engine, mention, "topic")}

    assert decided == {"water"}
    assert counts_are_sound(engine)


@pytest.mark.parametrize(
    ("words", "overturned"),
    [
        ("topic=water", ["drainage", "roads"]),
        ("topic=", ["drainage", "roads"]),
        ("topic=drainage,roads", []),
    ],
)
def test_what_overturns_another_decision_names_it_and_who_made_it(
    context: Context, mention: int, words: str, overturned: list[str]
) -> None:
    first = mention_labels.read_labels(["topic=roads,drainage"])
    mention_labels.decide_mentions(acting(context, "meera"), [mention], first)

    labels = mention_labels.read_labels([words])
    change = mention_labels.decide_mentions(acting(context, "asha"), [mention], labels)

    assert sorted(change[mention]["topic"]["overturned"]) == overturned
    assert change[mention]["topic"]["overturned_by"] == ["meera"] * bool(overturned)


def test_what_was_decided_outlives_a_new_reading(
    context: Context, engine: Engine, mention: int
) -> None:
    mention_labels.label_mention(
        context, mention, {"topic": ("parks",), "sentiment": ("positive",)}
    )
    with db.writing(engine) as session:
        tags.forget(session)

    tagging.tag_waiting(context)

    assert {now for _, now in in_force(engine, mention, "topic")} == {"parks"}
    assert only(engine).sentiment == "positive"
    assert counts_are_sound(engine)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("intent=praise", "intent"),
        ("urgency=low", "urgency"),
        ("topic=roads,drainage,health", "topic"),
        ("topic=other", "topic"),
        ("owner=none", "owner"),
    ],
)
def test_a_decision_that_is_taken_back_leaves_what_was_read(
    context: Context, engine: Engine, mention: int, words: str, kind: str
) -> None:
    def state() -> tuple[object, ...]:
        return only(engine), in_force(engine, mention, kind)

    before = state()
    mention_labels.decide_mentions(
        context, [mention], mention_labels.read_labels([words])
    )
    assert state() != before

    change = mention_labels.decide_mentions(
        context, [mention], mention_labels.read_labels([f"{kind}="])
    )

    assert state() == before
    assert change[mention][kind]["decided"] == []
    assert audited(engine)[-1] == (
        "mentions.decide",
        f"mention {mention}",
        {str(mention): change[mention]},
    )
    assert counts_are_sound(engine)


def test_what_was_read_again_since_the_decision_is_read_once_more(
    context: Context, clock: FixedClock, engine: Engine, mention: int
) -> None:
    """The suggestion beside a decision is that of the reading of then."""
    mention_labels.label_mention(context, mention, {"intent": ("praise",)})
    with db.writing(engine) as session:
        session.get_one(Mention, mention).text = "Thank you for the new park in Aundh"
        tags.forget(session)
    clock.advance(timedelta(hours=1))
    tagging.tag_waiting(context)
    assert in_force(engine, mention, "intent") == [("complaint", "praise")]

    mention_labels.decide_mentions(context, [mention], {"intent": ()})
    tagging.tag_waiting(context)

    assert in_force(engine, mention, "intent") == [("praise", None)]
    assert counts_are_sound(engine)


def test_what_nobody_decided_is_not_taken_back(
    context: Context, engine: Engine, mention: int
) -> None:
    with pytest.raises(UsageError, match=r"Nobody decided urgency of mention"):
        mention_labels.decide_mentions(
            context, [mention], {"intent": ("praise",), "urgency": ()}
        )

    assert audited(engine) == []
    assert only(engine).intent == "complaint"


def test_a_dry_run_decides_nothing(
    context: Context, engine: Engine, mention: int
) -> None:
    mention_labels.label_mention(
        context, mention, {"intent": ("praise",)}, dry_run=True
    )

    assert only(engine).intent != "praise"
    assert audited(engine) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "Say what the mention is"),
        ({"topic": ("watre",)}, "no topic 'watre'; there are water"),
        ({"language": ("Marathi",)}, "no language 'Marathi'; there are en"),
    ],
)
def test_what_is_no_label_is_refused(
    context: Context, engine: Engine, mention: int, given: dict, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        mention_labels.label_mention(context, mention, given)

    assert audited(engine) == []


def test_only_a_mention_that_was_read_can_be_labelled(
    context: Context, engine: Engine
) -> None:
    with pytest.raises(UsageError, match="no mention 7"):
        mention_labels.label_mention(context, 7, {"intent": ("praise",)})
    store_records(engine, make_record(text=TEXT, platform="mastodon"))
    with pytest.raises(SocialcellError, match="waits to be read"):
        mention_labels.label_mention(context, only(engine).id, {"intent": ("praise",)})


def test_decisions_become_lines_that_train_takes(
    context: Context, engine: Engine, mention: int, tmp_path: Path
) -> None:
    mention_labels.label_mention(
        context,
        mention,
        {
            "language": ("en",),
            "intent": ("help",),
            "sentiment": ("negative",),
            "topic": ("water", "health"),
            "urgency": ("high",),
        },
    )

    counts = label_export.export_labels(context, tmp_path).posts

    assert counts == {
        "complaint": 1,
        "intent": 1,
        "language": 1,
        "sentiment-en": 1,
        "topic": 2,
        "urgency": 1,
    }
    for model, label in (
        ("complaint", "complaint"),
        ("intent", "help"),
        ("language", "en"),
        ("sentiment-en", "negative"),
        ("urgency", "high"),
    ):
        (post,) = labelled_posts.posts(tmp_path / "own" / f"{model}.jsonl")
        assert (post.text, post.label) == (TEXT, label)
    topics = labelled_posts.posts(tmp_path / "own" / "topic.jsonl")
    assert sorted(post.label for post in topics) == ["health", "water"]
    (line,) = (tmp_path / "own" / "intent.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line) == {
        "id": f"own-{mention}",
        "text": TEXT,
        "label": "help",
        "lang": "en",
        "source": "decided by the operators of this workspace",
        "suggested": ["complaint"],
    }
    assert audited(engine)[1] == ("language.export-labels", str(tmp_path), counts)


def test_nobody_is_recognised_in_the_exported_texts(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    said = (
        "@asha_kale सुनील शेट्टी यांनी सांगितले की पाणी नाही, "
        "फोन 98220 12345, a.k@mail.example, x.com/asha_kale"
    )
    store_records(engine, make_record(text=said, platform="mastodon"))
    tagging.tag_waiting(context)
    assert "PERSON" in dict(in_force(engine, only(engine).id, "entity"))
    mention_labels.label_mention(context, only(engine).id, {"intent": ("complaint",)})

    label_export.export_labels(context, tmp_path)

    (post,) = labelled_posts.posts(tmp_path / "own" / "intent.jsonl")
    for hidden in ("asha", "kale", "सुनील", "शेट्टी", "98220", "12345", "a.k", "mail"):
        assert hidden not in post.text
    assert post.text.startswith("@user ")
    assert "पाणी नाही" in post.text


def test_a_text_that_changed_after_the_decision_is_left_out(
    context: Context, engine: Engine, mention: int, tmp_path: Path
) -> None:
    mention_labels.label_mention(context, mention, {"intent": ("complaint",)})
    label_export.export_labels(context, tmp_path)
    later = context.clock.now().replace(hour=15)
    changed = make_record(
        text="All is well in Kothrud, thank you", platform="mastodon", edited_at=later
    )
    store_records(engine, changed, at=later)

    assert label_export.export_labels(context, tmp_path).posts == {}
    tagging.tag_waiting(context)
    assert label_export.export_labels(context, tmp_path).posts == {}

    assert list((tmp_path / "own").iterdir()) == []


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        ({"platform": "x"}, {"x": 1}),
        ({"platform": "reddit"}, {"reddit": 1}),
        ({"platform": "whatsapp", "kind": "message"}, {}),
    ],
)
def test_what_may_train_nobody_is_left_out(
    context: Context, engine: Engine, tmp_path: Path, change: dict, left_out: dict
) -> None:
    store_records(engine, make_record(text=TEXT, **change))
    tagging.tag_waiting(context)
    mention_labels.label_mention(context, only(engine).id, {"intent": ("complaint",)})

    exported = label_export.export_labels(context, tmp_path)

    assert (exported.posts, exported.left_out) == ({}, left_out)
    assert list((tmp_path / "own").iterdir()) == []


def test_training_learns_from_the_decisions_and_its_card_says_so(
    tmp_path: Path,
) -> None:
    def line(number: int, label: str, words: str) -> str:
        name = chr(97 + number // 6) + chr(97 + number % 6)  # digits are all one
        return json.dumps({"text": f"{words} x{name}x", "label": label}) + "\n"

    given = tmp_path / "topic" / "en_mumbai_complaint_train.jsonl"
    given.parent.mkdir()
    given.write_text(
        "".join(
            line(n, label, words)
            for n in range(30)
            for label, words in (("complaint", "broken lamp"), ("other", "nice film"))
        )
    )
    (plain,) = train(tmp_path, tmp_path / "plain", ["complaint"])
    own = tmp_path / "own" / "complaint.jsonl"
    own.parent.mkdir()
    own.write_text("".join(line(n, "complaint", "zagmag zurzur") for n in range(20)))

    (taught,) = train(tmp_path, tmp_path / "taught", ["complaint"])

    assert taught["measured_posts"] == plain["measured_posts"] + 16
    assert taught["posts"] == plain["posts"] + 20
    assert taught["scores"]["complaint, held out"]["n"] == 4
    assert {"file": "own/complaint.jsonl"}.items() <= taught["data"][-1].items()
    assert all(one["file"] != "own/complaint.jsonl" for one in plain["data"])


def test_the_commands_label_and_export(
    context: Context, mention: int, tmp_path: Path
) -> None:
    config = ["--config", str(context.workspace.folder / "config.yaml"), "--json"]
    topics = ["--topic", "parks", "--topic", "water"]

    said = socialcell("mentions", "label", str(mention), *topics, *config)
    wrote = socialcell("language", "export-labels", "--into", tmp_path, *config)

    change = answer(said)["labels"]["topic"]
    assert sorted(change["suggested"]) == ["roads", "water"]
    assert change["decided"] == ["parks", "water"]
    assert answer(wrote)["posts"] == {"topic": 2}
    assert len(labelled_posts.posts(tmp_path / "own" / "topic.jsonl")) == 2
