"""Mentions similar to one, and mentions grouped into stories."""

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
class SimilarMention:
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


def find_similar(
    context: Context,
    mention_id: int,
    *,
    days: int,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[SimilarityMeasure, list[SimilarMention]]:
    """How it was measured, and the mentions of the days around one, nearest first.

    Only those near enough to be of one story with it. UsageError where there is no
    such mention, or it has no time or no text.
    """
    with db.reading(context.engine) as session:
        row = mention_queries.mention(session, mention_id)
        if row is None or row.state != "present":
            raise UsageError("mentions.no_such_mention", mention=mention_id)
        if row.authored_at is None:
            raise UsageError("mentions.no_time", mention=mention_id)
        span = timedelta(days=days)
        since, until = row.authored_at - span, row.authored_at + span
        dated = texts.between(session, since, until)
    at = next(
        (at for at, mention in enumerate(dated) if mention.id == mention_id), None
    )
    if at is None:
        raise UsageError("mentions.no_text", mention=mention_id)
    compared = _compared(context, dated, progress)
    kind = compared.measure
    nearness = compared.nearness_to(at).tolist()
    matches = [
        SimilarMention(mention.id, round(near, 3), near >= kind.copy)
        for mention, near in zip(dated, nearness, strict=True)
        if near >= kind.story and mention.id != mention_id
    ]
    return kind, sorted(matches, key=lambda near: (-near.nearness, near.id))


def find_stories(
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
        dated = texts.between(session, since, until)
    compared = _compared(context, dated, progress)
    groups = [
        _story(compared, dated, places)
        for places in stories(compared, len(dated))
        if len(places) >= least
    ]
    groups.sort(key=lambda story: (-len(story.ids), story.first, story.ids))
    return compared.measure, groups


def forget_vectors(workspace: Workspace) -> None:
    """Delete the vectors that are kept; they are made again when they are needed."""
    VectorCache(workspace.folder / _FILE).forget()


def _compared(
    context: Context, dated: list[Dated], progress: Callable[[int], None]
) -> TextComparison:
    workspace = context.workspace
    by_vectors = workspace.config.language.semantic
    file = workspace.folder / _FILE if by_vectors else None
    return TextComparison([mention.text for mention in dated], file, progress)


def _story(compared: TextComparison, dated: list[Dated], positions: list[int]) -> Story:
    near = compared.nearness_to(positions[0])
    copies = sum(near[position] >= compared.measure.copy for position in positions[1:])
    return Story(
        ids=tuple(dated[position].id for position in positions),
        copies=int(copies),
        first=dated[positions[0]].authored_at,
        last=dated[positions[-1]].authored_at,
    )
