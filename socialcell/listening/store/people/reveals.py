"""Reveal who wrote a mention; the audit log says so in the same transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from socialcell import db
from socialcell.identity.actor import unsigned
from socialcell.json_types import JsonObject
from socialcell.listening.model import Author, Mention, RevealGrant
from socialcell.listening.people import reveal_rules
from socialcell.listening.people.reveal_rules import Case, RevealRefused, RevealRequest
from socialcell.listening.people.visibility import People
from socialcell.ops import audit

AUTHOR = db.table(Author)
MENTION = db.table(Mention)


@dataclass(frozen=True)
class Revealed:
    """Who wrote a mention, for the operator who asked, until a moment."""

    grant: int
    platform: str
    uid: str
    handle: str | None
    name: str | None
    until: datetime


def grant(
    session: Session, people: People, request: RevealRequest, case: Case, now: datetime
) -> Revealed:
    """Permit and reveal. RevealRefused when the request is not allowed.

    The log holds the operator, the case, the reason (masked) and the pseudonym.
    """
    ends = reveal_rules.until(request, case, now)
    m = MENTION.c
    author_id = session.scalars(
        select(m.author_id).where(m.id == request.mention_id, m.state == "present")
    ).first()
    if author_id is None:
        raise RevealRefused("privacy.author_unknown", mention=request.mention_id)
    reveal_grant = RevealGrant(
        case_id=case.id,
        mention_id=request.mention_id,
        author_id=author_id,
        operator=request.operator,
        granted_at=now,
        until=ends,
    )
    session.add(reveal_grant)
    session.flush()
    assert reveal_grant.id is not None
    revealed = _revealed(session, reveal_grant)
    detail: JsonObject = {
        "case": case.id,
        "mention": request.mention_id,
        "reason": people.masked(revealed.platform, request.reason, revealed),
        "until": ends.isoformat(),
    }
    _log(session, people, "person.reveal", request.operator, revealed, detail, now)
    return revealed


def look_again(
    session: Session,
    people: People,
    grant_id: int,
    operator: str,
    case: Case,
    now: datetime,
) -> Revealed:
    """The same person to the same operator while permission and case last; logged."""
    reveal_grant = session.get(RevealGrant, grant_id)
    if (
        reveal_grant is None
        or reveal_grant.operator != operator
        or reveal_grant.case_id != case.id
    ):
        raise RevealRefused("privacy.no_such_permission")
    if now >= reveal_grant.until or not case.is_open:
        raise RevealRefused("privacy.permission_ended")
    revealed = _revealed(session, reveal_grant)
    detail: JsonObject = {
        "case": case.id,
        "mention": reveal_grant.mention_id,
        "grant": grant_id,
    }
    _log(session, people, "person.look", operator, revealed, detail, now)
    return revealed


def _revealed(session: Session, reveal_grant: RevealGrant) -> Revealed:
    a = AUTHOR.c
    row = session.execute(
        select(a.platform, a.uid, a.handle, a.name).where(
            a.id == reveal_grant.author_id
        )
    ).one()
    assert reveal_grant.id is not None
    return Revealed(
        reveal_grant.id, row.platform, row.uid, row.handle, row.name, reveal_grant.until
    )


def _log(
    session: Session,
    people: People,
    action: str,
    operator: str,
    revealed: Revealed,
    detail: JsonObject,
    now: datetime,
) -> None:
    person = f"{revealed.platform}:{people.pseudonym(revealed.platform, revealed.uid)}"
    audit.append(session, unsigned(operator), action, person, detail, now)
