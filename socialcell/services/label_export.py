"""Decisions of people about mentions and cases, exported for `language train`."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from socialcell import db, platforms
from socialcell.errors import SocialcellError
from socialcell.language import lexicon
from socialcell.language.labelled_posts import OWN
from socialcell.language.names.names_csv import save
from socialcell.listening.people.masking_numbers import MASK
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import labels as label_store
from socialcell.listening.store.mentions.labels import Labelled
from socialcell.ops import audit
from socialcell.platforms import Trait
from socialcell.services import access_log, pseudonyms
from socialcell.services.context import Context
from socialcell.services.desk import case_labels
from socialcell.services.desk.case_labels import CaseLabels

NOT_FOR_TRAINING = frozenset(platforms.having(Trait.NO_TRAINING))
_TO_THE_CITY = ("complaint", "help")
_SOURCE = "decided by the operators of this workspace"


@dataclass(frozen=True)
class LabelExport:
    """Posts by the model that learns from them; mentions left out by platform."""

    posts: dict[str, int]
    left_out: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Decision:
    """What holds of a mention in one kind, beside what was suggested; `case` is the
    number of the case that it was decided in, None where it is about the mention."""

    values: Sequence[str]
    suggested: Sequence[str]
    case: str | None = None


def export_labels(
    context: Context, folder: Path, *, dry_run: bool = False
) -> LabelExport:
    """Write `own/MODEL.jsonl` below the folder; how much was written and left out.

    A decision about a case is one about the mention that it opened with, where nobody
    decided about the mention itself. Left out is what comes from a platform that
    forbids training.

    Nobody outside the registry can be recognised in the texts: handles, addresses,
    telephones, and the names of persons that the reader saw are hidden. The files hold
    all decisions and nothing else: what was erased here is gone from them next time.
    """
    people = pseudonyms.load_people(context)
    files: dict[str, list[str]] = {}
    left_out: Counter[str] = Counter()
    posts: set[int] = set()
    with db.reading(context.engine) as session:
        cases = {
            case.mention_id: case for case in case_labels.list_case_labels(session)
        }
        for labelled in label_store.labelled(session, cases.keys()):
            decisions = _decisions(labelled, cases.get(labelled.mention.id))
            if not decisions:
                continue
            if labelled.mention.platform in NOT_FOR_TRAINING:
                left_out[labelled.mention.platform] += 1
                continue
            text = training_text(labelled, people)
            for kind, decision in decisions.items():
                for model, label in _rows(labelled, kind, decision.values):
                    line = _line(labelled, text, label, model, decision)
                    files.setdefault(model, []).append(line)
                    posts.add(labelled.mention.id)
    counts = {model: len(lines) for model, lines in sorted(files.items())}
    if not dry_run:
        with db.writing(context.engine) as session:
            now = context.clock.now()
            audit.append(
                session,
                context.actor,
                "language.export-labels",
                str(folder),
                counts,
                now,
            )
            access_log.note_access(
                context, session, "labels_export", "labels", records=len(posts)
            )
            _write(folder / OWN, files)
    return LabelExport(counts, dict(sorted(left_out.items())))


def training_text(labelled: Labelled, people: People) -> str:
    """The text as it was read, with everybody hidden; a handle is @user."""
    mention = labelled.mention
    text = f"{mention.title}\n{mention.text}" if mention.title else mention.text
    for start, end, name in sorted(labelled.names, reverse=True):
        if text[start:end] == name:
            text = text[:start] + MASK + text[end:]
    return people.masked(mention.platform, text, mention).replace(f"@{MASK}", "@user")


def _decisions(labelled: Labelled, case: CaseLabels | None) -> dict[str, _Decision]:
    """By kind; a decision about the mention itself stands before one about its case."""
    decisions = {} if case is None else _case_decisions(labelled, case)
    return decisions | {
        kind: _Decision(values, labelled.suggested.get(kind, ()))
        for kind, values in labelled.decided.items()
    }


def _case_decisions(labelled: Labelled, case: CaseLabels) -> dict[str, _Decision]:
    """Those made while the text was the one that is kept."""
    edited_at = labelled.mention.edited_at
    read = labelled.suggested
    decisions = {}
    for kind, label in case.labels.items():
        if edited_at is not None and edited_at > label.at:
            continue
        name, decision = kind, label.decision
        if kind == "priority":
            level = next(iter(read.get("urgency", ())), None)
            name, decision = "urgency", case_labels.urgency_of(case, level) or ""
        beside = () if label.suggested is None else (label.suggested,)
        suggested = read.get(name, ()) if name in label_store.KINDS else beside
        decisions[name] = _Decision((decision,), suggested, case.number)
    return decisions


def _rows(
    labelled: Labelled, kind: str, values: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """(the model that learns from it, the label)."""
    if kind == "sentiment":
        if labelled.mention.language in lexicon.LANGUAGES:
            yield f"sentiment-{labelled.mention.language}", values[0]
    elif kind == "language":
        if values[0] in lexicon.LANGUAGES:
            yield "language", values[0]
    elif kind == "topic":
        yield from (("topic", topic) for topic in values)
    else:
        yield kind, values[0]
    if kind == "intent":
        yield "complaint", _complaint(values[0])


def _complaint(intent: str) -> str:
    return "complaint" if intent in _TO_THE_CITY else "other"


def _line(
    labelled: Labelled, text: str, label: str, model: str, decision: _Decision
) -> str:
    suggested = list(decision.suggested)
    if model == "complaint":
        suggested = [_complaint(intent) for intent in suggested]
    row: dict[str, str | list[str] | None] = {
        "id": f"own-{labelled.mention.id}",
        "text": text,
        "label": label,
        "lang": labelled.mention.language,
        "source": _SOURCE,
        "suggested": suggested,
    }
    if decision.case is not None:
        row["case"] = decision.case
    return json.dumps(row, ensure_ascii=False) + "\n"


def _write(folder: Path, files: Mapping[str, Sequence[str]]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("*.jsonl"):
            if stale.stem not in files:
                stale.unlink()
    except OSError as error:
        raise SocialcellError(
            "mentions.folder_not_written", folder=folder, reason=error.strerror
        ) from error
    for model, lines in files.items():
        save(folder / f"{model}.jsonl", "".join(lines))
