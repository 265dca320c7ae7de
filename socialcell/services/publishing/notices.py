"""Notices: posts in each language for each platform, and the closure announced."""

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session

from socialcell.campaigns.publishing import notice_text, store
from socialcell.campaigns.publishing.model import OwnPost
from socialcell.campaigns.publishing.notice_template import NoticeSlot, NoticeTemplate
from socialcell.campaigns.publishing.notice_text import Notice, SlotInputs, Words
from socialcell.clock import IST
from socialcell.connectors.publisher import PUBLISHERS
from socialcell.connectors.text_lengths import length
from socialcell.errors import UnreadableValue, UsageError
from socialcell.i18n import CODES
from socialcell.language.names.places import Place, places, words_of
from socialcell.listening.areas.area_table import AreaRecord
from socialcell.listening.areas.area_table import names as names_of
from socialcell.listening.store import areas
from socialcell.services.alerts import planned_closures
from socialcell.services.alerts.planned_closures import PlannedClosure
from socialcell.services.area_matching import AreaMatcher
from socialcell.services.context import Context
from socialcell.services.manual_entry import run_entry
from socialcell.services.mentions import gazetteer
from socialcell.services.publishing import notice_templates
from socialcell.services.publishing.post_drafts import PostDraft, enter_post
from socialcell.text import fold

_ALIKE = 0.6  # of two words: Phata and Fata, Warje and Varje are one name


@dataclass(frozen=True)
class NoticeRequest:
    """A notice to be written: `given` as notices.fill takes it. `at` is when it
    is posted (None: as soon as it is approved, which only safety may); `safety` None:
    as the template says."""

    template: str
    platforms: Sequence[str]
    given: SlotInputs
    at: datetime | None = None
    languages: Sequence[str] = CODES
    media: str | None = None
    safety: bool | None = None


@dataclass(frozen=True)
class NoticeDrafts:
    """The drafts of a notice, and the planned closure (None: nothing is closed)."""

    posts: list[OwnPost]
    closure: PlannedClosure | None


@dataclass
class _NameFinder:
    """Names of areas and places on a day; `wards` are the ids of areas found so far."""

    context: Context
    areas: Sequence[AreaRecord]
    day: date
    wards: list[str] = field(default_factory=list)

    def find(self, slot: NoticeSlot, text: str) -> Words:
        """Names by language; "" is the whole city. ValueError: it is not known."""
        if slot.type == "area" and not text:
            report = self.context.workspace.config.report
            return {"mr": report.city_mr, "hi": report.city_hi, "en": report.city_en}
        try:
            return self._area(text)
        except ValueError:
            if slot.type == "area":
                raise
        return self._place(text)

    def _area(self, text: str) -> Words:
        id_ = AreaMatcher(self.areas).id_of(text, self.day)
        named = {area.id: area for area in self.areas if area.is_valid(self.day)}
        if id_ not in named:
            raise UnreadableValue("posts.no_area_then", area=id_, day=self.day)
        self.wards.append(id_)
        return names_of(named[id_])

    def _place(self, text: str) -> Words:
        """The gazetteer's name: id or any spelling of it. A name that the gazetteer
        holds as another one of the place is refused: a notice changes no names."""
        all_places = [
            place
            for place in (*places(), *gazetteer.load_names(self.context.workspace))
            if place.label in ("PLACE", "SERVICE", "ORG")
        ]
        official = {
            fold(name): place
            for place in reversed(all_places)
            for name in (place.id, *replace(place, aliases=()).names())
        }
        by_spelling = {
            fold(name): place
            for place in reversed(all_places)
            for name in place.names()
        } | official
        place = by_spelling.get(fold(text))
        if place is None:
            raise _no_such_place(text, by_spelling)
        if fold(text) not in official and not _is_spelling(text, place):
            name = place.name_en if text.isascii() else place.name_mr
            raise UnreadableValue("posts.other_name_of_place", place=text, name=name)
        if place.ward is None and text != place.id:
            self._require_single(text, place, all_places)
        return names_of(place)

    def _require_single(self, text: str, place: Place, others: list[Place]) -> None:
        """UnreadableValue: several localities of the city bear this name before a word
        that tells them apart."""
        beginning = fold(place.name_en) + " "
        localities = [
            area
            for area in self.areas
            if area.kind in ("locality", "village")
            and fold(area.name_en).startswith(beginning)
        ]
        if len(localities) > 1:
            names = sorted(
                other.name_en if text.isascii() else other.name_mr
                for other in others
                if fold(other.name_en).startswith(beginning)
            )
            raise UnreadableValue("posts.several_places", place=text, places=names)


def _is_spelling(text: str, place: Place) -> bool:
    """Whether a text is one of the place's names written a little differently."""
    words = words_of(fold(text))
    return any(
        len(words) == len(names)
        and all(
            difflib.SequenceMatcher(None, *pair).ratio() >= _ALIKE
            for pair in zip(words, names, strict=True)
        )
        for names in (words_of(fold(name)) for name in names_of(place).values())
    )


def _no_such_place(text: str, by_spelling: Mapping[str, Place]) -> UnreadableValue:
    near = difflib.get_close_matches(fold(text), by_spelling, n=1, cutoff=0.75)
    if not near:
        return UnreadableValue("posts.no_such_place", place=text)
    nearest = by_spelling[near[0]].name_en
    return UnreadableValue("posts.misspelt_place", place=text, near=nearest)


def create_notice(
    context: Context, request: NoticeRequest, *, dry_run: bool = False
) -> NoticeDrafts:
    """Write a notice as drafts, and enter the closure that it announces, so that
    mentions of it raise no alert. All of it or nothing; the same notice again
    changes nothing.

    UsageError: an unknown template, slot, place or platform, a slot that is missing or
    is not what it must be, words that are too long. ConfigError: a file of templates
    that cannot be used.
    """
    template = notice_templates.find_template(context.workspace, request.template)
    _require_platforms(template, request.platforms)
    safety = template.safety if request.safety is None else request.safety

    def act(session: Session) -> NoticeDrafts:
        now = context.clock.now()
        day = (_first_moment(template, request.given) or now).astimezone(IST).date()
        finder = _NameFinder(context, areas.all_areas(session), day)
        notice = notice_text.fill_template(template, request.given, finder.find)
        notice_text.require_coming(notice, request.at or now)
        notice_text.require_apart(notice)
        texts = {
            code: notice_text.notice_text(notice, code) for code in request.languages
        }
        for platform in request.platforms:
            _require_fit(request, template, platform, texts)
        wards = sorted(set(finder.wards))
        closure_key = _closure_key(notice, wards)
        closure = _closure(context, session, notice, wards, closure_key)
        key = f"{closure_key}|{_digest(request.given)}"
        posts = [
            enter_post(
                context,
                session,
                PostDraft(
                    platform=platform,
                    due_at=request.at,
                    language=code,
                    text=texts[code],
                    wards=wards,
                    media=request.media,
                    kind="notice",
                    template=template.id,
                    safety=safety,
                    key=f"{key}|{platform}|{code}",
                ),
                closure,
            )
            for platform in request.platforms
            for code in request.languages
        ]
        planned = planned_closures.find_planned(session, closure) if closure else None
        return NoticeDrafts(posts, planned)

    return run_entry(context, act, dry_run)


def _require_fit(
    request: NoticeRequest,
    template: NoticeTemplate,
    platform: str,
    texts: Mapping[str, str],
) -> None:
    """UsageError names platform and languages in which the words are too long."""
    if platform not in PUBLISHERS:
        return
    counts = {
        code: length(platform, text, request.media) for code, text in texts.items()
    }
    long = [code for code, count in counts.items() if count.used > count.limit]
    if long:
        worst = max((counts[code] for code in long), key=lambda count: count.used)
        raise UsageError(
            "posts.long_notice",
            template=template.id,
            platform=platform,
            languages=long,
            used=worst.used,
            limit=worst.limit,
        )


def _closure(
    context: Context, session: Session, notice: Notice, wards: list[str], key: str
) -> int | None:
    template = notice.template
    start, end = notice.moment("from"), notice.moment("to")
    if template.closes is None or start is None or end is None:
        return None
    reason = notice.values.get("reason", {})
    reason_text = ""
    if isinstance(reason, Mapping) and reason:
        reason_text = ": " + (reason.get("en") or next(iter(reason.values())))
    return store.closure_of(session, key) or planned_closures.add_closure(
        context,
        session,
        template.closes,
        wards,
        start,
        end,
        f"{template.about}{reason_text}",
    )


def _closure_key(notice: Notice, wards: list[str]) -> str:
    """What is the same of two notices about one thing: template, areas, moments."""
    moments = [notice.moment(name) for name in notice.template.slots]
    return "|".join(
        (
            f"notice.{notice.template.id}",
            ",".join(wards),
            *(moment.isoformat() for moment in moments if moment is not None),
        )
    )


def _first_moment(template: NoticeTemplate, slot_values: SlotInputs) -> datetime | None:
    """When what a notice tells of begins; None: it has no moment, or none that can be
    read, which `fill` says."""
    for name, slot in template.slots.items():
        if slot.type == "moment" and name in slot_values:
            try:
                moment = datetime.fromisoformat(slot_values[name][0])
            except (ValueError, IndexError):
                return None
            return moment.replace(tzinfo=IST) if moment.tzinfo is None else moment
    return None


def _digest(slot_values: SlotInputs) -> str:
    pairs = sorted((key, tuple(values)) for key, values in slot_values.items())
    values_text = repr(pairs)
    return hashlib.sha256(values_text.encode()).hexdigest()[:16]


def _require_platforms(template: NoticeTemplate, platforms: Sequence[str]) -> None:
    for platform in platforms:
        if platform in PUBLISHERS and platform not in template.platforms:
            raise UsageError(
                "posts.template_without_platform",
                template=template.id,
                platform=platform,
                platforms=template.platforms,
            )
