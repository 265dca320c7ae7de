"""Which mentions are wanted, as one condition of SQL, and why one of them is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BindParameter,
    SelectBase,
    String,
    TextualSelect,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session

from socialcell import db
from socialcell.listening.areas.owner_table import NOBODY, OTHER, OWN
from socialcell.listening.day_ranges import day_end, day_start
from socialcell.listening.model import Annotation, Author, Mention, RegistryAccount
from socialcell.listening.query.query_language import (
    NO_WARD,
    And,
    FieldTerm,
    Node,
    Not,
    Or,
    TextTerm,
    owner_ids,
    place_id,
)

MENTION = db.table(Mention)
AUTHOR = db.table(Author)
ANNOTATION = db.table(Annotation)
REGISTRY = db.table(RegistryAccount)
M = MENTION.c
_MANY = 1000
# What is wanted, and the field of a query that says the same.
_FIELDS = {
    "topic": "topic",
    "ward": "ward",
    "language": "lang",
    "sentiment": "sentiment",
    "intent": "intent",
    "urgency": "urgency",
    "platform": "platform",
    "owner": "owner",
}


@dataclass(frozen=True)
class MentionFilter:
    """Which mentions: spans are half open and in UTC; None means any."""

    query: Node | None = None
    since: datetime | None = None
    until: datetime | None = None
    topic: str | None = None
    ward: str | None = None
    language: str | None = None
    sentiment: str | None = None
    intent: str | None = None
    urgency: str | None = None
    platform: str | None = None
    owner: str | None = None
    limit: int | None = 50


class Matching:
    """Builds conditions of SQL, for mentions from `first` on where that is given.

    Without `probing` the database is not asked what holds few: for conditions that a
    span of time narrows anyway.
    `rare` is set where a part of what was built holds more than are quickly sorted: the
    steps between ids, at the mean, of the newest of its rarest such part. `is_narrow`
    is set where all that is wanted is in a part that holds few.
    """

    def __init__(
        self, session: Session, first: int | None = None, *, probing: bool = True
    ) -> None:
        self._session = session
        self._first = first
        self._probing = probing
        self.rare = 0.0
        self.is_narrow = False
        self._narrow_parts = 0  # parts that hold few

    def condition(self, mention_filter: MentionFilter) -> ColumnElement[bool]:
        """The condition that a mention matches the filter, for any statement."""
        rules: list[ColumnElement[bool]] = [M.state == "present"]
        if self._first is not None:
            rules.append(M.id >= self._first)
        if mention_filter.since is not None:
            rules.append(M.authored_at >= mention_filter.since)
        if mention_filter.until is not None:
            rules.append(M.authored_at < mention_filter.until)
        for part in _list_parts(mention_filter):
            before = self._narrow_parts
            rules.append(self.compiled(part))
            if isinstance(part, TextTerm | FieldTerm) and self._narrow_parts > before:
                self.is_narrow = True
        return and_(*rules)

    def compiled(self, node: Node) -> ColumnElement[bool]:
        """Of the mentions that a part of a query asks for."""
        match node:
            case And(parts):
                return and_(true(), *map(self.compiled, parts))
            case Or(parts):
                return or_(*map(self.compiled, parts))
            case Not(part):
                return not_(self.compiled(part))
            case TextTerm():
                return self._saying(node)
            case FieldTerm():
                return self._field(node)

    def _annotated(self, kind: str, label: str) -> ColumnElement[bool]:
        """Mentions with this topic, ward …: as decided, else as suggested."""
        c = ANNOTATION.c
        # Each half is a look into an index that holds no more than that half.
        halves = (
            and_(c.kind == kind, c.value == label, c.decided_value.is_(None)),
            and_(c.kind == kind, c.decided_value == label),
        )
        after = true() if self._first is None else c.mention_id >= self._first
        ids = union_all(
            *(select(c.mention_id.label("id")).where(half, after) for half in halves)
        )
        if self._few(ids):
            return M.id.in_(ids)
        return or_(*(exists().where(half, c.mention_id == M.id) for half in halves))

    def _match_column(self, name: str, *values: str) -> ColumnElement[bool]:
        """Mentions with one of these values in an indexed column."""
        column = M[name]
        after = true() if self._first is None else M.id >= self._first
        is_one = len(values) == 1
        condition = column == values[0] if is_one else column.in_(values)
        ids = select(M.id.label("id")).where(condition, after)
        if self._few(ids, is_in_order=is_one):
            return M.id.in_(ids)
        # The sign keeps SQLite from looking up each of many rows by the column's index.
        unindexed: ColumnElement[str] = column
        if db.is_sqlite(self._session):
            unindexed = literal_column(f"+mention.{name}", String)
        # Of one that is not known it is not true; so its opposite is.
        condition = unindexed == values[0] if is_one else unindexed.in_(values)
        return and_(unindexed.is_not(None), condition)

    def _owned(self, owner: str) -> ColumnElement[bool]:
        """Mentions of one owner, of any department, of any other body, or of nobody."""
        groups = {"pmc": OWN, "other": OTHER}
        if owner in groups:
            stored_owners = list_values(self._session, M.owner)
            ids = [id_ for id_ in stored_owners if id_.startswith(groups[owner])]
        else:
            ids = [owner] if owner == NOBODY else list(owner_ids(owner))
        return self._match_column("owner", *ids) if ids else false()

    def _few(
        self, ids: SelectBase | TextualSelect, *, is_in_order: bool = True
    ) -> bool:
        """Is it cheaper to look up what was found, and sort it by time?

        Of many, the newest are found sooner by going back in time until the page is
        full. No database can tell by itself for a search or for two columns in one
        condition. Where the ids do not come in order, the newest are not looked for.
        """
        if not self._probing:
            return False
        found_ids = ids.subquery().c.id
        newest = (
            select(found_ids).order_by(found_ids.desc())
            if is_in_order
            else select(found_ids)
        )
        chunk = newest.limit(_MANY).subquery().c.id
        statement = select(func.count(), func.max(chunk) - func.min(chunk))
        count, apart = self._session.execute(statement).one()
        if count < _MANY:
            self._narrow_parts += 1
            return True
        if is_in_order:
            self.rare = max(self.rare, apart / _MANY)
        return False

    def _saying(self, words: TextTerm) -> ColumnElement[bool]:
        """Mentions whose folded text holds the words, by the database's own index."""
        if db.is_sqlite(self._session):
            return self._saying_in_fts(words)
        star = ":*" if words.prefix else ""
        phrase = " <-> ".join(f"'{word}'" for word in words.text.split())
        statement = literal(phrase + star, String).cast(TSQUERY)
        return literal_column("mention.search").op("@@", is_comparison=True)(statement)

    def _saying_in_fts(self, words: TextTerm) -> ColumnElement[bool]:
        star = "*" if words.prefix else ""
        phrase: BindParameter[str] = bindparam(
            "phrase", f'"{words.text}"{star}', unique=True
        )
        first: BindParameter[int] = bindparam("first", self._first or 0, unique=True)
        query = text(
            "SELECT rowid AS id FROM mention_fts "
            "WHERE mention_fts MATCH :phrase AND rowid >= :first"
        )
        ids = query.bindparams(phrase, first).columns(M.id)
        few = self._few(ids)
        # The sign keeps SQLite from looking up each of many rows.
        return (M.id if few else literal_column("+mention.id")).in_(ids)

    def _field(self, field: FieldTerm) -> ColumnElement[bool]:
        match field.name:
            case "platform" | "intent" | "urgency":
                return self._match_column(field.name, field.value)
            case "owner":
                return self._owned(field.value)
            case "status" | "department":
                # Of one that is in no register it is not true; so its opposite is.
                written = M[field.name]
                words = func.lower(written) == field.value.lower()
                return and_(written.is_not(None), words)
            case "lang":
                return M.language == field.value
            case "sentiment":
                return M.sentiment == field.value
            case "topic":
                return self._annotated("topic", field.value)
            case "ward" if field.value == NO_WARD:
                return ~exists().where(
                    ANNOTATION.c.mention_id == M.id, ANNOTATION.c.kind == "ward"
                )
            case "ward" | "detail":
                return self._annotated(field.name, field.value)
            case "place":
                return self._annotated("entity", place_id(field.value))
            case "since":
                return M.authored_at >= day_start(field.value, "since:")
            case "until":
                return M.authored_at < day_end(field.value, "until:")
        return _from(field.value)


def _list_parts(mention_filter: MentionFilter) -> Iterator[Node]:
    """Each of the parts of a question that all must be true of a mention."""
    for name in _FIELDS:
        if operand := getattr(mention_filter, name):
            yield FieldTerm(_FIELDS[name], operand, 0)
    match mention_filter.query:
        case None:
            return
        case And(parts):
            yield from parts
        case query:
            yield query


def list_values(session: Session, column: ColumnElement[str]) -> Iterator[str]:
    """The values that mentions have in an indexed column; each costs one look."""
    last = ""
    while True:
        statement = select(func.min(column)).where(column > last)
        following = session.scalar(statement)
        if following is None:
            return
        yield following
        last = following


def matching_parts(session: Session, query: Node, mention_id: int) -> list[str]:
    """The parts of a query that a mention matches, in words, for --explain."""
    matching = Matching(session)
    return [
        _condition_text(part)
        for part in _leaves(query)
        if session.execute(
            select(M.id).where(M.id == mention_id, matching.compiled(part))
        ).first()
    ]


def _from(handle: str) -> ColumnElement[bool]:
    """Posts of a registry account; there is no per-person history of anybody else."""
    plain_handle = handle.lower().lstrip("@")
    return exists().where(
        AUTHOR.c.id == M.author_id,
        func.lower(AUTHOR.c.handle) == plain_handle,
        REGISTRY.c.platform == AUTHOR.c.platform,
        REGISTRY.c.handle == plain_handle,
    )


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            yield node


def _condition_text(node: Node) -> str:
    match node:
        case TextTerm(text=said, prefix=prefix):
            return f"says “{said}{'…' if prefix else ''}”"
        case FieldTerm(name=name, value=value):
            return f"{name} is {value}"
        case Not(part):
            return f"not: {_condition_text(part)}"
        case _:
            return "a group of conditions"
