"""The city's areas and the owners of problems, as the database holds them."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date

from sqlalchemy import delete, select
from sqlmodel import Session, col

from socialcell.listening import areas
from socialcell.listening.model import Area, Owner


def all_areas(session: Session) -> list[areas.Area]:
    """Every area of both trees, past ones too."""
    rows = session.scalars(
        select(Area).order_by(col(Area.tree), col(Area.kind), col(Area.key))
    )
    return [
        areas.Area(
            id=row.key,
            tree=row.tree,
            kind=row.kind,
            parent=row.parent,
            name_en=row.name_en,
            name_mr=row.name_mr,
            name_hi=row.name_hi,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source=row.source,
        )
        for row in rows
    ]


def areas_on(session: Session, day: date) -> list[areas.Area]:
    """The areas of both trees as they were on a day."""
    return [area for area in all_areas(session) if area.is_valid(day)]


def owners_on(session: Session, day: date) -> list[Owner]:
    """Who owned which kind of problem on a day, by topic."""
    return [
        one
        for one in all_owners(session)
        if areas.is_valid(one.valid_from, one.valid_to, day)
    ]


def all_owners(session: Session) -> Sequence[Owner]:
    """Who owns or owned which kind of problem, by topic."""
    asked = select(Owner).order_by(col(Owner.topic), col(Owner.key), col(Owner.id))
    return session.scalars(asked).all()


def replace(
    session: Session,
    read: Sequence[areas.Area],
    owners: Sequence[areas.Owner] | None = None,
) -> None:
    """Put these areas in place of what is there; owners too when they are given."""
    session.execute(delete(Area))
    for area in read:
        values = {field.name: getattr(area, field.name) for field in fields(area)}
        session.add(Area(key=values.pop("id"), **values))
    if owners is None:
        return
    session.execute(delete(Owner))
    for owner in owners:
        values = {field.name: getattr(owner, field.name) for field in fields(owner)}
        accepts = ";".join(values.pop("accepts"))
        session.add(Owner(key=values.pop("owner"), accepts=accepts, **values))
