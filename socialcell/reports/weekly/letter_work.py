"""What the cell did in a week, and what came of it, as a section of the letter."""

from collections.abc import Iterator

from socialcell.i18n import Language
from socialcell.reports.campaign_numbers import CampaignNumbers
from socialcell.reports.letter_numbers import CellWork
from socialcell.reports.letters.letter_page import (
    BulletList,
    LetterSection,
    Lines,
)
from socialcell.reports.weekly.letter_context import LetterContext
from socialcell.text import one_line

_MAX_NAME_LENGTH = 40  # characters of a campaign's name


def work_section(context: LetterContext, most: int) -> LetterSection:
    """What the cell did, and what came of it; at most so many campaigns."""
    points = [
        *_alert_points(context),
        *_published_points(context),
        *_campaign_points(context, most),
    ]
    title = context.lang.gettext("What the cell did, and what came of it")
    if not points:
        none = context.lang.gettext("Nothing is recorded for this week.")
        return LetterSection(title, [Lines([(none,)])])
    return LetterSection(title, [BulletList([(point,) for point in points])])


def _alert_points(context: LetterContext) -> Iterator[str]:
    """How soon incidents were noticed, and how many somebody took on; without false
    alarms, which nobody had to."""
    lang, _ = context.lang, context.lang.gettext
    incidents = [
        row
        for row in context.numbers.get("incidents", [])
        if row["week"] == "now" and not row.get("false_alarm")
    ]
    if not incidents:
        return
    alerted = context.measure("alerted")
    if alerted and alerted["now"] is not None:
        yield _(
            "Alerts: median %(minutes)s minutes after the first mention.",
            minutes=lang.number(round(alerted["now"])),
        )
    acked = sum(row["acked_at"] is not None for row in incidents)
    sentence = _(
        "Incidents that began in the week: %(all)s; somebody took charge of %(n)s.",
        all=lang.number(len(incidents)),
        n=lang.number(acked),
    )
    acknowledged = context.measure("acknowledged")
    if acknowledged and acknowledged["now"] is not None:
        sentence += " " + _(
            "Median time until then: %(minutes)s minutes.",
            minutes=lang.number(round(acknowledged["now"])),
        )
    yield sentence


def published_sentences(lang: Language, work: CellWork) -> Iterator[str]:
    """How many posts and answers were published, if any."""
    if work["posts"] or work["answers"]:
        yield lang.gettext(
            "Published: posts %(posts)s, answers %(answers)s.",
            posts=lang.number(work["posts"]),
            answers=lang.number(work["answers"]),
        )


def _published_points(context: LetterContext) -> Iterator[str]:
    lang = context.lang
    if context.letter is None:
        return
    work = context.letter["work"]
    yield from published_sentences(lang, work)
    if work["kept"] or work["due"]:
        yield lang.gettext(
            "Commitments: %(due)s fell due, %(kept)s were kept.",
            due=lang.number(work["due"]),
            kept=lang.number(work["kept"]),
        )


def _campaign_points(context: LetterContext, most: int) -> Iterator[str]:
    """What campaigns added; where that is not known, their clicks and installs."""
    campaigns = context.numbers.get("campaigns", [])
    for campaign in campaigns[:most]:
        yield _campaign_point(context, campaign)
    if (rest := len(campaigns) - most) > 0:
        yield context.lang.ngettext(
            "%(n)s more campaign is in the report.",
            "%(n)s more campaigns are in the report.",
            rest,
        )


def _campaign_point(context: LetterContext, campaign: CampaignNumbers) -> str:
    lang, _ = context.lang, context.lang.gettext
    effect = campaign["incremental"]
    values = {
        "name": one_line(campaign["name"], _MAX_NAME_LENGTH),
        "outcome": context.phrases.outcome(campaign["goal"]),
    }
    if effect is None:
        return _(
            "%(name)s: effect not known; clicks this week %(clicks)s, installs that "
            "name it %(installs)s.",
            name=values["name"],
            clicks=_count(lang, campaign["week"]["clicks"]),
            installs=_count(lang, campaign["week"]["installs"]),
        )
    gained = lang.number(round(effect["value"]))
    if effect["interval"] is None:
        return _(
            "%(name)s, since its start: %(outcome)s, about %(n)s more than without "
            "it; how sure that is cannot be said.",
            n=gained,
            **values,
        )
    low, high = (lang.number(round(bound)) for bound in effect["interval"])
    return _(
        "%(name)s, since its start: %(outcome)s, about %(n)s more than without it "
        "(%(level)s interval %(low)s to %(high)s).",
        level=lang.percent(95, 100),
        n=gained,
        low=low,
        high=high,
        **values,
    )


def _count(lang: Language, count: int | None) -> str:
    return "?" if count is None else lang.number(count)
