"""The opinion map as a plain document: the JSON that scripts rely on."""

from socialcell.json_types import JsonValue
from socialcell.participation.comparison import Comparison
from socialcell.participation.opinion import Group, OpinionMap, Statement
from socialcell.participation.stances import Stance, Tally


def document(comparison: Comparison) -> dict[str, JsonValue]:
    """Counts, groups with their statements, consensus, projection, tallies.

    The variants are shown beside the map, so that readers see what they change; null
    where one was not made.
    """
    plain = comparison.plain
    return {
        **_outline(plain),
        "straight_liners": {
            "participants": list(plain.straight_liners),
            "without": _outline(comparison.varied) if comparison.varied else None,
        },
        "weighted": _outline(comparison.weighted) if comparison.weighted else None,
        "tallies": [_statement(statement) for statement in plain.statements],
        "explained": list(plain.explained),
        "projection": {name: list(at) for name, at in plain.projection.items()},
    }


def _outline(opinion_map: OpinionMap) -> dict[str, JsonValue]:
    return {
        "participants": len(opinion_map.participants),
        "placed": len(opinion_map.placed),
        "statements": len(opinion_map.statements),
        "publishable": opinion_map.publishable,
        "reasons": list(opinion_map.reasons),
        "silhouette": opinion_map.silhouette,
        "people_silhouette": opinion_map.people_silhouette,
        "groups": [_group(group) for group in opinion_map.groups],
        "consensus": {
            "agree": list(opinion_map.agree),
            "disagree": list(opinion_map.disagree),
        },
    }


def _group(group: Group) -> dict[str, JsonValue]:
    return {
        "id": group.id,
        "members": list(group.members),
        "representative": [_stance(stance) for stance in group.representative],
    }


def _stance(stance: Stance) -> dict[str, JsonValue]:
    return {
        "statement": stance.statement,
        "for": "agree" if stance.agrees else "disagree",
        "z": stance.z,
        "p": stance.share,
        "p_z": stance.pat if stance.agrees else stance.pdt,
        "ratio": stance.ra if stance.agrees else stance.rd,
        "metric": stance.metric,
        **_tally(stance.tally),
    }


def _statement(statement: Statement) -> dict[str, JsonValue]:
    return {
        "statement": statement.id,
        **_tally(statement.tally),
        "moderated_out": statement.moderated,
        "extremity": statement.extremity,
        "group_consensus": statement.group_consensus,
        "priority": statement.priority,
    }


def _tally(tally: Tally) -> dict[str, float]:
    return {
        "agrees": tally.agrees,
        "disagrees": tally.disagrees,
        "passes": tally.passes,
        "votes": tally.votes,
    }
