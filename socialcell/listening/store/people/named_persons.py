"""Ids of public people in what was read of mentions: their ids are made of names, and
of one who is public no more a name without an id is left, as of anybody."""

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlmodel import Session

from socialcell import db
from socialcell.listening.model import Annotation, Mention
from socialcell.listening.store.mentions import rollups

ID_PREFIX = "person:"
_NO_ID = "PERSON"  # as the reader writes a name that it knows no id of
_ANNOTATION = db.table(Annotation)
_MENTION = db.table(Mention)
# What a text names is never decided by a person; the index asks that it is said.
_ENTITIES = (_ANNOTATION.c.kind == "entity", _ANNOTATION.c.decided_value.is_(None))


def ids(session: Session) -> frozenset[str]:
    """The ids of persons that mentions name, in the register or not."""
    a = _ANNOTATION.c
    rows = select(a.value).where(*_ENTITIES, a.value.startswith(ID_PREFIX)).distinct()
    return frozenset(session.scalars(rows))


def forget(session: Session, person_ids: Collection[str]) -> list[int]:
    """Take these ids from what mentions name, and from the counts; which mentions.

    The place of the name in the text stays, so that it is hidden like other names;
    where the text is no longer kept, nothing stays.
    """
    a, m = _ANNOTATION.c, _MENTION.c
    rollups.take_turn(session)
    rows = session.execute(
        select(a.id, a.mention_id, m.text.is_(None))
        .join_from(_ANNOTATION, _MENTION, m.id == a.mention_id)
        .where(*_ENTITIES, a.value.in_(sorted(person_ids)))
    ).all()
    mention_ids = sorted({mention_id for _, mention_id, _ in rows})
    rollups.subtract(session, rollups.contribution(session, mention_ids))
    for chunk in db.chunks(id_ for id_, _, is_purged in rows if is_purged):
        session.execute(delete(_ANNOTATION).where(a.id.in_(chunk)))
    for chunk in db.chunks(id_ for id_, _, is_purged in rows if not is_purged):
        session.execute(update(_ANNOTATION).where(a.id.in_(chunk)).values(value=_NO_ID))
    rollups.add(session, rollups.contribution(session, mention_ids))
    return mention_ids
