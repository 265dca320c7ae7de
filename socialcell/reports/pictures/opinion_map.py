"""A conversation as a map: people as points, groups as outlines, and a page of it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from socialcell import palette
from socialcell.i18n import Language, language
from socialcell.participation.opinion import (
    FEWEST_MEMBERS,
    FEWEST_PLACED,
    LEAST_SILHOUETTE,
    Group,
    OpinionMap,
)
from socialcell.participation.stances import Stance, Tally
from socialcell.reports import render
from socialcell.reports.page import Cell, Table
from socialcell.reports.phrases import SMALLEST_BASE
from socialcell.reports.pictures.canvas import (
    NARROW,
    SERIES,
    WIDE,
    Canvas,
    Point,
    text_width,
)
from socialcell.reports.pictures.picture import Caption, Picture, framed

_MARGIN, _PADDING = 8, 40
_COLOURS = (palette.FIRST, palette.SECOND, palette.INK, palette.EDGE, palette.DANGER)
_MARKERS = ("o", "s", "x", "^", "D")
_LETTERS = {"en": "ABCDE", "mr": "अबकडइ", "hi": "अबकडइ"}
_BLUR = 0.004  # the share of the width by which points of one place are set apart


@dataclass(frozen=True)
class DrawnConversation:
    """A map with the words of its statements by id; a statement without words is shown
    by its id. `title` is the question, if it is known."""

    opinions: OpinionMap
    words: Mapping[str, str]
    title: str | None = None


@dataclass(frozen=True)
class _GroupBox:
    """A group beside the map: what sets it apart."""

    title: str
    subtitle: str
    statements: Sequence[str]


@dataclass(frozen=True)
class _OpinionSheet:
    """The texts of the page."""

    language: str
    title: str
    subtitle: str
    reasons_title: str
    reasons: Sequence[str]
    wide_svg: Markup
    narrow_svg: Markup
    groups_title: str
    groups: Sequence[_GroupBox]
    consensus_title: str
    consensus: Sequence[str]
    table: Table
    footer: Sequence[str]


def html(conversation: DrawnConversation, code: str) -> str:
    """The page of a conversation in a language. UsageError: there is no such language.

    It says above all else why a map may not be published, where it may not.
    """
    lang = language(code)
    _ = lang.gettext
    opinions = conversation.opinions
    # Escaped where it was made: matplotlib and `Picture` write well-formed SVG.
    wide, narrow = (
        Markup(draw(conversation, lang, width).inline_svg())  # noqa: S704
        for width in (WIDE, NARROW)
    )
    sheet = _OpinionSheet(
        language=code,
        title=conversation.title or _("Opinion map of a consultation"),
        subtitle=_(
            "%(people)s people voted on %(statements)s statements.",
            people=lang.number(len(opinions.participants)),
            statements=lang.number(len(opinions.statements)),
        ),
        reasons_title=_("Not to be published"),
        reasons=_reasons(opinions, lang),
        wide_svg=wide,
        narrow_svg=narrow,
        groups_title=_("What sets the groups apart"),
        groups=[
            _group_box(n, group, conversation, lang)
            for n, group in enumerate(opinions.groups)
        ],
        consensus_title=_("What most of each group say"),
        consensus=_consensus(conversation, lang),
        table=_table(conversation, lang),
        footer=[_source(lang)],
    )
    return render.sheet("opinion_map.html", sheet)


def draw(
    conversation: DrawnConversation, lang: Language, width: float = NARROW
) -> Picture:
    """The map alone. People stand near each other who voted alike."""
    caption = Caption(
        _title(conversation, lang), _drawn(conversation, lang), _source(lang)
    )

    def body(canvas: Canvas, top: float) -> float:
        return _draw_map(canvas, top, conversation, lang)

    return Picture(
        framed(width, caption, body),
        caption,
        _alt(conversation, lang),
        _table(conversation, lang),
    )


def _draw_map(
    canvas: Canvas, top: float, conversation: DrawnConversation, lang: Language
) -> float:
    opinions = conversation.opinions
    height = 300.0 if canvas.width < WIDE else 380.0
    points = _places(opinions, canvas.width, top, height)
    for group in opinions.groups:
        outline = _outline([points[name] for name in group.members])
        canvas.polygon(
            outline, fill=palette.GROUND, edge=palette.EDGE, line=1.2, order=1
        )
    grouped = {name for group in opinions.groups for name in group.members}
    rest = [points[name] for name in opinions.placed if name not in grouped]
    if rest:
        canvas.marks(rest, ".", palette.EDGE, f"{SERIES}ungrouped")
    for n, group in enumerate(opinions.groups):
        kind = n % len(_COLOURS)
        canvas.marks(
            [points[name] for name in group.members],
            _MARKERS[kind],
            _COLOURS[kind],
            f"{SERIES}{n}",
        )
    _draw_labels(canvas, opinions, points, lang, (top, top + height))
    return top + height


def _draw_labels(
    canvas: Canvas,
    opinions: OpinionMap,
    points: Mapping[str, Point],
    lang: Language,
    bounds: tuple[float, float],
) -> None:
    """The name of each group beside its outline, where it covers nobody."""
    boxes = [(x - 5, y - 5, x + 5, y + 5) for x, y in points.values()]
    for n, group in enumerate(opinions.groups):
        outline = _outline([points[name] for name in group.members])
        words = _group_name(n, group, lang)
        half = text_width(words, 13, strong=True) / 2 + 6
        x, y = _label_place(outline, half, boxes, canvas.width, bounds)
        box = (x - half, y - 11, x + half, y + 11)
        boxes.append(box)
        canvas.rectangle(
            box[:2], 2 * half, 22, fill=palette.PAPER, edge=palette.INK, order=4.5
        )
        canvas.text((x, y + 5), words, side="center", strong=True)


def _label_place(
    outline: Sequence[Point],
    half: float,
    boxes: Sequence[tuple[float, float, float, float]],
    width: float,
    bounds: tuple[float, float],
) -> Point:
    """The free place nearest to the top or bottom of an outline, on a grid."""
    middle = sum(x for x, _ in outline) / len(outline)
    ends = (min(y for _, y in outline) - 10, max(y for _, y in outline) + 10)
    top, bottom = bounds
    places = [
        (half + _MARGIN + 6.0 * column, top + 12 + 6.0 * row)
        for column in range(int((width - 2 * (half + _MARGIN)) / 6) + 1)
        for row in range(int((bottom - top - 24) / 6) + 1)
    ]
    free = [
        (x, y)
        for x, y in places
        if not _covers((x - half, y - 11, x + half, y + 11), boxes)
    ]
    return min(
        free or places,
        key=lambda place: min(math.dist(place, (middle, end)) for end in ends),
    )


def _covers(
    box: tuple[float, float, float, float],
    boxes: Sequence[tuple[float, float, float, float]],
) -> bool:
    left, top, right, bottom = box
    return any(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
        for other in boxes
    )


def _places(
    opinions: OpinionMap, width: float, top: float, height: float
) -> dict[str, Point]:
    """Where each placed person stands, in pixels; both axes have one scale. Persons of
    one place are set apart in a small spiral, so that each is seen."""
    people = opinions.placed
    if not people:
        return {}
    xs = [opinions.projection[name][0] for name in people]
    ys = [opinions.projection[name][1] for name in people]
    across, down = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(
        (width - 2 * _PADDING) / (across or 1.0),
        (height - 2 * _PADDING) / (down or 1.0),
    )
    left = (width - across * scale) / 2
    above = top + (height - down * scale) / 2
    places: dict[str, Point] = {}
    counts: dict[tuple[int, int], int] = {}
    for name in people:
        x = left + (opinions.projection[name][0] - min(xs)) * scale
        y = above + (max(ys) - opinions.projection[name][1]) * scale
        cell = (round(x), round(y))
        n = counts[cell] = counts.get(cell, -1) + 1
        places[name] = _spiral((x, y), n, width * _BLUR)
    return places


def _spiral(centre: Point, n: int, step: float) -> Point:
    """The n-th place around a point, by the golden angle."""
    radius, angle = step * n**0.5, n * 2.399963
    return (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))


def _outline(points: Sequence[Point], padding: float = 12) -> list[Point]:
    """The convex hull of circles around points (Andrew's monotone chain)."""
    circle = [
        (x + padding * math.cos(k * 0.5236), y + padding * math.sin(k * 0.5236))
        for x, y in points
        for k in range(12)
    ]
    ordered = sorted(set(circle))
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return lower[:-1] + upper[:-1]


def _chain(points: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(first: Point, second: Point, third: Point) -> float:
    return (second[0] - first[0]) * (third[1] - first[1]) - (second[1] - first[1]) * (
        third[0] - first[0]
    )


# Words ------------------------------------------------------------------------------


def _group_name(n: int, group: Group, lang: Language) -> str:
    letters = _LETTERS[lang.code]
    return lang.ngettext(
        "Group %(letter)s: %(n)s person",
        "Group %(letter)s: %(n)s people",
        len(group.members),
        letter=letters[n] if n < len(letters) else lang.number(n + 1),
    )


def _title(conversation: DrawnConversation, lang: Language) -> str:
    _ = lang.gettext
    opinions = conversation.opinions
    if len(opinions.groups) < 2:
        return _("There are no groups that think differently")
    shared = len(_shared(opinions, agrees=True)) + len(_shared(opinions, agrees=False))
    groups = lang.ngettext("%(n)s group", "%(n)s groups", len(opinions.groups))
    return lang.ngettext(
        "%(groups)s, who agree on %(n)s statement",
        "%(groups)s, who agree on %(n)s statements",
        shared,
        groups=groups,
    )


def _drawn(conversation: DrawnConversation, lang: Language) -> str:
    opinions = conversation.opinions
    return lang.gettext(
        "One mark a person; who stands near another voted alike. %(placed)s of "
        "%(all)s people are placed, by their votes on %(statements)s statements.",
        placed=lang.number(len(opinions.placed)),
        all=lang.number(len(opinions.participants)),
        statements=lang.number(len(opinions.statements)),
    )


def _source(lang: Language) -> str:
    return lang.gettext(
        "Source: the votes in the file. Who voted little is not placed; nobody is "
        "shown by name. Those who did not vote are not part of it."
    )


def _share(tally: Tally, agrees: bool, lang: Language) -> str:
    part = tally.agrees if agrees else tally.disagrees
    if tally.votes < SMALLEST_BASE:
        return lang.gettext(
            "%(part)s of %(whole)s",
            part=lang.number(round(part)),
            whole=lang.number(round(tally.votes)),
        )
    return lang.percent(round(part), round(tally.votes))


def _words(conversation: DrawnConversation, statement: str) -> str:
    return conversation.words.get(statement, statement)


def _stance_words(
    conversation: DrawnConversation, stance: Stance, lang: Language
) -> str:
    _ = lang.gettext
    values = {
        "words": _words(conversation, stance.statement),
        "share": _share(stance.tally, stance.agrees, lang),
    }
    if stance.agrees:
        return _("Agrees (%(share)s): %(words)s", **values)
    return _("Disagrees (%(share)s): %(words)s", **values)


def _telling(group: Group) -> list[Stance]:
    """What sets a group apart, as its own votes go: the statement that leads it may be
    one of which nothing else is known."""
    return [
        stance
        for stance in group.representative
        if stance.agrees == (stance.tally.agrees > stance.tally.disagrees)
    ]


def _shared(opinions: OpinionMap, *, agrees: bool) -> list[str]:
    """What most people agree or disagree with, in each group as well."""

    def is_shared_by(group: Group, id_: str) -> bool:
        tally = group.tallies[places[id_]]
        return 2 * (tally.agrees if agrees else tally.disagrees) > tally.votes

    places = {statement.id: at for at, statement in enumerate(opinions.statements)}
    return [
        id_
        for id_ in (opinions.agree if agrees else opinions.disagree)
        if all(is_shared_by(group, id_) for group in opinions.groups)
    ]


def _reasons(opinions: OpinionMap, lang: Language) -> list[str]:
    """Why a map may not be published, in a language: `OpinionMap.reasons` in words."""
    if not opinions.reasons:
        return []
    _, number = lang.gettext, lang.number
    reasons = []
    if not opinions.placed:
        reasons.append(_("There are no votes."))
    elif len(opinions.placed) < FEWEST_PLACED:
        reasons.append(
            _(
                "%(n)s people are placed; %(least)s are needed.",
                n=number(len(opinions.placed)),
                least=number(FEWEST_PLACED),
            )
        )
    reasons += [
        _(
            "%(group)s; %(least)s are needed in each group.",
            group=_group_name(n, group, lang),
            least=number(FEWEST_MEMBERS),
        )
        for n, group in enumerate(opinions.groups)
        if len(group.members) < FEWEST_MEMBERS
    ]
    if opinions.people_silhouette is None:
        reasons.append(_("There are not two groups with different opinions."))
    elif opinions.people_silhouette < LEAST_SILHOUETTE:
        reasons.append(
            _(
                "The groups overlap: silhouette %(n)s, %(least)s is needed.",
                n=number(round(opinions.people_silhouette, 2)),
                least=number(LEAST_SILHOUETTE),
            )
        )
    return reasons


def _group_box(
    n: int, group: Group, conversation: DrawnConversation, lang: Language
) -> _GroupBox:
    placed = len(conversation.opinions.placed)
    return _GroupBox(
        title=_group_name(n, group, lang),
        subtitle=lang.gettext(
            "%(share)s of those who are placed",
            share=lang.percent(len(group.members), placed)
            if placed >= SMALLEST_BASE
            else lang.number(len(group.members)),
        ),
        statements=[
            _stance_words(conversation, stance, lang) for stance in _telling(group)
        ]
        or [lang.gettext("No statement sets this group apart.")],
    )


def _consensus(conversation: DrawnConversation, lang: Language) -> list[str]:
    _ = lang.gettext
    opinions = conversation.opinions
    by_id = {statement.id: statement for statement in opinions.statements}
    lines = [
        _(
            "Agree (%(share)s): %(words)s",
            share=_share(by_id[id_].tally, True, lang),
            words=_words(conversation, id_),
        )
        for id_ in _shared(opinions, agrees=True)
    ] + [
        _(
            "Disagree (%(share)s): %(words)s",
            share=_share(by_id[id_].tally, False, lang),
            words=_words(conversation, id_),
        )
        for id_ in _shared(opinions, agrees=False)
    ]
    return lines or [_("There is no statement on which most of each group agree.")]


def _alt(conversation: DrawnConversation, lang: Language) -> str:
    opinions = conversation.opinions
    parts = []
    for n, group in enumerate(opinions.groups):
        name = _group_name(n, group, lang)
        stances = "; ".join(
            _stance_words(conversation, stance, lang) for stance in _telling(group)
        )
        parts.append(f"{name}. {stances}" if stances else name)
    return ". ".join([*parts, *_consensus(conversation, lang)]) + "."


def _table(conversation: DrawnConversation, lang: Language) -> Table:
    _ = lang.gettext
    opinions = conversation.opinions
    letters = [_group_name(n, group, lang) for n, group in enumerate(opinions.groups)]
    rows: list[tuple[Cell, ...]] = []
    for at, statement in enumerate(opinions.statements):
        if statement.moderated:
            continue
        rows.append(
            (
                (_words(conversation, statement.id),),
                (_share(statement.tally, True, lang),),
                *(
                    (_share(group.tallies[at], True, lang),)
                    for group in opinions.groups
                ),
            )
        )
    return Table(
        _("What each group says"),
        (_("Statement"), _("All agree"), *letters),
        rows,
        _("Share of the votes that agree; of fewer than 20 votes, how many."),
    )
