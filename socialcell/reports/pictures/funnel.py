"""The way from a post to a used app: reach, clicks, store visits, installs, use."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from socialcell import palette
from socialcell.i18n import Language
from socialcell.reports.page import Cell, Table
from socialcell.reports.phrases import SMALLEST_BASE
from socialcell.reports.pictures.canvas import (
    NARROW,
    SERIES,
    SMALLEST,
    WIDE,
    Canvas,
    text_width,
    wrap,
)
from socialcell.reports.pictures.picture import Caption, Picture, framed

Stage: TypeAlias = Literal["reach", "clicks", "store_visits", "installs", "activated"]
_MARGIN, _BAR = 8, 26


@dataclass(frozen=True)
class FunnelStage:
    """A stage: `count` None is not known, and `note` says why, or what is counted.

    `estimated` counts were not counted but expected. `at_most` is the count if all
    that names no campaign belonged to it; None where that is not known.
    """

    stage: Stage
    count: int | None
    note: str = ""
    estimated: bool = False
    at_most: int | None = None


@dataclass(frozen=True)
class Funnel:
    """The stages of a campaign in their order, from `first` to `last` in words."""

    campaign: str
    first: str
    last: str
    stages: Sequence[FunnelStage]


def draw(funnel: Funnel, lang: Language, width: float = NARROW) -> Picture:
    """The funnel of a campaign. ValueError: it has no stages."""
    if not funnel.stages:
        raise ValueError("a funnel has at least one stage")
    _ = lang.gettext
    caption = Caption(
        _title(funnel, lang),
        _(
            "Campaign %(name)s, %(first)s to %(last)s. Each bar begins at zero; the "
            "scale is the same for all.",
            name=funnel.campaign,
            first=funnel.first,
            last=funnel.last,
        ),
        _source(funnel, lang),
    )

    def body(canvas: Canvas, top: float) -> float:
        return _draw_stages(canvas, top, funnel, lang)

    return Picture(
        framed(width, caption, body), caption, _alt(funnel, lang), _table(funnel, lang)
    )


def stage_name(stage: Stage, lang: Language) -> str:
    """What a stage counts."""
    _ = lang.gettext
    return {
        "reach": _("People reached"),
        "clicks": _("Clicks of people"),
        "store_visits": _("Visits to the store's page"),
        "installs": _("Installs that name the campaign"),
        "activated": _("Activated users"),
    }[stage]


def _draw_stages(canvas: Canvas, top: float, funnel: Funnel, lang: Language) -> float:
    is_wide = canvas.width >= WIDE
    left = 250 if is_wide else _MARGIN
    number_width = 16 + max(
        text_width(_count_words(stage, lang), 14, strong=True)
        for stage in funnel.stages
    )
    span = canvas.width - left - _MARGIN - number_width
    greatest = max(
        (stage.at_most or stage.count or 0 for stage in funnel.stages), default=0
    )
    for n, stage in enumerate(funnel.stages):
        name = stage_name(stage.stage, lang)
        if is_wide:
            lines = wrap(name, 13, left - 3 * _MARGIN, strong=True)
            for row, words in enumerate(lines):
                canvas.text((_MARGIN, top + 17 + 18 * row), words, strong=True)
        else:
            top = canvas.paragraph((_MARGIN, top), name, canvas.width - 16, strong=True)
            top += 2
        _draw_bar(canvas, (left, top), span, stage, greatest, lang)
        top = _draw_notes(canvas, (left, top + _BAR + 3), funnel.stages[: n + 1], lang)
        top += 12
    return top - 12


def _draw_bar(
    canvas: Canvas,
    at: tuple[float, float],
    span: float,
    stage: FunnelStage,
    greatest: int,
    lang: Language,
) -> None:
    left, top = at
    baseline = top + 18
    if stage.count is None:
        canvas.hatched_box((left, top), span, _BAR)
        canvas.text((left + span + 8, baseline), lang.gettext("not known"), strong=True)
        return
    length = span * stage.count / greatest if greatest else 0.0
    end = length
    if stage.at_most is not None and stage.at_most > stage.count:
        end = span * stage.at_most / greatest
        canvas.hatched_box((left + length, top), end - length, _BAR)
    canvas.rectangle(
        at,
        max(length, 1.5),
        _BAR,
        fill=palette.PAPER if stage.estimated else palette.FIRST,
        edge=palette.FIRST,
        line=1.5 if stage.estimated else 0.5,
        role=f"{SERIES}count",
    )
    canvas.text(
        (left + end + 8, baseline), _count_words(stage, lang), size=14, strong=True
    )


def _draw_notes(
    canvas: Canvas,
    at: tuple[float, float],
    stages: Sequence[FunnelStage],
    lang: Language,
) -> float:
    """What stands under a bar: its share of the stage before, and its note."""
    left, top = at
    words = " ".join(filter(None, (_share(stages, lang), stages[-1].note)))
    if not words:
        return top
    width = canvas.width - left - _MARGIN
    return canvas.paragraph(
        (left, top), words, width, size=SMALLEST, colour=palette.INK2
    )


def _share(stages: Sequence[FunnelStage], lang: Language) -> str:
    """The last stage beside the one before it, where both were counted."""
    if len(stages) < 2:
        return ""
    before, own = stages[-2:]
    if _share_of_before(before, own) is None:
        return ""
    return lang.gettext(
        "%(share)s of the %(n)s before.",
        share=lang.percent(own.count or 0, before.count or 0),
        n=lang.number(before.count or 0),
    )


def _share_of_before(before: FunnelStage, own: FunnelStage) -> float | None:
    """The share of a stage that came to the next; None where it cannot be told: one of
    them is not counted, or some of the next may have come another way."""
    if before.count is None or own.count is None or before.estimated:
        return None
    if own.at_most is not None and own.at_most > own.count:
        return None
    if before.count < SMALLEST_BASE or own.count > before.count:
        return None
    return own.count / before.count


def _title(funnel: Funnel, lang: Language) -> str:
    """The greatest loss between two stages that follow each other and are counted."""
    _ = lang.gettext
    known_shares = [
        (share, before, own)
        for before, own in pairwise(funnel.stages)
        if (share := _share_of_before(before, own)) is not None
    ]
    unknown = sum(stage.count is None for stage in funnel.stages)
    if not known_shares:
        return lang.ngettext(
            "How people came to the app: %(n)s step is not known",
            "How people came to the app: %(n)s steps are not known",
            unknown,
        )
    _least, before, own = min(known_shares, key=lambda entry: entry[0])
    return _(
        "Most are lost here: %(first)s %(before)s, %(second)s %(own)s",
        before=lang.number(before.count or 0),
        first=stage_name(before.stage, lang),
        own=lang.number(own.count or 0),
        second=stage_name(own.stage, lang),
    )


def _source(funnel: Funnel, lang: Language) -> str:
    _ = lang.gettext
    source = _(
        "Source: the city's own links, what the app stores report, and the plan."
    )
    missing = [
        stage_name(stage.stage, lang) for stage in funnel.stages if stage.count is None
    ]
    if not missing:
        return source
    return f"{source} " + _(
        "Hatched is not known: %(steps)s.", steps=", ".join(missing)
    )


def _count_words(stage: FunnelStage, lang: Language) -> str:
    _ = lang.gettext
    if stage.count is None:
        return _("not known")
    words = lang.number(stage.count)
    if stage.estimated:
        return _("about %(n)s", n=words)
    if stage.at_most is not None and stage.at_most > stage.count:
        return _("%(low)s to %(high)s", low=words, high=lang.number(stage.at_most))
    return words


def _alt(funnel: Funnel, lang: Language) -> str:
    steps = (
        f"{stage_name(stage.stage, lang)}: {_count_words(stage, lang)}"
        for stage in funnel.stages
    )
    return "; ".join(steps) + "."


def _table(funnel: Funnel, lang: Language) -> Table:
    _ = lang.gettext
    rows: list[tuple[Cell, ...]] = [
        (
            (stage_name(stage.stage, lang),),
            (_count_words(stage, lang),),
            (stage.note or "–",),
        )
        for stage in funnel.stages
    ]
    heads = (_("Step"), _("How many"), _("Remark"))
    return Table(funnel.campaign, heads, rows)
