"""What people decided about mentions: taken in, and handed to `language train`."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from socialcell import db, platforms
from socialcell.errors import SocialcellError, UsageError
from socialcell.language import lexicon
from socialcell.language.labelled_posts import OWN
from socialcell.language.names.own_names import save
from socialcell.listening.areas.owner_table import NOBODY
from socialcell.listening.people.masking_numbers import MASK
from socialcell.listening.people.visibility import People
from socialcell.listening.query.query_language import owner_ids, unknown
from socialcell.listening.store import owners
from socialcell.listening.store.mentions import labels as store
from socialcell.listening.store.mentions.labels import Labelled, Labels
from socialcell.ops import audit
from socialcell.platforms import Trait
from socialcell.services import pseudonyms
from socialcell.services.context import Context

Change = dict[str, dict[str, list[str]]]  # kind: what was suggested, what is decided

NOT_FOR_TRAINING = frozenset(platforms.having(Trait.NO_TRAINING))
_TO_THE_CITY = ("complaint", "help")
# What a person decides, by its name in the command and in the audit log.
DECIDED = ("urgency", "intent", "topic", "sentiment", "language", owners.KIND)
_SOURCE = "decided by the operators of this workspace"


@dataclass(frozen=True)
class Exported:
    """Posts by the model that learns from them; mentions left out by platform."""

    posts: dict[str, int]
    left_out: dict[str, int]


def label(
    context: Context, mention_id: int, labels: Labels, *, dry_run: bool = False
) -> Change:
    """Put decisions about a mention in force; what was suggested, and what now holds.

    UsageError for no label, an unknown one, or a mention that is not there.
    """
    if not labels:
        raise UsageError("Say what the mention is, such as --intent complaint.")
    with db.writing(context.engine) as session:
        _require_known(session, labels)
        change = _decide(context, session, mention_id, labels, dry_run=dry_run)
        if not dry_run:
            now, who = context.clock.now(), audit.operator()
            about = f"mention {mention_id}"
            audit.append(session, who, "mentions.label", about, change, now)
    return change


def decide(
    context: Context, ids: Sequence[int], labels: Labels, *, dry_run: bool = False
) -> dict[int, Change]:
    """Put one decision about mentions in force, about all of them or none; what
    changes of each. One entry of the audit log.

    UsageError as of `label`.
    """
    ids = tuple(dict.fromkeys(ids))
    if not ids:
        raise UsageError("Name a mention by its id, as mentions list shows it.")
    if not labels:
        raise UsageError("Say what it is, such as urgency=low intent=information.")
    with db.writing(context.engine) as session:
        labels = _with_owner_id(session, labels)
        _require_known(session, labels)
        changes = {
            id_: _decide(context, session, id_, labels, dry_run=dry_run) for id_ in ids
        }
        if not dry_run:
            now, who = context.clock.now(), audit.operator()
            about = f"mention {', '.join(map(str, ids))}"
            detail = {str(id_): change for id_, change in changes.items()}
            audit.append(session, who, "mentions.decide", about, detail, now)
    return changes


def read_labels(given: Sequence[str]) -> Labels:
    """Labels from words such as urgency=low and topic=water,roads.

    UsageError says what cannot be decided, and which is the nearest that can.
    """
    labels: dict[str, tuple[str, ...]] = {}
    for word in given:
        kind, _, value = word.partition("=")
        kind = {"lang": "language"}.get(kind, kind)
        if kind not in DECIDED:
            raise UsageError(f"{unknown('label', kind, DECIDED)}.")
        if kind in labels:
            raise UsageError(f"{kind}= is there twice: topics are joined by commas.")
        values = value.split(",") if kind == "topic" else [value]
        labels[kind] = tuple(one.strip() for one in values)
    return labels


def export(context: Context, folder: Path, *, dry_run: bool = False) -> Exported:
    """Write `own/MODEL.jsonl` below the folder; how much was written and left out.

    Left out is what comes from a platform that forbids training.

    Nobody outside the registry can be recognised in the texts: handles, addresses,
    telephones, and the names of persons that the reader saw are hidden. The files hold
    all decisions and nothing else: what was erased here is gone from them next time.
    """
    shown = pseudonyms.of(context)
    files: dict[str, list[str]] = {}
    left_out: Counter[str] = Counter()
    with db.reading(context.engine) as session:
        for one in store.labelled(session):
            if one.mention.platform in NOT_FOR_TRAINING:
                left_out[one.mention.platform] += 1
                continue
            text = training_text(one, shown)
            for model, label in _rows(one):
                row = {
                    "id": f"own-{one.mention.id}",
                    "text": text,
                    "label": label,
                    "lang": one.mention.language,
                    "source": _SOURCE,
                }
                line = json.dumps(row, ensure_ascii=False)
                files.setdefault(model, []).append(line + "\n")
    counts = {model: len(lines) for model, lines in sorted(files.items())}
    if not dry_run:
        with db.writing(context.engine) as session:
            who, now = audit.operator(), context.clock.now()
            audit.append(
                session, who, "language.export-labels", str(folder), counts, now
            )
            _write(folder / OWN, files)
    return Exported(counts, dict(sorted(left_out.items())))


def training_text(one: Labelled, shown: People) -> str:
    """The text as it was read, with everybody hidden; a handle is @user."""
    mention = one.mention
    text = f"{mention.title}\n{mention.text}" if mention.title else mention.text
    for start, end, name in sorted(one.names, reverse=True):
        if text[start:end] == name:
            text = text[:start] + MASK + text[end:]
    masked = shown.masked(mention.platform, text, mention)
    return masked.replace(f"@{MASK}", "@user")


def _rows(one: Labelled) -> Iterator[tuple[str, str]]:
    """(the model that learns from it, the label)."""
    for kind, values in one.decided.items():
        if kind == "sentiment":
            if one.mention.language in lexicon.LANGUAGES:
                yield f"sentiment-{one.mention.language}", values[0]
        elif kind == "language":
            if values[0] in lexicon.LANGUAGES:
                yield "language", values[0]
        elif kind == "topic":
            yield from (("topic", value) for value in values)
        else:
            yield kind, values[0]
        if kind == "intent":
            is_one = values[0] in _TO_THE_CITY
            yield "complaint", "complaint" if is_one else "other"


def _decide(
    context: Context,
    session: Session,
    mention_id: int,
    labels: Labels,
    *,
    dry_run: bool,
) -> Change:
    is_read = store.is_read(session, mention_id)
    if is_read is None:
        raise UsageError(f"There is no mention {mention_id}.")
    if not is_read:
        raise SocialcellError(
            f"Mention {mention_id} waits to be read: run socialcell pull first."
        )
    suggested = store.suggested(session, mention_id)
    change = {
        kind: {"suggested": list(suggested.get(kind, ())), "decided": list(values)}
        for kind, values in labels.items()
    }
    if not dry_run:
        now, who = context.clock.now(), audit.operator()
        store.decide(session, mention_id, labels, who, now)
    return change


def _with_owner_id(session: Session, labels: Labels) -> Labels:
    """The same, where owner=msedcl is body:msedcl."""
    known = owners.list_ids(session)
    written = labels.get(owners.KIND, ())
    ids = [id_ for value in written for id_ in owner_ids(value) if id_ in known]
    return {**labels, owners.KIND: ids} if ids else labels


def _require_known(session: Session, labels: Labels) -> None:
    for kind, values in labels.items():
        known: Collection[str] = (
            [*owners.list_ids(session), NOBODY]
            if kind == owners.KIND
            else lexicon.vocabulary(kind)
        )
        for value in values:
            if value not in known:
                raise UsageError(f"{unknown(kind, value, known)}.")


def _write(folder: Path, files: Mapping[str, Sequence[str]]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("*.jsonl"):
            if stale.stem not in files:
                stale.unlink()
    except OSError as error:
        raise SocialcellError(
            f"{folder} cannot be written: {error.strerror}"
        ) from error
    for model, lines in files.items():
        save(folder / f"{model}.jsonl", "".join(lines))
