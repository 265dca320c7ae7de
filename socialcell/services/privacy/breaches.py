"""The breach register: entered, told in time, closed; and whom it affects."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import datetime

from sqlmodel import Session

from socialcell import db
from socialcell.clock import in_pune
from socialcell.errors import SocialcellError, UsageError
from socialcell.json_types import JsonObject
from socialcell.ops import audit
from socialcell.registers.breach_rules import Duty, duty_times
from socialcell.registers.model import BreachDuty, DataBreach
from socialcell.registers.store import breaches as store
from socialcell.roles import Permission
from socialcell.services.context import Context
from socialcell.services.operators import permissions
from socialcell.services.privacy.breach_words import (
    BreachWords,
    NewWords,
    set_words,
    translations_of,
)
from socialcell.text import clean_text

_LONGEST = 4000


@dataclass(frozen=True)
class BreachDraft:
    """A breach as it is entered, in our words and without names: title, what and
    measures in `language`, what and measures also in others. `noticed_at`: when; None:
    now. `since` and `until`: the stretch in which data was open."""

    title: str
    what: str
    kinds: Sequence[str]
    measures: str = ""
    noticed_at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    persons: int | None = None
    language: str = "en"
    translations: Mapping[str, BreachWords] = field(default_factory=dict)


@dataclass(frozen=True)
class BreachFacts:
    """What became known of a breach later, by language for our words; None: nothing
    new."""

    words: Mapping[str, NewWords] | None = None
    persons: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class DutyLine:
    """One thing to be told. `state` is waiting, overdue, told or told_late."""

    duty: str
    due_at: datetime
    state: str
    told_at: datetime | None
    told_by: str | None
    note: str


@dataclass(frozen=True)
class BreachLine:
    """A breach with what must be told of it. `translations` has the words in other
    languages than `language`."""

    number: str
    title: str
    what: str
    measures: str
    language: str
    translations: Mapping[str, BreachWords]
    kinds: tuple[str, ...]
    noticed_at: datetime
    since: datetime | None
    until: datetime | None
    persons: int | None
    made_by: str
    closed_at: datetime | None
    duties: tuple[DutyLine, ...]

    def words_in(self, language: str) -> BreachWords:
        """Our words in a language; empty where they are not written yet."""
        if language == self.language:
            return BreachWords(self.what, self.measures)
        return self.translations.get(language, BreachWords())


def enter_breach(context: Context, draft: BreachDraft) -> BreachLine:
    """Enter a breach; its clocks run from when it was noticed. Audited.

    UsageError: words that are missing or too long, a language that is none, times that
    cannot be.
    """
    now = context.clock.now()
    noticed_at = draft.noticed_at or now
    _require_whole(draft, noticed_at, now)
    hours = context.workspace.config.privacy.breach_hours
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        row = DataBreach(
            number=store.next_number(session, now),
            title=clean_text(draft.title).strip(),
            what="",
            language=draft.language,
            kinds=list(draft.kinds),
            noticed_at=noticed_at,
            from_at=draft.since,
            until_at=draft.until,
            persons=draft.persons,
            made_by=context.actor.name,
            made_at=now,
        )
        own = BreachWords(draft.what, draft.measures)
        words = {**draft.translations, draft.language: own}
        set_words(row, {code: NewWords(*astuple(words[code])) for code in words})
        session.add(row)
        session.flush()
        assert row.id is not None
        for duty, due_at in duty_times(noticed_at, hours).items():
            session.add(BreachDuty(breach_id=row.id, duty=duty, due_at=due_at))
        session.flush()
        _note(context, session, row, "entered", {})
        return breach_line(session, row, now)


def add_facts(context: Context, number: str, facts: BreachFacts) -> BreachLine:
    """What became known later: words, how many persons, from when until when. Audited.

    UsageError: nothing of it is said, words that are too short or long, a stretch that
    cannot be, or the breach is closed.
    """
    if facts == BreachFacts():
        raise UsageError("registers.no_facts")
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        row = _lock_open(session, number)
        if facts.words is not None:
            set_words(row, facts.words)
        if facts.persons is not None:
            row.persons = facts.persons
        row.from_at = facts.since or row.from_at
        row.until_at = facts.until or row.until_at
        _require_span(row.from_at, row.until_at)
        detail = {"persons": row.persons, "languages": sorted(facts.words or ())}
        _note(context, session, row, "facts", detail)
        return breach_line(session, row, context.clock.now())


def enter_told(
    context: Context,
    number: str,
    duty: Duty,
    note: str,
    told_at: datetime | None = None,
) -> BreachLine:
    """Somebody was told, and how (the number of a letter, a receipt). Audited.

    UsageError: no note, a moment before it was noticed or to come, told before.
    """
    now = context.clock.now()
    at = told_at or now
    text = clean_text(note).strip()
    if not text or len(text) > _LONGEST:
        raise UsageError("registers.note_length", shortest=1, longest=_LONGEST)
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        row = _lock_open(session, number)
        if not row.noticed_at <= at <= now:
            raise UsageError("registers.told_at_wrong", at=in_pune(at))
        assert row.id is not None
        duties = {entry.duty: entry for entry in store.duties_of(session, row.id)}
        entry = duties[duty]
        if entry.told_at is not None:
            raise UsageError(
                "registers.told_before", number=row.number, at=in_pune(entry.told_at)
            )
        entry.told_at, entry.told_by, entry.note = at, context.actor.name, text
        session.flush()
        _note(context, session, row, "told", {"duty": duty, "at": at.isoformat()})
        return breach_line(session, row, now)


def close_breach(context: Context, number: str) -> BreachLine:
    """The breach is over. Audited. SocialcellError: somebody is still to be told."""
    now = context.clock.now()
    with db.writing(context.engine) as session:
        permissions.require(context, session, Permission.ERASE, ())
        row = _lock_open(session, number)
        assert row.id is not None
        untold = [
            entry.duty
            for entry in store.duties_of(session, row.id)
            if entry.told_at is None
        ]
        if untold:
            raise SocialcellError(
                "registers.not_all_told", number=row.number, duties=untold
            )
        row.closed_by, row.closed_at = context.actor.name, now
        _note(context, session, row, "closed", {})
        return breach_line(session, row, now)


def list_breaches(context: Context) -> list[BreachLine]:
    """All breaches, the open ones first. For who may read the audit log."""
    now = context.clock.now()
    with db.reading(context.engine) as session:
        permissions.require(context, session, Permission.READ_AUDIT, ())
        return [breach_line(session, row, now) for row in store.list_breaches(session)]


def show_breach(context: Context, number: str) -> BreachLine:
    """One breach. For who may read the audit log. UsageError: there is none."""
    with db.reading(context.engine) as session:
        permissions.require(context, session, Permission.READ_AUDIT, ())
        row = store.find_breach(session, number)
        return breach_line(session, row, context.clock.now())


def _lock_open(session: Session, number: str) -> DataBreach:
    row = store.lock_breach(session, number)
    if row.closed_at is not None:
        raise UsageError(
            "registers.breach_closed", number=row.number, at=in_pune(row.closed_at)
        )
    return row


def _require_whole(draft: BreachDraft, noticed_at: datetime, now: datetime) -> None:
    if noticed_at > now:
        raise UsageError("registers.noticed_in_the_future", at=in_pune(noticed_at))
    _require_span(draft.since, draft.until)
    if not draft.title.strip() or len(draft.title) > 200:
        raise UsageError("registers.note_length", shortest=1, longest=200)
    if not draft.kinds:
        raise UsageError("registers.kinds_needed")


def _require_span(since: datetime | None, until: datetime | None) -> None:
    if since is not None and until is not None and until < since:
        raise UsageError("registers.span_reversed")


def breach_line(session: Session, row: DataBreach, now: datetime) -> BreachLine:
    """A breach as it is listed at a moment."""
    assert row.id is not None
    return BreachLine(
        number=row.number,
        title=row.title,
        what=row.what,
        measures=row.measures,
        language=row.language,
        translations=translations_of(row),
        kinds=tuple(row.kinds),
        noticed_at=row.noticed_at,
        since=row.from_at,
        until=row.until_at,
        persons=row.persons,
        made_by=row.made_by,
        closed_at=row.closed_at,
        duties=tuple(
            DutyLine(
                entry.duty,
                entry.due_at,
                _state(entry, now),
                entry.told_at,
                entry.told_by,
                entry.note,
            )
            for entry in store.duties_of(session, row.id)
        ),
    )


def _state(entry: BreachDuty, now: datetime) -> str:
    if entry.told_at is not None:
        return "told" if entry.told_at <= entry.due_at else "told_late"
    return "overdue" if now >= entry.due_at else "waiting"


def _note(
    context: Context, session: Session, row: DataBreach, act: str, detail: JsonObject
) -> None:
    session.flush()
    now = context.clock.now()
    audit.append(session, context.actor, f"breach.{act}", row.number, detail, now)
