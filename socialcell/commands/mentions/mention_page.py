"""One mention for people: its text, who, when, where, how it was read, its counts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from socialcell.commands import output
from socialcell.sheet import CellContent

if TYPE_CHECKING:
    from socialcell.views.mentions.mention_detail import (
        AnnotationFields,
        MentionDetail,
        SnapshotFields,
    )

_SINGLE = ("language", "sentiment", "intent", "complaint", "urgency", "topic", "ward")
"""Annotations in the order of the page; further kinds follow."""
_RELATIONS = {"reply": "replies to", "quote": "quotes", "repost": "reposts"}
_STATES = {"present": "", "stub": " (not read)", "deleted": " (deleted)"}
_OF_INCIDENT = "incident "
"""Before its number, the model of a topic that an incident says."""
_OF_PERSON = "person "
"""The model of a topic that no reader read: a person alone said it."""
_COUNTS = 10
"""So many moments at which its counts had changed: the first one and the last ones."""
_ANSWERS = 20
"""Of the mentions that reply, so many ids are shown."""


def print_mention(
    document: "MentionDetail",
    lang: str,
    area_names: Mapping[str, str],
    replies: Sequence[int],
) -> None:
    """Print a mention.

    `area_names` are the names of wards and places in `lang`, `replies` the ids of the
    mentions that reply to it or quote it.
    """
    for paragraph in filter(None, (document["title"], document["text"])):
        output.say(output.cell(paragraph))
        output.say()
    output.record(_facts(document, lang, area_names, replies))
    if readings := list(_readings(document["understood"], area_names)):
        output.say()
        output.table(("read as", "machine", "confidence", "person"), readings)
    if document["engagement"]:
        output.say()
        columns, rows = _engagement(document["engagement"])
        shown = [*rows[:1], *rows[1 - _COUNTS :]] if len(rows) > _COUNTS else rows
        output.table(columns, shown, important=columns)
        if len(rows) > len(shown):
            output.say(f"{len(shown)} of {len(rows)} counts; --json has all")


def _facts(
    document: "MentionDetail",
    lang: str,
    area_names: Mapping[str, str],
    replies: Sequence[int],
) -> dict[str, CellContent]:
    from socialcell.views.mentions import mention_view

    areas = [*document["wards"], *document["places"]]
    return {
        "id": document["id"],
        "who": document["author"] or "not known",
        "platform": f"{document['platform']}, {document['kind']}",
        "when (IST)": document["at"] or "not known",
        "edited": document["edited_at"],
        "where": ", ".join(dict.fromkeys(area_names.get(id_, id_) for id_ in areas)),
        "owner": _owner(document, lang),
        "referral": (document["referral"] or {}).get(lang),
        "register": ", ".join(_register(document)),
        "closed (IST)": document["closed_at"],
        "thread": ", ".join(_thread(document)),
        "replies": _replies(replies),
        "chosen by": "; ".join(_sources(document)),
        "withheld": mention_view.withheld_note(document),
        "not told": ", ".join(document["missing"]),
        "original": document["link"] or f"socialcell mentions open {document['id']}",
        "links": " ".join(document["links"]),
    }


def _owner(document: "MentionDetail", lang: str) -> str | None:
    name = (document["owner_name"] or {}).get(lang)
    return f"{name} ({document['owner']})" if name else document["owner"]


def _register(document: "MentionDetail") -> Iterator[str]:
    """What a register of complaints says of the mention, in its own words."""
    words = {name: document[name] for name in ("status", "ward", "department")}
    return (f"{name} {word}" for name, word in words.items() if word)


def _thread(document: "MentionDetail") -> Iterator[str]:
    """What the mention answers, quotes or reposts, by the ids of ours."""
    for relation in document["relations"]:
        verb = _RELATIONS.get(relation["kind"], relation["kind"])
        state = _STATES.get(relation["held"], f" ({relation['held']})")
        yield f"{verb} {relation['id']}{state}"


def _replies(ids: Sequence[int]) -> str:
    more = f" and {len(ids) - _ANSWERS} more" if len(ids) > _ANSWERS else ""
    return ", ".join(map(str, ids[:_ANSWERS])) + more


def _sources(document: "MentionDetail") -> Iterator[str]:
    """Why the mention was read: the sources that had it, and since when."""
    for source in document["sources"]:
        yield f"{source['name']} ({source['via']}), {output.local(source['seen_at'])}"


def _readings(
    annotations: "list[AnnotationFields]", area_names: Mapping[str, str]
) -> Iterator[tuple[CellContent, ...]]:
    """What the machine read, how sure it is, and what a person decided."""
    order = {kind: place for place, kind in enumerate(_SINGLE)}
    for reading in sorted(
        annotations, key=lambda reading: order.get(reading["kind"], len(order))
    ):
        is_read = reading["model"] != _OF_PERSON
        yield (
            reading["kind"],
            area_names.get(reading["suggested"], reading["suggested"])
            if is_read
            else None,
            _confidence(reading),
            reading["decided"],
        )


def _confidence(reading: "AnnotationFields") -> str:
    """The probability of what was read, and whether that is enough to be counted; of a
    topic that an incident says, the incident.

    The score of a sentiment is its polarity, that of an urgency its degree: neither is
    a probability.
    """
    if reading["model"].startswith(_OF_INCIDENT):
        return reading["model"]
    detail = reading["detail"]
    chances = detail.get("probabilities") if isinstance(detail, dict) else None
    chance: object = reading["score"]
    if isinstance(chances, dict):
        chance = chances.get(reading["suggested"])
    elif reading["kind"] in ("sentiment", "urgency"):
        chance = None
    sure = {True: "sure", False: "not sure", None: ""}[reading["confident"]]
    percent = f"{chance:.0%}" if isinstance(chance, float) else ""
    return ", ".join(filter(None, (percent, sure)))


def _engagement(
    snapshots: "list[SnapshotFields]",
) -> tuple[list[str], list[list[CellContent]]]:
    """Counts by time: a row for each moment at which one had changed, and for the last
    moment; a column for each metric."""
    metrics = list(dict.fromkeys(_metric(snapshot) for snapshot in snapshots))
    moments = sorted({snapshot["taken_at"] for snapshot in snapshots})
    counts = {
        (snapshot["taken_at"], _metric(snapshot)): snapshot["value"]
        for snapshot in snapshots
    }
    rows: list[list[CellContent]] = [
        [moment, *(counts.get((moment, metric)) for metric in metrics)]
        for moment in moments
    ]
    changed = [
        row
        for before, row in zip([None, *rows], rows, strict=False)
        if before is None or row[1:] != before[1:] or row is rows[-1]
    ]
    return ["counted at", *metrics], changed


def _metric(snapshot: "SnapshotFields") -> str:
    return snapshot["common"] or snapshot["metric"].replace("_", " ")
