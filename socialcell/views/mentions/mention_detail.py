"""Mentions with all that is stored about them, as they may be shown."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypedDict

from sqlmodel import Session

from socialcell import db
from socialcell.json_types import JsonValue, as_list
from socialcell.language.analysis import DANGER_REASONS
from socialcell.listening.areas.area_table import names
from socialcell.listening.areas.owner_table import NOBODY, OwnerFinder, OwnerRecord
from socialcell.listening.people.masking_copy import MASK
from socialcell.listening.people.visibility import People
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import mention_queries, mention_relations
from socialcell.listening.store.mentions.mention_queries import (
    AnnotationRow,
    MentionRow,
)
from socialcell.listening.store.mentions.mention_relations import RelatedMention
from socialcell.listening.store.pages import engagement_history
from socialcell.views.mentions import mention_view
from socialcell.views.mentions.mention_view import MentionDocument, MentionFacts

_NUMBER = 8  # characters, at least, of an id that stands in no other address


class RelationFields(TypedDict):
    """A mention that the mention replies to, quotes or reposts."""

    kind: str
    platform: str
    id: int
    held: str


class SourceFields(TypedDict):
    """A source through which the mention reached us."""

    name: str
    via: str
    seen_at: datetime


class SnapshotFields(TypedDict):
    """One count of the mention at one moment."""

    metric: str
    common: str | None
    taken_at: datetime
    value: int | None
    state: str


class AnnotationFields(TypedDict):
    """One annotation: the suggestion of a model and the decision of a person."""

    kind: str
    suggested: str
    score: float | None
    confident: bool | None
    decided: str | None
    model: str
    detail: JsonValue


class OwnerFields(TypedDict):
    """The owner's names, and the sentence that refers a citizen there, by language."""

    owner_name: dict[str, str] | None
    referral: dict[str, str] | None


class MentionDetail(MentionDocument, OwnerFields):
    """A mention as plain JSON with all that is stored about it."""

    links: list[str]
    relations: list[RelationFields]
    sources: list[SourceFields]
    engagement: list[SnapshotFields]
    understood: list[AnnotationFields]


def mentions(
    session: Session,
    rows: Iterable[MentionRow],
    people: People,
    *,
    with_addresses: bool = False,
) -> Iterator[MentionDocument]:
    """The documents of these mentions, in their order; addresses as of
    `mention_view.mention`."""
    for chunk in db.chunks(rows):
        facts = gather_facts(session, chunk)
        for row in chunk:
            yield mention_view.mention(
                row, facts[row.id], people, with_address=with_addresses
            )


def mention(
    session: Session,
    row: MentionRow,
    people: People,
    facts: MentionFacts | None = None,
    relations: Sequence[RelatedMention] | None = None,
    every_owner: Sequence[OwnerRecord] | None = None,
) -> MentionDetail:
    """One mention with its owner's names, links, sources, counts and annotations;
    `facts`, its relations and all owners are asked for where they are not there
    already."""
    facts = facts or gather_facts(session, [row])[row.id]
    if relations is None:
        relations = mention_relations.relations(session, row.id)
    if every_owner is None and row.owner not in (None, NOBODY):
        every_owner = owners.list_owners(session)
    document = mention_view.mention(row, facts, people)
    return {
        **document,
        **_owner(row, facts.annotations, every_owner or ()),
        "links": [
            people.masked(row.platform, url, row)
            for url in mention_relations.links(session, row.id)
            if document["link"] is not None or not _leads_to_itself(url, row)
        ],
        "relations": [
            {"kind": r.kind, "platform": r.platform, "id": r.id, "held": r.state}
            for r in relations
        ],
        "sources": [
            {"name": s.name, "via": s.via, "seen_at": s.seen_at}
            for s in mention_relations.sources_of(session, row.id)
        ],
        "engagement": [
            {
                "metric": e.metric,
                "common": e.common,
                "taken_at": e.taken_at,
                "value": e.value,
                "state": e.state,
            }
            for e in mention_relations.engagement(session, row.id)
        ],
        "understood": [
            _understood(annotation, row, people) for annotation in facts.annotations
        ],
    }


def _understood(
    annotation: AnnotationRow, row: MentionRow, people: People
) -> AnnotationFields:
    """One annotation; a name that was read as a private person's is hidden by itself,
    as it is in the text."""
    detail = annotation.detail or {}
    is_person = (
        annotation.kind == "entity"
        and ":" not in annotation.value  # neither of the gazetteer nor in office
        and detail.get("label") == "PERSON"
        and not people.is_public_name(annotation.value)
    )
    plain = people.plain(row.platform, annotation.detail, row)
    if is_person and isinstance(plain, dict):
        plain = {**plain, "text": MASK}
    return {
        "kind": annotation.kind,
        "suggested": MASK
        if is_person
        else people.masked(row.platform, annotation.value, row),
        "score": annotation.score,
        "confident": annotation.confident,
        "decided": annotation.decided_value,
        "model": f"{annotation.model} {annotation.model_version}",
        "detail": plain,
    }


def _leads_to_itself(url: str, row: MentionRow) -> bool:
    """Whether a link of a mention is the address of that mention: X adds such a link
    to a post with a picture."""
    is_number = len(row.external_id) >= _NUMBER and row.external_id in url
    return is_number or (row.url is not None and url.startswith(row.url))


def _owner(
    row: MentionRow,
    annotations: Sequence[AnnotationRow],
    every_owner: Sequence[OwnerRecord],
) -> OwnerFields:
    """The owner's names, and the sentence that refers a citizen there, by language.

    Whoever may be in danger is not sent elsewhere: there is no sentence then.
    """
    owner, is_referred = None, not _is_dangerous(row, annotations)
    if row.owner not in (None, NOBODY):
        finder = OwnerFinder(every_owner)
        understood = mention_view.group_values(annotations)
        owner = finder.row_of(row.owner, owners.problem_of(row, understood))
    return {
        "owner_name": names(owner) if owner else None,
        "referral": owner.referral() if owner and is_referred else None,
    }


def _is_dangerous(row: MentionRow, annotations: Sequence[AnnotationRow]) -> bool:
    """Whether it is critical, or high for a reason by which somebody may be hurt."""
    is_of_danger = any(
        reason in DANGER_REASONS
        for annotation in annotations
        if annotation.kind == "urgency" and annotation.detail is not None
        for reason in as_list(annotation.detail.get("reasons", ()))
    )
    return row.urgency == "critical" or (row.urgency == "high" and is_of_danger)


def gather_facts(
    session: Session, rows: Sequence[MentionRow]
) -> dict[int, MentionFacts]:
    """The annotations and counts of mentions, by their ids."""
    ids = [row.id for row in rows]
    understood = mention_queries.annotations(session, ids)
    counts = engagement_history.read_newest(session, ids)
    return {id_: MentionFacts(understood[id_], counts[id_]) for id_ in ids}
