"""Which mentions are wanted, as one condition of SQL."""

from collections.abc import Sequence

from sqlalchemy import (
    SelectBase,
    String,
    TextualSelect,
    and_,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    union_all,
)
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
    owner_ids,
)
from socialcell.listening.store.mentions import text_search
from socialcell.listening.store.mentions.mention_filter import (
    MentionFilter,
    is_indexed,
    list_parts,
)

MENTION = db.table(Mention)
AUTHOR = db.table(Author)
ANNOTATION = db.table(Annotation)
REGISTRY = db.table(RegistryAccount)
M = MENTION.c
MANY = 1000


class Matching:
    """Builds conditions of SQL, for mentions from `first` on where that is given.

    `assumed` says whether each part holds few; None: the database is asked of each.
    The owners that mentions have are asked for once, and kept in `owners`.

    `rare` is set where a part of what was built holds more than are quickly sorted: the
    steps between ids, at the mean, of the newest of its rarest such part. `is_narrow`
    is set where all that is wanted is in a part that holds few.
    """

    def __init__(
        self,
        session: Session,
        first: int | None = None,
        *,
        assumed: bool | None = None,
        owners: list[str] | None = None,
    ) -> None:
        self._session = session
        self._first = first
        self._assumed = assumed
        self._stored_owners = [] if owners is None else owners
        self.rare = 0.0
        self.is_narrow = False
        self._narrow_parts = 0  # parts that hold few

    def condition(self, mention_filter: MentionFilter) -> ColumnElement[bool]:
        """The condition that a mention matches the filter, for any statement."""
        rules = self.plain_rules(mention_filter)
        for part in list_parts(mention_filter):
            before = self._narrow_parts
            rules.append(self.compiled(part))
            if is_indexed(part) and self._narrow_parts > before:
                self.is_narrow = True
        return and_(*rules)

    def plain_rules(self, mention_filter: MentionFilter) -> list[ColumnElement[bool]]:
        """The rules that need no index of their own: what is there, when, its kind."""
        rules: list[ColumnElement[bool]] = [M.state == "present"]
        if self._first is not None:
            rules.append(M.id >= self._first)
        if mention_filter.since is not None:
            rules.append(M.authored_at >= mention_filter.since)
        if mention_filter.until is not None:
            rules.append(M.authored_at < mention_filter.until)
        if mention_filter.kind is not None:
            rules.append(M.kind == mention_filter.kind)
        return rules

    def compiled(self, node: Node) -> ColumnElement[bool]:
        """Of the mentions that a part of a query asks for."""
        if text_search.is_text(node):
            return self._saying(node)
        match node:
            case And(parts):
                return and_(true(), *map(self.compiled, parts))
            case Or(parts):
                return or_(false(), *map(self.compiled, parts))
            case Not(part):
                return not_(self.compiled(part))
            case FieldTerm():
                return self._field(node)
        raise AssertionError("a text term is text")

    def ids(self, part: Node) -> SelectBase | TextualSelect | None:
        """The ids of the mentions of a part, from indexes that hold no others, some
        twice; None where there is no such index."""
        if text_search.is_text(part):
            if db.is_sqlite(self._session):
                return text_search.ids_in_fts(part, self._first or 0)
            return select(M.id.label("id")).where(text_search.in_search(part))
        match part:
            case FieldTerm("platform" | "intent" | "urgency" as name, label):
                return self._column_ids(M[name], (label,))
            case FieldTerm("owner", owner) if owner_values := self._owners(owner):
                return self._column_ids(M.owner, owner_values)
            case FieldTerm("ward", label) if label == NO_WARD:
                return None
            case FieldTerm("topic" | "ward" | "detail" as kind, label):
                return self._annotated_ids(kind, label)
            case FieldTerm("place", label):
                return self._annotated_ids("entity", label)
            case Or(parts):
                ids = [self.ids(part) for part in parts]
                indexed = [part_ids for part_ids in ids if part_ids is not None]
                if not indexed or len(indexed) < len(ids):
                    return None
                return union_all(*(select(rows.subquery().c.id) for rows in indexed))
            case _:
                return None

    def _annotated(self, kind: str, label: str) -> ColumnElement[bool]:
        """Mentions with this topic, ward …: as decided, else as suggested."""
        ids = self._annotated_ids(kind, label)
        if self._few(ids):
            return M.id.in_(ids)
        c = ANNOTATION.c
        return or_(
            *(
                exists().where(half, c.mention_id == M.id)
                for half in _halves(kind, label)
            )
        )

    def _annotated_ids(self, kind: str, label: str) -> SelectBase:
        c = ANNOTATION.c
        after = true() if self._first is None else c.mention_id >= self._first
        return union_all(
            *(
                select(c.mention_id.label("id")).where(half, after)
                for half in _halves(kind, label)
            )
        )

    def _match_column(self, name: str, *values: str) -> ColumnElement[bool]:
        """Mentions with one of these values in an indexed column."""
        column = M[name]
        is_one = len(values) == 1
        ids = self._column_ids(column, values)
        if self._few(ids, is_in_order=is_one):
            return M.id.in_(ids)
        # The sign keeps SQLite from looking up each of many rows by the column's index.
        unindexed: ColumnElement[str] = column
        if db.is_sqlite(self._session):
            unindexed = literal_column(f"+mention.{name}", String)
        # Of one that is not known it is not true; so its opposite is.
        condition = unindexed == values[0] if is_one else unindexed.in_(values)
        return and_(unindexed.is_not(None), condition)

    def _column_ids(
        self, column: ColumnElement[str], values: Sequence[str]
    ) -> SelectBase:
        after = true() if self._first is None else M.id >= self._first
        condition = column == values[0] if len(values) == 1 else column.in_(values)
        return select(M.id.label("id")).where(condition, after)

    def _owned(self, owner: str) -> ColumnElement[bool]:
        """Mentions of one owner, of any department, of any other body, or of nobody."""
        ids = self._owners(owner)
        return self._match_column("owner", *ids) if ids else false()

    def _owners(self, owner: str) -> tuple[str, ...]:
        """The values of the column owner that a value of owner: stands for."""
        groups = {"pmc": OWN, "other": OTHER}
        if owner in groups:
            if not self._stored_owners:
                self._stored_owners += list_values(self._session, M.owner)
            beginning = groups[owner]
            return tuple(
                id_ for id_ in self._stored_owners if id_.startswith(beginning)
            )
        return (owner,) if owner == NOBODY else owner_ids(owner)

    def _few(
        self, ids: SelectBase | TextualSelect, *, is_in_order: bool = True
    ) -> bool:
        """Is it cheaper to look up what was found, and sort it by time?

        Of many, the newest are found sooner by going back in time until the page is
        full. No database can tell by itself for a search or for two columns in one
        condition. Where the ids do not come in order, the newest are not looked for.
        """
        if self._assumed is not None:
            return self._assumed
        found_ids = ids.subquery().c.id
        newest = (
            select(found_ids).order_by(found_ids.desc())
            if is_in_order
            else select(found_ids)
        )
        chunk = newest.limit(MANY).subquery().c.id
        statement = select(func.count(), func.max(chunk) - func.min(chunk))
        count, apart = self._session.execute(statement).one()
        if count < MANY:
            self._narrow_parts += 1
            return True
        if is_in_order:
            self.rare = max(self.rare, apart / MANY)
        return False

    def _saying(self, node: Node) -> ColumnElement[bool]:
        """Mentions whose folded text holds the words, by the database's own index."""
        if not db.is_sqlite(self._session):
            return text_search.in_search(node)
        ids = text_search.ids_in_fts(node, self._first or 0)
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
                return self._annotated("entity", field.value)
            case "since":
                return M.authored_at >= day_start(field.value, "since:")
            case "until":
                return M.authored_at < day_end(field.value, "until:")
        return _from(field.value)


def _halves(kind: str, label: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Annotations in force: each half is a look into an index of that half alone."""
    c = ANNOTATION.c
    return (
        and_(c.kind == kind, c.value == label, c.decided_value.is_(None)),
        and_(c.kind == kind, c.decided_value == label),
    )


def list_values(session: Session, column: ColumnElement[str]) -> list[str]:
    """The values that mentions have in an indexed column, in order.

    One statement, which looks into the index once for each value.
    """
    first = select(func.min(column).label("value")).cte("stored", recursive=True)
    following = select(func.min(column)).where(column > first.c.value)
    rest = select(following.correlate(first).scalar_subquery())
    stored = first.union_all(rest.where(first.c.value.is_not(None)))
    return list(
        session.scalars(select(stored.c.value).where(stored.c.value.is_not(None)))
    )


def _from(handle: str) -> ColumnElement[bool]:
    """Posts of a registry account; there is no per-person history of anybody else."""
    plain_handle = handle.lower().lstrip("@")
    return exists().where(
        AUTHOR.c.id == M.author_id,
        func.lower(AUTHOR.c.handle) == plain_handle,
        REGISTRY.c.platform == AUTHOR.c.platform,
        REGISTRY.c.handle == plain_handle,
    )
