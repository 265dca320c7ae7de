"""Which mentions say the same as one, and which together tell one story."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from socialcell import db
from socialcell.config import Workspace
from socialcell.errors import UsageError
from socialcell.language.semantic.meaning_vectors import VectorCache
from socialcell.language.text_similarity import (
    SimilarityMeasure,
    TextComparison,
    stories,
)
from socialcell.listening.store.mentions import mention_queries, texts
from socialcell.listening.store.mentions.texts import Dated
from socialcell.services.context import Context

_FILE = "cache/vectors.npz"  # in the workspace


@dataclass(frozen=True, slots=True)
class Near:
    """A mention and its nearness in [0, 1]; a copy has nearly the same words."""

    id: int
    nearness: float
    copy: bool


@dataclass(frozen=True, slots=True)
class Story:
    """Mentions of one event, oldest first; `copies` say what the first one says."""

    ids: tuple[int, ...]
    copies: int
    first: datetime
    last: datetime


def similar(
    context: Context,
    mention_id: int,
    *,
    days: int,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[SimilarityMeasure, list[Near]]:
    """How it was measured, and the mentions of the days around one, nearest first.

    Only those near enough to be of one story with it. UsageError where there is no
    such mention, or it has no time or no text.
    """
    with db.reading(context.engine) as session:
        row = mention_queries.mention(session, mention_id)
        if row is None or row.state != "present":
            raise UsageError(f"There is no mention {mention_id}.")
        if row.authored_at is None:
            raise UsageError(
                f"Mention {mention_id} has no time, so there are no days around it."
            )
        around = timedelta(days=days)
        since, until = row.authored_at - around, row.authored_at + around
        some = texts.between(session, since, until)
    at = next((at for at, one in enumerate(some) if one.id == mention_id), None)
    if at is None:
        raise UsageError(f"Mention {mention_id} has no text to compare.")
    compared = _compared(context, some, progress)
    kind = compared.measure
    nearness = compared.to(at).tolist()
    found = [
        Near(one.id, round(near, 3), near >= kind.copy)
        for one, near in zip(some, nearness, strict=True)
        if near >= kind.story and one.id != mention_id
    ]
    return kind, sorted(found, key=lambda near: (-near.nearness, near.id))


def told(
    context: Context,
    since: datetime,
    until: datetime,
    *,
    least: int,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[SimilarityMeasure, list[Story]]:
    """How it was measured, and the stories of at least `least` mentions.

    The one with most mentions first; a mention is in one story at most.
    """
    with db.reading(context.engine) as session:
        some = texts.between(session, since, until)
    compared = _compared(context, some, progress)
    found = [
        _story(compared, some, places)
        for places in stories(compared, len(some))
        if len(places) >= least
    ]
    found.sort(key=lambda story: (-len(story.ids), story.first, story.ids))
    return compared.measure, found


def forget(workspace: Workspace) -> None:
    """Delete the vectors that are kept; they are made again when they are needed."""
    VectorCache(workspace.folder / _FILE).forget()


def _compared(
    context: Context, some: list[Dated], progress: Callable[[int], None]
) -> TextComparison:
    workspace = context.workspace
    by_vectors = workspace.config.language.semantic
    file = workspace.folder / _FILE if by_vectors else None
    return TextComparison([one.text for one in some], file, progress)


def _story(compared: TextComparison, some: list[Dated], places: list[int]) -> Story:
    near = compared.to(places[0])
    copies = sum(near[place] >= compared.measure.copy for place in places[1:])
    return Story(
        ids=tuple(some[place].id for place in places),
        copies=int(copies),
        first=some[places[0]].authored_at,
        last=some[places[-1]].authored_at,
    )
