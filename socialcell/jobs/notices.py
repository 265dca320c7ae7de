"""A notice made: posts in each language for each platform, and the closure it tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from socialcell.campaigns import notices
from socialcell.campaigns.own_posts_model import OwnPost
from socialcell.campaigns.store import own_posts as store
from socialcell.clock import IST
from socialcell.errors import UsageError
from socialcell.i18n import CODES
from socialcell.jobs import detect
from socialcell.jobs.context import Context
from socialcell.jobs.entries import written
from socialcell.jobs.placing import Places
from socialcell.jobs.posts import Draft, entered
from socialcell.listening.areas import names as names_of
from socialcell.listening.store import areas


@dataclass(frozen=True)
class Asked:
    """What a notice says, where and when: `at` is when it is posted (None: as soon as
    it is approved, which only safety may), from `start` to `end` is what it tells of.
    `reason` as notices.reason takes it."""

    template: str
    platforms: Sequence[str]
    at: datetime | None
    start: datetime
    end: datetime
    reason: Mapping[str, str]
    contact: str = ""
    wards: Sequence[str] = ()
    languages: Sequence[str] = CODES
    media: str | None = None
    safety: bool = False  # about life or limb: no mode holds it


@dataclass(frozen=True)
class Made:
    """The drafts of a notice, and the planned closure (None: nothing is closed)."""

    posts: list[OwnPost]
    closure: int | None


def make(context: Context, asked: Asked, *, dry_run: bool = False) -> Made:
    """Write a notice as drafts, and enter the closure that it announces, so that talk
    of it is no alert. All of it or nothing; the same notice again changes nothing.

    UsageError: an unknown template, reason, ward or platform, an end before the start,
    words that are too long.
    """
    template = notices.template(asked.template)
    reason = notices.reason(template, asked.reason)
    if asked.end <= asked.start:
        raise UsageError("What the notice tells of ends before it begins.")

    def act(session: Session) -> Made:
        wards, named = _places(context, session, asked)
        notice = notices.Notice(
            template, named, asked.start, asked.end, reason, asked.contact
        )
        said = {code: notices.words(notice, code) for code in asked.languages}
        key = "|".join(
            (
                f"notice.{template.id}",
                ",".join(wards),
                asked.start.isoformat(),
                asked.end.isoformat(),
            )
        )
        closure = None
        if template.closes is not None:
            closure = store.closure_of(session, key) or detect.planned(
                context,
                session,
                template.closes,
                wards,
                asked.start,
                asked.end,
                f"{template.about}: {reason.get('en') or next(iter(reason.values()))}",
            )
        posts = [
            entered(
                context,
                session,
                Draft(
                    platform=platform,
                    due_at=asked.at,
                    language=code,
                    text=said[code],
                    wards=wards,
                    media=asked.media,
                    kind="notice",
                    template=template.id,
                    safety=asked.safety,
                    key=f"{key}|{platform}|{code}",
                ),
                closure,
            )
            for platform in asked.platforms
            for code in asked.languages
        ]
        return Made(posts, closure)

    return written(context, act, dry_run)


def _places(
    context: Context, session: Session, asked: Asked
) -> tuple[list[str], list[Mapping[str, str]]]:
    """Ids of the areas, and their names; of none the city's."""
    if not asked.wards:
        report = context.workspace.config.report
        city = {"mr": report.city_mr, "hi": report.city_hi, "en": report.city_en}
        return [], [city]
    day = asked.start.astimezone(IST).date()
    every = areas.all_areas(session)
    places = Places(every)
    try:
        ids = sorted({places.id_of(ward, day) for ward in asked.wards})
    except ValueError as error:
        raise UsageError(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    known = {one.id: names_of(one) for one in areas.areas_on(session, day)}
    if outside := [id_ for id_ in ids if id_ not in known]:
        raise UsageError(f"{outside[0]} is no area of the city on {day}.")
    return ids, [known[id_] for id_ in ids]
