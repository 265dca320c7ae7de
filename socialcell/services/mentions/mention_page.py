"""The page of one mention: its thread, readings, counts over time and incidents."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.listening.people.visibility import People
from socialcell.listening.store import areas, owners
from socialcell.listening.store.alerts import incidents
from socialcell.listening.store.mentions import mention_queries, mention_relations
from socialcell.listening.store.mentions.mention_filter import MentionFilter
from socialcell.listening.store.mentions.mention_queries import MentionRow
from socialcell.services.context import Context
from socialcell.services.mentions import mention_readings, place_names
from socialcell.services.mentions.original_link import refuse_original
from socialcell.views.mentions import mention_detail, mention_view
from socialcell.views.mentions.mention_page_view import (
    MentionIncident,
    MentionPage,
    ThreadMention,
)
from socialcell.views.mentions.mention_view import MentionDocument

REPLIES = 50  # of a thread, on the page
_GROUPED = timedelta(days=7)  # after which no alert rests on a mention any more


def read_page(
    context: Context,
    people: People,
    mention_id: int,
    *,
    places: Collection[str] | None = None,
) -> MentionPage:
    """The page of a mention that is there and that the reader may see.

    `places` as of the explorer. UsageError: there is none, it was removed, or it is in
    none of the places, which is not told apart. At most 12 statements.
    """
    with db.reading(context.engine) as session:
        row = _visible(session, [mention_id], places).get(mention_id)
        if row is None:
            raise UsageError("mentions.no_such_mention", mention=mention_id)
        relations, replying = mention_relations.thread(session, mention_id)
        related = [relation.id for relation in relations] + replying[:REPLIES]
        rows = _visible(session, related, places)
        facts = mention_detail.gather_facts(session, [row, *rows.values()])
        shown: Mapping[int, MentionDocument] = {
            id_: mention_view.mention(other, facts[id_], people)
            for id_, other in rows.items()
        }
        seen = row.authored_at or row.stored_at
        every_owner = owners.list_owners(session)
        today = context.clock.now().astimezone(IST).date()
        return MentionPage(
            mention=mention_detail.mention(
                session, row, people, facts[mention_id], relations, every_owner
            ),
            readings=mention_readings.readings(
                session, row, facts[mention_id].annotations, people
            ),
            parents=[
                ThreadMention(relation.kind, shown[relation.id])
                for relation in relations
                if relation.id in shown
            ],
            replies=[shown[id_] for id_ in replying[:REPLIES] if id_ in shown],
            reply_count=len(replying),
            incidents=[
                MentionIncident(
                    incident.id or 0,
                    incident.kind,
                    incident.subject,
                    incident.severity,
                    incident.state,
                    incident.opened_at,
                )
                for incident in incidents.resting_on(
                    session, mention_id, seen, seen + _GROUPED
                )
            ],
            no_original=refuse_original(row),
            names=place_names.names_by_id(
                areas.all_areas(session),
                [owner for owner in every_owner if owner.is_valid(today)],
            ),
        )


def require_visible(
    context: Context, ids: Collection[int], places: Collection[str] | None
) -> None:
    """UsageError for the first of these mentions that is not there, or that somebody
    with these places may not see: before it is decided about or opened."""
    with db.reading(context.engine) as session:
        rows = _visible(session, ids, places)
    for id_ in ids:
        if id_ not in rows:
            raise UsageError("mentions.no_such_mention", mention=id_)


def _visible(
    session: Session, ids: Collection[int], places: Collection[str] | None
) -> dict[int, MentionRow]:
    return mention_queries.mentions_of(session, ids, MentionFilter(places=places))
