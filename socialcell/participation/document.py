"""The opinion map as a plain document: the JSON that scripts rely on."""

from typing import Any

from socialcell.participation.comparison import Comparison
from socialcell.participation.opinion import Group, OpinionMap, Statement
from socialcell.participation.stances import Stance, Tally


def document(made: Comparison) -> dict[str, Any]:
    """Counts, groups with their statements, consensus, projection, tallies.

    The variants are shown beside the map, so that readers see what they change; null
    where one was not made.
    """
    plain = made.plain
    return {
        **_outline(plain),
        "straight_liners": {
            "participants": list(plain.straight_liners),
            "without": _outline(made.varied) if made.varied else None,
        },
        "weighted": _outline(made.weighted) if made.weighted else None,
        "tallies": [_statement(one) for one in plain.statements],
        "explained": list(plain.explained),
        "projection": {name: list(at) for name, at in plain.projection.items()},
    }


def _outline(found: OpinionMap) -> dict[str, Any]:
    return {
        "participants": len(found.participants),
        "placed": len(found.placed),
        "statements": len(found.statements),
        "publishable": found.publishable,
        "reasons": list(found.reasons),
        "silhouette": found.silhouette,
        "people_silhouette": found.people_silhouette,
        "groups": [_group(group) for group in found.groups],
        "consensus": {"agree": list(found.agree), "disagree": list(found.disagree)},
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "members": list(group.members),
        "representative": [_stance(one) for one in group.representative],
    }


def _stance(one: Stance) -> dict[str, Any]:
    return {
        "statement": one.statement,
        "for": "agree" if one.agrees else "disagree",
        "z": one.z,
        "p": one.share,
        "p_z": one.pat if one.agrees else one.pdt,
        "ratio": one.ra if one.agrees else one.rd,
        "metric": one.metric,
        **_tally(one.tally),
    }


def _statement(one: Statement) -> dict[str, Any]:
    return {
        "statement": one.id,
        **_tally(one.tally),
        "moderated_out": one.moderated,
        "extremity": one.extremity,
        "group_consensus": one.group_consensus,
        "priority": one.priority,
    }


def _tally(tally: Tally) -> dict[str, float]:
    return {
        "agrees": tally.agrees,
        "disagrees": tally.disagrees,
        "passes": tally.passes,
        "votes": tally.votes,
    }
