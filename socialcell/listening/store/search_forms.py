"""The words of the search index: of each mention its masked text, folded.

What a screen hides cannot be found either: handles, numbers, addresses, names of
private persons. The database's triggers make the index of the column `folded`, which
is written here alone: when a mention is stored, when an account becomes public or is
public no more, when its author is named otherwise, and when a name in it is erased.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Author, Mention, RegistryAccount
from socialcell.listening.people import masking
from socialcell.listening.people.masking_persons import PublicNames, public_names
from socialcell.listening.store.name_spellings import NameSpellings
from socialcell.text import index_form

MENTION = db.table(Mention)
AUTHOR = db.table(Author)
REGISTRY = db.table(RegistryAccount)
_BATCH = 500  # mentions that are held at once
_CHECKED = 20_000  # mentions that the check compares at most


class IndexedText(NamedTuple):
    """A mention's text with what is held of its author."""

    platform: str
    title: str | None
    text: str | None
    uid: str | None
    handle: str | None
    name: str | None

    @property
    def whole(self) -> str:
        return f"{self.title}\n{self.text or ''}" if self.title else self.text or ""


@dataclass(frozen=True)
class SearchForms:
    """Makes the words that are indexed; `registry` holds (platform, handle in lower
    case) of accounts that are public, `public` the names that stay."""

    registry: Set[tuple[str, str]]
    public: PublicNames

    def form(self, row: IndexedText) -> str:
        """The indexed words of a mention, one space between them."""
        return index_form(self._masked(row, self.public))

    def searchable_words(self, row: IndexedText) -> str:
        """The same with every name of a third person, public or not."""
        return index_form(self._masked(row, None))

    def _masked(self, row: IndexedText, public: PublicNames | None) -> str:
        def registered(host: str | None, handle: str) -> bool:
            return (host or row.platform, handle.lower().lstrip("@")) in self.registry

        if row.handle and registered(None, row.handle):
            return masking.masked(row.whole, registered, public=public)
        return masking.masked(
            row.whole,
            registered,
            masking.own_marks(row.uid, row.handle, row.name),
            (row.handle, row.name),
            public,
        )


def search_forms(session: Session, office_holders: Sequence[str] = ()) -> SearchForms:
    """Of the registry as it is, and of the workspace's office holders."""
    c = REGISTRY.c
    rows = session.execute(select(c.platform, c.handle, c.name)).all()
    return SearchForms(
        frozenset((platform, handle) for platform, handle, _ in rows),
        public_names([*(name for _, _, name in rows), *office_holders]),
    )


def refresh_named(session: Session, handle: str, name: str, *, gone: bool) -> int:
    """Index anew the mentions that say a handle, or a name in any spelling, or whose
    author has the handle: it became public, or is so no more (`gone`). How many
    changed.

    Names of other public people that were shown stay: who they are, the caller may not
    know.
    """
    forms, spellings = search_forms(session), NameSpellings([name])
    dropped = spellings if gone else None
    changed = _refresh(session, forms, _says(handle), keep_names=True, dropped=dropped)
    if spellings:
        changed += _refresh(
            session,
            forms,
            _may_say(spellings),
            keep_names=True,
            dropped=dropped,
            spellings=spellings,
        )
    return changed


def refresh_authors(session: Session, author_ids: Iterable[int]) -> int:
    """Index anew what authors wrote who are called otherwise now."""
    forms = search_forms(session)
    return sum(
        _refresh(session, forms, MENTION.c.author_id.in_(chunk), keep_names=True)
        for chunk in db.chunks(author_ids)
    )


def refresh_names(
    session: Session, names: Iterable[str], office_holders: Sequence[str]
) -> int:
    """Index anew the mentions that say one of these names of office holders in any
    spelling, with the office holders as they are now."""
    spellings = NameSpellings(names)
    if not spellings:
        return 0
    forms = search_forms(session, office_holders)
    return _refresh(session, forms, _may_say(spellings), spellings=spellings)


def refresh_mentions(
    session: Session, ids: Iterable[int], office_holders: Sequence[str]
) -> int:
    """Index these mentions anew, with the office holders as they are now."""
    forms = search_forms(session, office_holders)
    return sum(
        _refresh(session, forms, MENTION.c.id.in_(chunk)) for chunk in db.chunks(ids)
    )


def rebuild(session: Session, office_holders: Sequence[str] = ()) -> int:
    """Write the words of every mention anew, some at a time; how many changed."""
    return _refresh(session, search_forms(session, office_holders), None)


def wrong_forms(session: Session) -> tuple[int, int]:
    """How many mentions are indexed with words that are hidden, and how many lack words
    that are shown, among some that are spread over all.

    A name of a public person may stand in the index or not: who holds an office is a
    matter of the workspace's file, which this does not read.
    """
    forms = search_forms(session)
    newest = session.execute(select(func.max(MENTION.c.id))).scalar_one() or 0
    step = max(1, -(-newest // _CHECKED))
    hidden = lacking = 0
    for row, folded in _rows(session, MENTION.c.id % step == 0):
        words = folded.split()
        hidden += not _is_part(words, forms.searchable_words(row).split())
        lacking += not _is_part(forms.form(row).split(), words)
    return hidden, lacking


def _is_part(words: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether words stand in the whole in their order."""
    rest = iter(whole)
    return all(word in rest for word in words)


def _refresh(
    session: Session,
    forms: SearchForms,
    where: ColumnElement[bool] | None,
    *,
    keep_names: bool = False,
    dropped: NameSpellings | None = None,
    spellings: NameSpellings | None = None,
) -> int:
    """Those that say one of `spellings`, where there are such; how many changed."""
    changed = 0
    for batch in _batches(session, where):
        values = [
            {"b_id": id_, "b_folded": form}
            for id_, row, folded in batch
            if spellings is None or spellings.is_in(row.whole)
            if (form := _new_form(forms, row, folded, keep_names, dropped)) != folded
        ]
        if values:
            session.connection().execute(
                update(MENTION)
                .where(MENTION.c.id == bindparam("b_id"))
                .values(folded=bindparam("b_folded")),
                values,
            )
        changed += len(values)
    return changed


def _new_form(
    forms: SearchForms,
    row: IndexedText,
    folded: str,
    keep_names: bool,
    dropped: NameSpellings | None,
) -> str:
    form = forms.form(row)
    if not keep_names or form == folded:
        return form
    # A word that only the names' rule hides stays where it was shown.
    stay = (w for w in folded.split() if not (dropped and dropped.has_word(w)))
    shown = {*form.split(), *stay}
    words = forms.searchable_words(row).split()
    return " ".join(word for word in words if word in shown)


def _rows(
    session: Session, where: ColumnElement[bool] | None
) -> Iterator[tuple[IndexedText, str]]:
    for batch in _batches(session, where):
        for _, row, folded in batch:
            yield row, folded


def _batches(
    session: Session, where: ColumnElement[bool] | None
) -> Iterator[list[tuple[int, IndexedText, str]]]:
    """Mentions that have words, by id, some at a time."""
    m, a = MENTION.c, AUTHOR.c
    query = (
        select(m.id, m.platform, m.title, m.text, a.uid, a.handle, a.name, m.folded)
        .join_from(MENTION, AUTHOR, a.id == m.author_id, isouter=True)
        .where(m.folded.is_not(None))
        .order_by(m.id)
        .limit(_BATCH)
    )
    if where is not None:
        query = query.where(where)
    last = 0
    while rows := session.execute(query.where(m.id > last)).all():
        yield [(id_, IndexedText(*content), folded) for id_, *content, folded in rows]
        last = rows[-1].id


def _may_say(spellings: NameSpellings) -> ColumnElement[bool] | None:
    """What lets every mention through that says a name, and others; None: all."""
    pattern = spellings.pattern
    if pattern is None:
        return None
    m = MENTION.c
    return or_(m.text.regexp_match(pattern), m.title.regexp_match(pattern))


def _says(word: str) -> ColumnElement[bool]:
    m, a = MENTION.c, AUTHOR.c
    return or_(
        m.text.icontains(word, autoescape=True),
        m.title.icontains(word, autoescape=True),
        func.lower(a.handle) == word.lower(),
    )
