"""A bundle for a request for records: our words, times and approvals, the words of
others masked, and the span of the audit log that proves them.

The same rows give the same bytes. Of audit rows about something else the bundle has the
hashes alone, so that the chain can be followed and nothing else is shown.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.campaigns.publishing import store as publishing
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.clock import as_utc, local_iso
from socialcell.desk.model import CaseContact, CaseMessage
from socialcell.desk.store import cases, conversations
from socialcell.errors import UsageError
from socialcell.files.zip_archive import zip_texts
from socialcell.json_types import DocumentValue, dumps
from socialcell.listening.people.visibility import People
from socialcell.listening.store.mentions import mention_queries
from socialcell.ops import audit
from socialcell.ops.audit import AuditRecord
from socialcell.roles import Permission
from socialcell.services import pseudonyms
from socialcell.services.context import Context
from socialcell.services.operators import permissions

MANIFEST, CHAIN = "manifest.json", "audit.jsonl"
FORM = "socialcell records 1"
_OWN = ("out", "note", "field")  # directions in which our own people speak
_Document = Mapping[str, DocumentValue]


@dataclass(frozen=True)
class RecordBundle:
    """A bundle: its bytes, the files in it, and the rows of the audit log that it has
    in full (`entries`) of those that it spans."""

    content: bytes
    files: tuple[str, ...]
    entries: int
    span: tuple[int, int] | None
    head: str | None


def make_bundle(
    context: Context,
    case_numbers: Sequence[str],
    since: datetime | None = None,
    until: datetime | None = None,
) -> RecordBundle:
    """The bundle of these cases, and of what was posted in a span (half open). Audited,
    after the span that it has.

    UsageError: nothing is named, a case that is not there, half a span. Errors of
    `permissions.require`.
    """
    if (since is None) != (until is None) or not (case_numbers or since):
        raise UsageError("registers.no_records_named")
    people = pseudonyms.load_people(context)
    now = context.clock.now()
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.EXPORT_TEXT, ())
        files: dict[str, str] = {}
        subjects: set[tuple[str, str]] = set()
        for number in sorted(set(case_numbers)):
            case, keys = _case_document(session, people, number)
            files[f"cases/{case['number']}.json"] = _json(case)
            subjects |= {("", str(case["number"])), *(("answer.", k) for k in keys)}
        posts = _posts(session, since, until)
        for post in posts:
            files[f"posts/{post.id}.json"] = _json(_post_document(people, post))
            subjects.add(("post.", str(post.id)))
        chain, count = _chain(session, subjects)
        files[CHAIN] = "".join(json.dumps(row, sort_keys=True) + "\n" for row in chain)
        bundle = _packed(files, chain, count)
        detail = {
            "cases": sorted(set(case_numbers)),
            "posts": len(posts),
            "sha256": hashlib.sha256(bundle.content).hexdigest(),
        }
        audit.append(session, context.actor, "records.bundle", "records", detail, now)
    return bundle


def _case_document(
    session: Session, people: People, number: str
) -> tuple[_Document, list[str]]:
    case = cases.find_case(session, number)
    assert case.id is not None
    rows = conversations.messages_of_case(session, case.id)
    document: _Document = {
        "number": case.number,
        "kind": case.kind,
        "topic": case.topic,
        "area": case.area,
        "state": case.state,
        "opened_at": _time(case.opened_at),
        "closed_at": _time(case.closed_at),
        "care_token": case.care_token,
        "steps": [
            {
                "kind": step.kind,
                "from": step.from_state,
                "to": step.to_state,
                "by": step.by,
                "at": _time(step.at),
                "reason": people.masked("", step.reason),
                "evidence": people.masked("", step.evidence),
            }
            for step in cases.steps_of(session, case.id)
        ],
        "messages": [
            _message(session, people, message, contact) for message, contact in rows
        ],
    }
    keys = {
        key
        for message, _contact in rows
        for key in (message.answer_key, message.outbox_key, str(message.id))
        if key and message.direction == "out"
    }
    return document, sorted(keys)


def _message(
    session: Session,
    people: People,
    message: CaseMessage,
    contact: CaseContact | None,
) -> _Document:
    """Our own words with who made and decided them; of others the words masked."""
    channel = contact.channel if contact else ""
    document: dict[str, DocumentValue] = {
        "direction": message.direction,
        "channel": contact.channel if contact else None,
        "at": _time(message.at),
        "state": message.state,
        "text": people.masked_or_none(channel, message.text),
    }
    if message.mention_id is not None:
        row = mention_queries.mention(session, message.mention_id)
        is_there = row is not None and row.state == "present"
        document["text"] = (
            people.masked_or_none(row.platform, row.text, row)
            if row is not None and is_there
            else None
        )
    if message.direction in _OWN:
        document |= {
            "made_by": message.made_by,
            "decided_by": message.decided_by,
            "decided_at": _time(message.decided_at),
            "sent_at": _time(message.sent_at),
            "public": message.is_public,
        }
    return document


def _posts(
    session: Session, since: datetime | None, until: datetime | None
) -> list[OwnPost]:
    if since is None or until is None:
        return []
    posts = publishing.posted_between(session, since, until)
    return sorted(posts, key=lambda post: post.id or 0)


def _post_document(people: People, post: OwnPost) -> _Document:
    return {
        "id": post.id,
        "kind": post.kind,
        "platform": post.platform,
        "language": post.language,
        "text": people.masked(post.platform, post.text),
        "made_by": post.made_by,
        "made_at": _time(post.made_at),
        "decided_by": post.decided_by,
        "decided_at": _time(post.decided_at),
        "posted_at": _time(post.posted_at),
        "url": post.url,
        "safety": post.safety,
    }


def _chain(
    session: Session, subjects: Collection[tuple[str, str]]
) -> tuple[list[dict[str, object]], int]:
    """The rows of the audit log from the first to the last about these subjects, in
    full where they are about one; and how many those are."""
    about = {name for _noun, name in subjects}

    def is_about(row: AuditRecord) -> bool:
        return row.object in about and any(
            row.action.startswith(noun) and row.object == name
            for noun, name in subjects
        )

    span = audit.span_about(session, about, is_about)
    rows = list(span)
    return [_chain_row(row, whole=is_about(row)) for row in rows], sum(
        map(is_about, rows)
    )


def _chain_row(row: AuditRecord, *, whole: bool) -> dict[str, object]:
    sealed: dict[str, object] = {
        "seq": row.seq,
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    }
    if whole:
        sealed |= {
            "at": as_utc(row.at).isoformat(),
            "actor": row.actor,
            "operator_id": row.operator_id,
            "os_user": row.os_user,
            "action": row.action,
            "object": row.object,
            "detail": row.detail,
        }
    return sealed


def _packed(
    files: Mapping[str, str], chain: Sequence[Mapping[str, object]], count: int
) -> RecordBundle:
    span = (_whole(chain[0]["seq"]), _whole(chain[-1]["seq"])) if chain else None
    head = str(chain[-1]["hash"]) if chain else None
    manifest = {
        "form": FORM,
        "files": {name: _sha256(text.encode()) for name, text in sorted(files.items())},
        "audit": {
            "first": span[0] if span else None,
            "last": span[1] if span else None,
            "head": head,
            "entries": count,
        },
    }
    content = zip_texts([*sorted(files.items()), (MANIFEST, _json(manifest))])
    return RecordBundle(content, (*sorted(files), MANIFEST), count, span, head)


def _whole(number: object) -> int:
    assert isinstance(number, int)
    return number


def _json(document: object) -> str:
    return dumps(document, indent=1) + "\n"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _time(moment: datetime | None) -> str | None:
    return local_iso(as_utc(moment)) if moment is not None else None


def chain_rows(text: str) -> Iterator[dict[str, object]]:
    """The rows of a bundle's part of the audit log. ValueError: it is no JSON."""
    for line in text.splitlines():
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError("a line is no object")
        yield row
