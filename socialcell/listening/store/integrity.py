"""What must always hold of what was collected: each rule says what breaks it.

A rule takes a session and yields sentences; none means that it holds. `problems` asks
all of them. Their numbers are those of docs/RELIABILITY.md.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    Select,
    TextClause,
    case,
    func,
    or_,
    select,
    text,
)
from sqlmodel import AutoString, Session, SQLModel

from socialcell import db
from socialcell.listening.attachment_model import Attachment
from socialcell.listening.model import Author, Mention, MentionMatch, RawItem, Removal
from socialcell.listening.store import search_forms
from socialcell.listening.store.mentions import rollups
from socialcell.listening.store.pages import raw_payloads
from socialcell.listening.store.pages.tombstones import ABOUT, BLANK
from socialcell.ops import keys
from socialcell.ops.model import Cursor, Run, Source
from socialcell.ops.store import OUTCOMES
from socialcell.ops.webhook_model import Awaited, Pushed

MENTION = db.table(Mention)
M, RUN, MATCH = MENTION.c, db.table(Run).c, db.table(MentionMatch).c
_CAME_IN = (Mention, Author, RawItem, Pushed, Awaited, Attachment)
_CONTROLS = f"{chr(1)}-{chr(8)}{chr(11)}-{chr(31)}"  # all but tab and newline
_UNCLEAN = re.compile(f"[\0{_CONTROLS}]")
_TURN = timedelta(hours=1)
_SWEPT = timedelta(days=2)
_QUESTIONS: dict[tuple[str, bool], Select[*tuple[int, ...]] | None] = {}


def problems(session: Session) -> list[str]:
    """Every broken rule of the content, as a sentence; empty when all is well."""
    rules = (soundness, cursors, duplicates, accounts, deletions, texts)
    return [problem for rule in rules for problem in rule(session)]


def cursors(session: Session) -> Iterator[str]:
    """I1: no cursor is ahead of the rows that were stored with it.

    A cursor moves with a page of a run, and what a run says that it stored is there;
    only erased posts have lost their trace. Sources of daily figures have no mentions.
    """
    cursor, source = db.table(Cursor).c, db.table(Source).c
    moved = select(RUN.id).where(
        RUN.source_id == cursor.source_id,
        RUN.pages > 0,
        RUN.started_at <= cursor.changed_at,
    )
    statement = select(source.name).where(
        source.id == cursor.source_id, ~moved.exists()
    )
    for name in session.scalars(statement.order_by(source.name)):
        yield f"The cursor of {name} was moved by no run that stored a page"
    there = select(func.count()).where(MATCH.run_id == RUN.id).scalar_subquery()
    lists_mentions = select(MATCH.source_id).where(MATCH.source_id == RUN.source_id)
    lost = session.execute(
        select(func.sum(RUN.stored - there)).where(
            RUN.stored > there, lists_mentions.exists()
        )
    ).scalar_one()
    traced = select(MATCH.mention_id).where(MATCH.mention_id == M.id)
    erased = _count(session, M.state == "deleted", ~traced.exists())
    if lost and lost > erased:
        yield (
            f"Runs say that they stored {lost} mentions that are not there "
            f"({erased} were erased): cursors stand ahead of the rows"
        )


def duplicates(session: Session) -> Iterator[str]:
    """I2: one row for each thing that came in, by the platform's own id."""
    for model in _CAME_IN:
        yield from keys.key_faults(session, db.table(model))


def accounts(session: Session) -> Iterator[str]:
    """I3: what a run received is the sum of its six outcomes."""
    total = sum((RUN[name] for name in OUTCOMES[1:]), RUN[OUTCOMES[0]])
    for run_id, received in session.execute(
        select(RUN.id, RUN.received).where(RUN.received != total)
    ):
        yield f"Run {run_id} received {received} items and does not account for them"


def deletions(session: Session, now: datetime | None = None) -> Iterator[str]:
    """I8: of what was deleted at its source nothing is left: no words, no author, no
    engagement, no raw form that was there before, nothing in the search index.

    With `now` also no file, for which the nightly sweep is waited for.
    """
    gone = M.state == "deleted"
    ids = select(M.id).where(gone)
    if not _count(session, gone):
        return
    remaining = [M[name].is_not(None) for name, blank in BLANK.items() if blank is None]
    if n := _count(session, gone, or_(*remaining)):
        yield f"{n} deleted mentions still hold something of what they said"
    for model in ABOUT:
        about = db.table(model)
        if n := _count(session, about.c.mention_id.in_(ids)):
            yield f"{n} rows of {about.name} are about deleted mentions"
    if n := _indexed(session):
        yield f"{n} deleted mentions still have words in the search index"
    if n := _raw_forms(session):
        yield f"{n} raw items still hold mentions that were deleted since"
    if now is not None:
        removal, file = db.table(Removal).c, db.table(Attachment).c
        old = select(removal.mention_id).where(removal.noticed_at < now - _SWEPT)
        if n := _count(session, file.mention_id.in_(ids), file.mention_id.in_(old)):
            yield f"{n} files of deleted mentions are kept"


def texts(session: Session) -> Iterator[str]:
    """I9: no text holds NUL, half of a surrogate pair, or a control character other
    than tab and newline."""
    is_sqlite = db.is_sqlite(session)
    if is_sqlite:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        driver.create_function("unclean", 1, _unclean, deterministic=True)
    for table in SQLModel.metadata.sorted_tables:
        if table.name == RawItem.__tablename__:  # JSON in ASCII
            continue
        counts = _unclean_counts(table.name, is_sqlite)
        if counts is None:
            continue
        for column, n in session.execute(counts).mappings().one().items():
            if n:
                place = f"{table.name}.{column}"
                yield f"{n} values of {place} hold control characters"


def soundness(session: Session) -> Iterator[str]:
    """I11: the file is whole, every reference leads somewhere, and the search index
    holds every mention, by masked words."""
    if db.is_sqlite(session):
        connection = session.connection()
        for (answer,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if answer != "ok":
                yield f"The database file is damaged: {answer}"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"Row {row[1]} of {row[0]} points to a row of {row[2]} that is gone"
        indexed = session.execute(text("SELECT count(*) FROM mention_fts_docsize"))
        missing = _count(session, M.id.is_not(None)) != indexed.scalar_one()
    else:
        yield from _dangling(session)
        unindexed = text(
            "SELECT count(*) FROM mention WHERE folded <> '' AND search IS NULL"
        )
        missing = bool(session.execute(unindexed).scalar_one())
    if missing:
        yield "The search index does not hold every mention"
    hidden, lacking = search_forms.wrong_forms(session)
    if hidden:
        yield f"{hidden} mentions can be searched by words that are hidden in them"
    if lacking:
        yield f"{lacking} mentions cannot be searched by words that they show"


def counts(session: Session) -> Iterator[str]:
    """The totals by hour, ward, entity and account are what the mentions add up to."""
    statement = select(M.id).where(M.state == "present", M.language.is_not(None))
    there = rollups.everything(session)
    expected = rollups.contribution(session, session.scalars(statement).all())
    for name, rows in there.items():
        expected_cells = {
            key: n for (which, key), n in expected.items() if which == name
        }
        stored = {tuple(row[:-1]): row[-1] for row in rows}
        wrong = [
            key
            for key in expected_cells | stored
            if expected_cells.get(key) != stored.get(key)
        ]
        if wrong:
            yield f"{len(wrong)} totals by {name} are not what the mentions add up to"


def unread_order(session: Session) -> Iterator[str]:
    """I10: no mention and no push waits while what came an hour later was read."""
    read = select(func.max(M.stored_at)).where(M.tagged_at.is_not(None))
    newest = session.execute(read).scalar_one()
    if newest is not None:
        unread = (M.tagged_at.is_(None), M.language.is_(None), M.text.is_not(None))
        late = M.stored_at < newest - _TURN
        if n := _count(session, M.state == "present", *unread, late):
            yield f"{n} mentions were never read, though later ones were"
    p, source = db.table(Pushed).c, db.table(Source).c
    read_pushes = (
        select(source.name, p.source_id, func.max(p.received_at).label("newest"))
        .join(db.table(Source), source.id == p.source_id)
        .where(p.done_at.is_not(None))
        .group_by(source.name, p.source_id)
    )
    for name, source_id, newest in session.execute(read_pushes).all():
        waits = (p.source_id == source_id, p.done_at.is_(None))
        if n := _count(session, *waits, p.received_at < newest - _TURN):
            yield f"{n} pushes of {name} wait, though later ones were read"


# --------------------------------------------------------------------------------------


def _count(session: Session, *where: ColumnElement[bool] | TextClause) -> int:
    return int(session.execute(select(func.count()).where(*where)).scalar_one())


def _indexed(session: Session) -> int:
    """How many deleted mentions the search index has words of."""
    if not db.is_sqlite(session):
        return _count(session, M.state == "deleted", text("search IS NOT NULL"))
    connection = session.connection()
    connection.exec_driver_sql(
        "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, mention_fts, instance)"
    )
    try:
        statement = text(
            "SELECT count(DISTINCT doc) FROM temp.words "
            "WHERE doc IN (SELECT id FROM mention WHERE state = 'deleted')"
        )
        return int(session.execute(statement).scalar_one())
    finally:
        connection.exec_driver_sql("DROP TABLE temp.words")


def _raw_forms(session: Session) -> int:
    """How many raw items that were here at a removal hold what was removed."""
    removal = db.table(Removal).c
    statement = select(removal.platform, M.external_id, removal.noticed_at).where(
        M.id == removal.mention_id, M.state == "deleted"
    )
    removed: dict[str, dict[str, datetime]] = {}
    for platform, external_id, at in session.execute(statement):
        removed.setdefault(platform, {})[external_id] = at
    return sum(
        any(of[name] > received for name in names)
        for platform, of in removed.items()
        for received, names in raw_payloads.bodies_with_ids(session, platform, of)
    )


def _unclean_counts(name: str, is_sqlite: bool) -> Select[*tuple[int, ...]] | None:
    """How many texts of each column hold such a character, by the column's name; kept,
    as to write these for all tables takes longer than to ask them."""
    key = name, is_sqlite
    if key not in _QUESTIONS:
        table = SQLModel.metadata.tables[name]
        columns = [c for c in table.c if isinstance(c.type, AutoString)]
        sums = (
            func.sum(case((_is_unclean(c, is_sqlite), 1), else_=0)).label(c.name)
            for c in columns
        )
        _QUESTIONS[key] = select(*sums).select_from(table) if columns else None
    return _QUESTIONS[key]


def _is_unclean(column: Column[str], is_sqlite: bool) -> ColumnElement[bool]:
    if not is_sqlite:  # which takes neither NUL nor half a pair
        return column.op("~")(f"[{_CONTROLS}]")
    return func.unclean(column.cast(LargeBinary))


def _unclean(raw: bytes | None) -> bool:
    try:
        return raw is not None and bool(_UNCLEAN.search(raw.decode()))
    except UnicodeDecodeError:
        return True


def _dangling(session: Session) -> Iterator[str]:
    for table in SQLModel.metadata.sorted_tables:
        for key in table.foreign_keys:
            child, parent = key.parent, key.column.table.alias()
            there = select(parent.c[key.column.name]).where(
                parent.c[key.column.name] == child
            )
            if n := _count(session, child.is_not(None), ~there.exists()):
                target = key.column.table.name
                yield f"{n} rows of {table.name} point to rows of {target} gone since"
