"""Registers of complaints and chats of WhatsApp in the database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from socialcell import db
from socialcell.clock import FixedClock
from socialcell.listening.model import Mention
from socialcell.listening.query.query_language import parse
from socialcell.listening.store.alerts import critical_calls
from socialcell.listening.store.mentions import mention_queries, quotes
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.mentions.mention_matching import AUTHOR, MENTION, M
from socialcell.services import pseudonyms
from socialcell.services.collection import file_import
from socialcell.services.context import Context
from socialcell.views.mentions import mention_view
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.swept_on_postgresql

REGISTER = "Token No,Date,Complaint,Ward,Department,Status,Closed On"
CHAT = (
    "28/11/26, 9:05 pm - Asha Sample: कोथरूड डेपोजवळ रस्त्यावर खूप पाणी साचले आहे",
    "28/11/26, 9:06 pm - +91 98220 12345: ok",
)


def saved(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def clock() -> FixedClock:
    """A week later than that of other tests: the rows were written until then."""
    return FixedClock(MONDAY_MORNING + timedelta(days=7))


def counts(context: Context, path: Path) -> dict[str, int]:
    result = file_import.import_file(context, path).result
    return {name: count for name, count in result.counts.items() if count}


def mentions(engine: Engine) -> list[Mention]:
    with db.reading(engine) as session:
        return list(session.scalars(select(Mention).order_by(db.table(Mention).c.id)))


def test_a_later_register_updates_what_became_of_a_complaint(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    path = saved(tmp_path, "a.csv", REGISTER, "7,20-11-2026,पाणी नाही,औंध,पाणी,Open,")
    assert counts(context, path) == {"received": 1, "stored": 1}
    closed = "7,20-11-2026,पाणी नाही,औंध,पाणी,Closed,25-11-2026"
    later = saved(tmp_path, "b.csv", REGISTER, closed)
    assert counts(context, later) == {"received": 1, "updated": 1}

    (mention,) = mentions(engine)
    assert (mention.status, mention.ward, mention.department) == (
        *("Closed", "औंध", "पाणी"),
    )
    assert mention.closed_at == datetime(2026, 11, 24, 18, 30, tzinfo=UTC)


def test_a_complaint_is_shown_and_found_by_the_words_of_its_register(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    path = saved(
        tmp_path,
        "a.csv",
        REGISTER,
        "7,20-11-2026,Water leak,Aundh,Water Supply,Closed,25-11-2026",
        "8,20-11-2026,Garbage,Aundh,Sanitation,Open,",
    )
    counts(context, path)
    people = pseudonyms.load_people(context)

    def tokens(query: str) -> list[str]:
        with db.reading(engine) as session:
            found = mention_queries.mentions(session, MentionFilter(parse(query)))
        return [row.external_id for row in found]

    assert tokens("status:closed") == ["7"]
    assert tokens('department:"water supply"') == ["7"]
    assert tokens("NOT status:closed") == ["8"]
    with db.reading(engine) as session:
        row = mention_queries.mention(session, mentions(engine)[0].id or 0)
    assert row is not None
    facts = mention_view.MentionFacts((), {})
    shown = mention_view.mention(row, facts, people)
    assert shown["closed_at"] == "2026-11-25T00:00:00+05:30"
    assert [shown["status"], shown["ward"]] == ["Closed", "Aundh"]


def test_what_was_critical_long_before_its_import_calls_nobody(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    now = context.clock.now()
    recent = now.strftime("%d-%m-%Y")
    path = saved(
        tmp_path,
        "a.csv",
        REGISTER,
        "7,20-02-2020,A wall fell on a man,Aundh,Fire,Closed,21-02-2020",
        f"8,{recent},A boy is in the canal,Aundh,Fire,Open,",
    )
    counts(context, path)
    counts(context, saved(tmp_path, "chat.txt", "28/11/20, 9:05 pm - Asha: आग लागली"))
    with db.writing(engine) as session:
        session.execute(update(MENTION).values(urgency="critical"))
    with db.reading(engine) as session:
        ids = critical_calls.ids_since(session, now - timedelta(days=2))
    critical = [mention for mention in mentions(engine) if mention.id in ids]
    assert [mention.external_id for mention in critical] == ["8"]


def test_a_longer_export_of_a_chat_adds_its_new_messages(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    path = saved(tmp_path, "chat.txt", *CHAT)
    assert counts(context, path) == {"received": 2, "stored": 2}
    assert counts(context, path) == {"received": 2, "unchanged": 2}
    more = "29/11/26, 8:00 am - Asha Sample: पाणी ओसरले"
    earlier = "27/11/26, 8:00 am - Asha Sample: पाऊस सुरू झाला"
    longer = saved(tmp_path, "longer.txt", earlier, *CHAT, more)
    assert counts(context, longer) == {"received": 4, "stored": 2, "unchanged": 2}
    assert len(mentions(engine)) == 4


def test_whoever_wrote_in_a_chat_is_a_pseudonym(
    context: Context, engine: Engine, tmp_path: Path
) -> None:
    counts(context, saved(tmp_path, "chat.txt", *CHAT))
    people = pseudonyms.load_people(context)
    facts = mention_view.MentionFacts((), {})
    with db.reading(engine) as session:
        for mention in session.scalars(select(Mention)).all():
            row = mention_queries.mention(session, mention.id or 0)
            assert row is not None
            shown = mention_view.mention(row, facts, people)
            assert str(shown["author"]).startswith("नागरिक-")
            assert shown["kind"] == "message"
            assert "98220" not in str(shown)
            assert "Asha" not in str(shown)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("chat.txt", CHAT),
        (
            "register.csv",
            (
                "Token No,Date,Complaint,Name of Complainant,Department",
                f"7,28-11-2026,{CHAT[0].rpartition(': ')[2]},Asha Sample,Water",
            ),
        ),
    ],
)
def test_what_was_written_in_private_is_never_quoted(
    name: str,
    lines: tuple[str, ...],
    context: Context,
    engine: Engine,
    tmp_path: Path,
) -> None:
    counts(context, saved(tmp_path, name, *lines))
    start = datetime(2026, 11, 27, tzinfo=UTC)
    quotable = quotes.quotable(TimeSpan(start, start + timedelta(days=3)))

    def quotable_count() -> int:
        with db.reading(engine) as session:
            joined = select(M.id).join_from(MENTION, AUTHOR, M.author_id == AUTHOR.c.id)
            return len(session.scalars(joined.where(quotable)).all())

    def change(**values: str) -> None:
        with db.writing(engine) as session:
            session.execute(update(MENTION).values(**values))

    change(intent="information")
    assert quotable_count() == 0
    # Of the same words in public the longer ones are.
    change(kind="post")
    assert quotable_count() == 1
