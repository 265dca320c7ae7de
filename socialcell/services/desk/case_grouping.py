"""Suggest which cases are one and why; people say whether they are."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from socialcell import db
from socialcell.desk.case_likeness import CaseTraits, reasons_to_join
from socialcell.desk.model import CaseSuggestion, DeskCase
from socialcell.desk.store import cases, duplicates
from socialcell.desk.store.duplicates import SuggestedPair
from socialcell.errors import UsageError
from socialcell.json_types import JsonObject
from socialcell.language.classifiers.danger_kinds import kinds_of
from socialcell.language.text_similarity import BY_LETTERS, TextComparison
from socialcell.listening.areas.owner_table import OTHER
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.desk import case_access
from socialcell.services.desk.case_merging import merge as merge
from socialcell.services.desk.case_merging import merge_locked
from socialcell.services.desk.case_merging import split as split
from socialcell.services.desk.case_merging import unmerge as unmerge

_CANDIDATES = 200
_SUGGESTED = 5
# Praise is nobody's problem, and two proposals are seldom the same.
_QUESTION = "question"
_DANGER = "P0"
_HARMED = {"accident", "medical"}  # kinds of danger that say who was hurt, not of what
_PROBLEMS = ("complaint", _QUESTION, "help")


def suggest(context: Context, session: Session, case: DeskCase) -> None:
    """Suggest the open cases that may be the same as one, each with its reasons: the
    same topic within 14 days, and 250 m, a place that both name, or nearly the same
    words, and nothing that says otherwise (`reasons_to_join`); or a post that replies
    to one of the other case. Called where a case is opened, its topic or place changes,
    or somebody says more."""
    assert case.id is not None
    now = context.clock.now()
    found: dict[int, JsonObject] = {
        other.id: {"reply": True}
        for other in duplicates.replied_to(session, case.id)
        if other.id is not None
        and (case.topic == other.topic or None in (case.topic, other.topic))
    }
    found |= _by_topic(session, case)
    for other_id, reasons in list(found.items())[:_SUGGESTED]:
        duplicates.add_suggestion(session, case.id, other_id, reasons, now)


def list_suggestions(
    context: Context, number: str | None = None, limit: int | None = None
) -> list[SuggestedPair]:
    """Pairs of open cases that nobody has decided about, the newest first; of one case
    or of all. UsageError: there is no such case."""
    with db.reading(context.engine) as session:
        case = None if number is None else cases.find_case(session, number)
        return duplicates.undecided(session, None if case is None else case.id, limit)


def decide_suggestion(
    context: Context,
    number: str,
    other: str,
    *,
    same: bool,
    reason: str = "",
    rev: int | None = None,
) -> None:
    """Say whether two cases are the same: they are merged into the earlier one, or
    never suggested again. `rev` is that of `number`.

    UsageError: it was not suggested, or was decided. Errors of `merge`.
    """
    with db.writing(context.engine) as session:
        case, other_case = cases.lock_pair(session, number, other, rev)
        for each in (case, other_case):
            case_access.require_case(context, session, Permission.TRIAGE, each)
        assert case.id is not None
        assert other_case.id is not None
        row = duplicates.suggestion_of(session, case.id, other_case.id)
        if row is None or row.decision is not None:
            raise UsageError(
                "deskcases.no_suggestion", number=case.number, other=other_case.number
            )
        if same:
            into, merged = sorted((case, other_case), key=lambda each: each.id or 0)
            merge_locked(context, session, into, merged, reason)
        else:
            _decide(context, row, "different")


def _decide(context: Context, row: CaseSuggestion, decision: str) -> None:
    row.decision = decision
    row.decided_by = context.actor.name
    row.decided_at = context.clock.now()


def _by_topic(session: Session, case: DeskCase) -> dict[int, JsonObject]:
    """Reasons by the id of the other case, the nearest in time first."""
    if case.topic is None or case.id is None or case.kind not in _PROBLEMS:
        return {}
    others = {
        other.id: other
        for other in duplicates.candidates(session, case, _PROBLEMS, _CANDIDATES)
        if other.id is not None
    }
    texts = duplicates.texts_of_cases(session, [case.id, *others])
    others = {
        id_: other
        for id_, other in others.items()
        if not _is_for_somebody_else(case, other, texts)
    }
    if not others:
        return {}
    ids = [case.id, *others]
    texts = {id_: texts[id_] for id_ in ids if id_ in texts}
    places = duplicates.places_of_cases(session, ids)
    for each in (case, *others.values()):
        if each.id is not None and each.place_id is not None:
            places[each.id] |= {each.place_id}
    near_words = _near_words(texts, case.id)
    own = _traits(case, places, texts)
    reasons: dict[int, JsonObject] = {}
    for other_id, other in others.items():
        near = near_words.get(other_id)
        why = reasons_to_join(case.topic, own, _traits(other, places, texts), near)
        if why:
            reasons[other_id] = {"topic": case.topic, **why}
    return reasons


def _is_for_somebody_else(
    case: DeskCase, other: DeskCase, texts: Mapping[int, Sequence[str]]
) -> bool:
    """Whether one of two cases is a danger to life that people are rescued from, and
    the other is not for whoever rescues: who waits in the dark with water to the waist
    is no case of the power cut that was referred the day before. Who fell or is ill of
    what the other case wants a department to mend is of the same problem."""
    both = (case, other)
    priorities = {p for each in both for p in (each.priority, each.suggested_priority)}
    if _DANGER not in priorities or case.owner == other.owner:
        return False
    if any((each.owner or "").startswith(OTHER) for each in both):
        return True
    own, others = (_rescued_from(texts.get(each.id or 0, ())) for each in both)
    return own != others


def _rescued_from(texts: Sequence[str]) -> set[str]:
    """Kinds of danger in the words of a case that people are rescued from."""
    return {kind for text in texts for kind in kinds_of(text)} - _HARMED


def _traits(
    case: DeskCase,
    places: Mapping[int, frozenset[str]],
    texts: Mapping[int, Sequence[str]],
) -> CaseTraits:
    assert case.id is not None
    point = None
    if case.latitude is not None and case.longitude is not None:
        point = case.latitude, case.longitude
    asks = case.kind == _QUESTION
    return CaseTraits(point, places[case.id], texts.get(case.id, ()), asks=asks)


def _near_words(texts: Mapping[int, Sequence[str]], own: int) -> dict[int, float]:
    """How near the first words of other cases are to those of one, of those that say
    nearly the same."""
    rest = [id_ for id_ in texts if id_ != own]
    if own not in texts or not rest:
        return {}
    compared = TextComparison([texts[id_][0] for id_ in (own, *rest)], None)
    nearness = compared.nearness_to(0).tolist()[1:]
    return {
        id_: round(near, 2)
        for id_, near in zip(rest, nearness, strict=True)
        if near >= BY_LETTERS.copy
    }
