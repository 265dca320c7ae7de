"""Names, sentences and explanations that the weekly report uses, in one language."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from socialcell.i18n import Language
from socialcell.language import lexicon
from socialcell.language.classifiers.danger_kinds import danger_kinds
from socialcell.platforms import PLATFORMS
from socialcell.reports.compared_figures import Figure
from socialcell.reports.page import Cell

AnyFigure = TypeVar("AnyFigure", bound=Figure)

UNKNOWN = "–"
# A percentage of fewer says more about chance than about the city.
SMALLEST_BASE = 20


class Phrases:
    """The phrases of the report in `lang`."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def label(self, vocabulary: str, id_: str) -> str:
        """The label of an id of a vocabulary; an id we do not know stays as it is."""
        labels = lexicon.vocabulary(vocabulary).get(id_)
        return labels[self.lang.code] if labels else id_

    def danger(self, topic: str) -> str:
        """The label of a danger's topic: what the fire brigade rescues people from,
        a lift or a well, is read as of its topic, and need not burn."""
        if topic == "fire":
            return self.lang.gettext("Fire or rescue")
        return self.label("topic", topic)

    def danger_kind(self, id_: str) -> str:
        """The label of a kind of danger; its id where an earlier version had it."""
        kind = danger_kinds().get(id_)
        return id_ if kind is None else kind.label[self.lang.code]

    def name(self, names: Mapping[str, str] | None, id_: str) -> str:
        return names[self.lang.code] if names else id_

    def platform(self, id_: str) -> str:
        if id_ == "news":
            return self.lang.gettext("News sites")
        if id_ == "file":
            return self.lang.gettext("Files")
        platform = PLATFORMS.get(id_)
        return platform.name if platform else id_

    def outcome(self, name: str) -> str:
        """An outcome in words; one that we do not know stays as it is."""
        _ = self.lang.gettext
        return {
            "activated_users": _("Activated users of the app"),
            "downloads": _("Downloads of the app"),
            "registrations": _("Registrations"),
            "forms_filed": _("Forms filed"),
            "suggestions": _("Suggestions"),
            "payments": _("Payments"),
        }.get(name, name)

    def joined(self, names: Iterable[str]) -> str:
        return ", ".join(names)

    def count_cell(self, figure: Figure) -> Cell:
        count = figure["n"]
        return (
            self.lang.gettext("no data") if count is None else self.lang.number(count),
        )

    def coverage_cell(self, figure: Figure) -> Cell:
        return (
            self.part_of_whole(
                figure["coverage"]["covered"], figure["coverage"]["due"]
            ),
        )

    def part_of_whole(self, part: int, whole: int) -> str:
        return self.lang.gettext(
            "%(part)s of %(whole)s",
            part=self.lang.number(part),
            whole=self.lang.number(whole),
        )

    def comparison_cell(self, figure: Figure) -> Cell:
        """The comparison: 120 → 142, and +18% where a percentage means something."""
        comparison = figure["same_hours"]
        if comparison is None:
            return (UNKNOWN,)
        number = self.lang.number
        line = f"{number(comparison['before'])} → {number(comparison['now'])}"
        change = self.change_percent(figure)
        return (line, change) if change else (line,)

    def change_percent(self, figure: Figure) -> str | None:
        comparison = figure["same_hours"]
        if (
            comparison is None
            or comparison["before"] < SMALLEST_BASE
            or 2 * comparison["hours"] < figure["coverage"]["due"]
        ):
            return None
        return self.lang.change(comparison["before"], comparison["now"])

    def cause(self, id_: str) -> str:
        """Why hours are missing, as the second half of "not collected because …"."""
        _ = self.lang.gettext
        return {
            "auth": _("the platform no longer accepted our access key"),
            "access": _("our access key does not have the permission needed"),
            "config": _("the source is set up wrongly"),
            "rate": _("the platform asked us to wait"),
            "quota": _("the allowance for the month was spent"),
            "transient": _("the platform could not be reached"),
            "cursor": _("the platform no longer knew how far we had collected"),
            "gone": _("the page or feed no longer exists"),
            "drift": _("the platform's answers had changed and could not be read"),
            "interrupted": _("the collection was interrupted"),
            "running": _("the collection was still running"),
            "lost": _("the platform no longer gives posts of that time"),
            "before": _("collection had not begun"),
            "unfinished": _("collection was not finished"),
            "not_run": _("no collection ran"),
        }.get(id_, _("the collection failed"))

    def glossary(self) -> list[tuple[str, str]]:
        _ = self.lang.gettext
        return [
            (
                _("Mention"),
                _(
                    "One public post, comment or article about the city, or one "
                    "message to the city, that was collected. Reposts count too. "
                    "Mentions are not people: one person may write many."
                ),
            ),
            (_("Repost"), _("A mention that only passes on another post.")),
            (
                _("Hour covered"),
                _(
                    "An hour in which every source that we watch on a platform was "
                    "collected without gaps. A week has 168 hours."
                ),
            ),
            (
                _("Platform-hour"),
                _(
                    "One hour on one platform. Two platforms watched for a week make "
                    "336 platform-hours."
                ),
            ),
            (
                _("Same hours"),
                _(
                    "The count of the week before and of this week, only over hours "
                    "that both weeks covered. A percentage is given when the week "
                    "before had at least 20 and at least half of the hours can be "
                    "compared."
                ),
            ),
            (
                _("No data, –"),
                _("Not collected, or not comparable. It does not mean zero."),
            ),
            (
                _("Answer expected"),
                _(
                    "Mentions classified as a complaint, question, suggestion or "
                    "request for help."
                ),
            ),
            (
                _("Urgent"),
                _(
                    "Mentions classified as critical (life or limb) or high (many "
                    "people, or days without a service)."
                ),
            ),
            (
                _("Sentiment"),
                _(
                    "Whether the words are negative, neutral or positive. It says "
                    "nothing about the person."
                ),
            ),
            (
                _("Unsure"),
                _("Mentions for which the program itself could not decide well."),
            ),
            (
                _("Corrected share"),
                _(
                    "The share once the program's known mistakes are corrected, and "
                    "in brackets its 95%% interval."
                ),
            ),
            (
                _("Topic"),
                _("What a mention is about. It may have several topics, or none."),
            ),
            (
                _("Ward office"),
                _(
                    "The ward office in which a place named in the mention lay on that "
                    "day. The place is read from the words, not from the phone."
                ),
            ),
            (
                _("Engagement gained"),
                _(
                    "By how much a count, such as shares, grew during the week on "
                    "posts that we could look at again."
                ),
            ),
            (
                _("Romanised"),
                _("Marathi or Hindi written in Latin letters."),
            ),
        ]

    def and_more(self, n: int, command: str) -> str:
        """What ends a list that is cut: how many more there are, and where."""
        return self.lang.gettext(
            "and %(n)s more (%(command)s)",
            n=self.lang.number(n),
            command=f"socialcell {command}",
        )


def first_with_counts(figures: Iterable[AnyFigure], limit: int) -> list[AnyFigure]:
    """The first items that have something to show, in this week or the week before."""
    shown = [
        figure
        for figure in figures
        if figure["n"] or ((same := figure["same_hours"]) and same["before"])
    ]
    return shown[:limit]
