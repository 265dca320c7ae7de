"""Read the mentions on the work list and store what was understood."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session

from socialcell import db
from socialcell.clock import IST
from socialcell.db.fair_lock import FairLock
from socialcell.errors import SocialcellError
from socialcell.language import danger_rules, read
from socialcell.language.analysis import Analysis
from socialcell.language.names.places import Place, places
from socialcell.listening.areas import area_table
from socialcell.listening.store import areas as area_store
from socialcell.listening.store.mentions import tags
from socialcell.listening.store.mentions.tags import Tagged, Untagged
from socialcell.services.context import Context
from socialcell.services.mentions import gazetteer, mention_owners
from socialcell.settings.language import NcModels

BATCH = 200
_SCANNED = 2000  # texts that are looked through for words of danger at a time
_CHUNK = 16  # texts after which whoever else waits for the reader has their turn
_PATIENCE = 60.0  # seconds for which a turn is waited for; a chunk takes about one
_turns = FairLock()


def tag_waiting(
    context: Context,
    *,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Tag until the work list is empty or `stop` says so; how many were tagged. What
    looks like danger is read first.

    Texts are read outside any transaction; one short transaction stores a batch.
    """
    mention_owners.resolve_pending(context.engine)
    work_list = _WorkList()
    count = 0
    while not stop():
        with db.reading(context.engine) as session:
            waiting = work_list.next_batch(session)
        if not waiting:
            break
        count += _tag(context, waiting)
        if progress:
            progress(count)
    return count


def tag_messages(context: Context, limit: int = 3 * _CHUNK) -> int:
    """Tag the newest messages to the city that wait, a few at a time; how many. The
    others of a backlog do not keep them waiting."""
    with db.reading(context.engine) as session:
        waiting = tags.untagged_messages(session, limit)
    return _tag(context, waiting) if waiting else 0


class _WorkList:
    """The work list in the order of reading: what looks like danger, then the oldest.

    Each text is looked through once; the rules of danger are far cheaper than reading.
    """

    def __init__(self) -> None:
        self._seen = 0
        self._dangerous: list[int] = []

    def next_batch(self, session: Session) -> list[Untagged]:
        while not self._dangerous and self._scan(session):
            pass
        ids, self._dangerous = self._dangerous[:BATCH], self._dangerous[BATCH:]
        # Others may have read these meanwhile.
        return tags.untagged_among(session, ids) or tags.untagged(session, BATCH)

    def _scan(self, session: Session) -> bool:
        """Look through the next texts; whether there may be more."""
        texts = tags.untagged(session, _SCANNED, after=self._seen)
        if not self._seen and len(texts) <= BATCH:
            return False  # they are one batch
        for mention in texts:
            self._seen = mention.id
            if danger_rules.danger_of(mention.text):
                self._dangerous.append(mention.id)
        return bool(texts)


def _tag(context: Context, waiting: Sequence[Untagged]) -> int:
    """Read these and store what was understood; how many."""
    with db.reading(context.engine) as session:
        all_areas = area_store.all_areas(session)
    own = gazetteer.load_names(context.workspace)
    tagged = _analyse_as_set(context, waiting, all_areas, own)
    with db.writing(context.engine) as session:
        return tags.write(session, tagged, context.clock.now())


def count_waiting(context: Context) -> int:
    """How many mentions wait to be read."""
    with db.reading(context.engine) as session:
        return tags.count_untagged(session)


def analyse_words(context: Context, texts: Sequence[str]) -> list[Tagged]:
    """Read words that are no mention, such as those of a telephone call that somebody
    entered, as mentions are read; nothing is stored. Names of a gazetteer of the
    workspace's own that cannot be read are left out: who calls waits for no file, and
    `doctor` names its fault."""
    with db.reading(context.engine) as session:
        all_areas = area_store.all_areas(session)
    try:
        own = gazetteer.load_names(context.workspace)
    except SocialcellError:
        own = ()
    now = context.clock.now()
    words = [Untagged(0, text, "", now) for text in texts]
    return _analyse_as_set(context, words, all_areas, own)


def _analyse_as_set(
    context: Context,
    waiting: Iterable[Untagged],
    all_areas: Iterable[area_table.AreaRecord],
    own: tuple[Place, ...],
) -> list[Tagged]:
    """Read texts with the models that the workspace chose."""
    allowed = context.workspace.config.language
    return analyse(
        waiting,
        all_areas,
        nc=allowed.nc,
        own=own,
        semantic=allowed.semantic,
        english=allowed.english_names,
    )


def analyse(
    waiting: Iterable[Untagged],
    all_areas: Iterable[area_table.AreaRecord],
    *,
    nc: NcModels = NcModels.ALL,
    own: tuple[Place, ...] = (),
    semantic: bool = False,
    english: bool = False,
) -> list[Tagged]:
    """Read the texts, and find the wards of their places as of the day of the post;
    where that is not known, of the day on which it reached us.

    `own` are names of this workspace beside those of the package's gazetteer;
    `semantic` asks the encoder too, `english` the model of English names.
    """
    mentions, wards = list(waiting), WardFinder(all_areas, own)
    readings: list[Analysis] = []
    for chunk in db.chunks((mention.text for mention in mentions), _CHUNK):
        is_ours = _turns.acquire(_PATIENCE)
        try:
            readings += read(chunk, nc=nc, own=own, semantic=semantic, english=english)
        finally:
            if is_ours:
                _turns.release()
    return [
        Tagged(mention, reading, wards.of(reading, mention.at))
        for mention, reading in zip(mentions, readings, strict=True)
    ]


class WardFinder:
    """Ward offices of a reading's places, as the areas were on a day.

    A place that is no area lies in the ward that the gazetteer gives it.
    """

    def __init__(
        self, all_areas: Iterable[area_table.AreaRecord], own: Iterable[Place] = ()
    ) -> None:
        self._areas = list(all_areas)
        self._wards = {
            place.id: place.ward
            for place in (*places(), *own)
            if place.ward and place.label == "PLACE"
        }
        self._ids = {area.id for area in self._areas}
        dates = {day for a in self._areas for day in (a.valid_from, a.valid_to) if day}
        self._changes = sorted(dates)
        self._found: dict[tuple[str, int], str | None] = {}

    def of(self, reading: Analysis, at: datetime) -> tuple[str, ...]:
        day = at.astimezone(IST).date()
        ids = (entity.id for entity in reading.entities if entity.id)
        ward_ids = (self._ward(id_, day) for id_ in ids)
        return tuple(dict.fromkeys(ward for ward in ward_ids if ward))

    def _ward(self, id_: str, day: date) -> str | None:
        if id_ not in self._ids:
            id_ = self._wards.get(id_, "")
        if id_ not in self._ids:
            return None
        # Between two changes of any area the answer stays the same.
        key = (id_, bisect_right(self._changes, day))
        if key not in self._found:
            chain = area_table.area_chain(self._areas, id_, day)
            wards = [area.id for area in chain if area.kind == "ward_office"]
            self._found[key] = wards[0] if wards else None
        return self._found[key]
