"""How right the reader is, by language, and the week's shares corrected for it.

Measured by what people of the cell decided about mentions where there are MIN_DECISIONS
of a task, else by the posts that test the reader as it ships. docs/methods.md says how.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal, TypeAlias

from sqlmodel import Session

from socialcell.i18n import Language
from socialcell.language import label_shares, lexicon
from socialcell.language.analysis import ASKING
from socialcell.language.label_shares import Counts, Share, Uncorrectable
from socialcell.listening.store.mentions import reading_counts
from socialcell.listening.store.mentions.mention_counts import TimeSpan
from socialcell.listening.store.mentions.reading_counts import LabelCounts
from socialcell.reports.week_numbers import CorrectedShare, ReaderNumbers, TaskAgreement

MIN_DECISIONS = 300
"""Decisions of a task from which the cell's own decisions measure the reader."""
TASKS = ("intent", "topic", "sentiment", "urgency")
URGENT = frozenset({"critical", "high"})
GROUPS: Mapping[str, Mapping[str, Collection[str]]] = {
    "intent": {"asking": ASKING},
    "urgency": {"urgent": URGENT},
}
"""Groups of a task's labels whose shares are asked for."""
Task: TypeAlias = Literal["intent", "topic", "sentiment", "urgency"]
UNLIKE = frozenset({"sentiment", "urgency"})
"""Tasks whose shipped test posts are unlike the city's: corrected by them, a share is
further from the truth (docs/methods.md)."""
_YES, _NO = "yes", "no"


def count_reader(session: Session, week: TimeSpan) -> ReaderNumbers | None:
    """None where nobody measured the model that read most of the week's mentions."""
    name = reading_counts.usual_reader(session, week)
    measured = _measured_tasks(session, name)
    if name is None or not measured:
        return None
    return {
        "name": name,
        "agreement": [
            _agreement(task, source, counts)
            for task, (source, counts) in measured.items()
        ],
        "shares": [
            _as_read(share) if source == "tests" and task in UNLIKE else share
            for task, (source, counts) in measured.items()
            for share in _task_shares(session, week, task, counts)
        ],
    }


def count_agreement(session: Session, name: str) -> dict[str, TaskAgreement]:
    """How often the model of that name reads each task right; of those alone that were
    measured. One statement."""
    return {
        task: _agreement(task, source, counts)
        for task, (source, counts) in _measured_tasks(session, name).items()
    }


def _measured_tasks(
    session: Session, name: str | None
) -> dict[str, tuple[str, Counts]]:
    """Task → how it was measured, and the counts."""
    tests = label_shares.measured_readers().get(name or "", {})
    own = reading_counts.decisions_by_kind(session, TASKS)
    measured: dict[str, tuple[str, Counts]] = {}
    for task in TASKS:
        if own[task].total() >= MIN_DECISIONS:
            measured[task] = ("own", own[task])
        elif task in tests:
            measured[task] = ("tests", tests[task])
    return measured


def _as_read(share: CorrectedShare) -> CorrectedShare:
    return {**share, "share": None, "low": None, "high": None, "why": "unlike"}


def share_of(
    numbers: ReaderNumbers | None, task: str, id_: str
) -> CorrectedShare | None:
    """A share of the week: ("asking", "asking"), ("urgent", "urgent"), ("intent",
    "complaint"), ("sentiment", "negative"), ("topic", "water"), ("urgency", "high")."""
    if numbers is None:
        return None
    shares = (s for s in numbers["shares"] if (s["task"], s["id"]) == (task, id_))
    return next(shares, None)


def share_text(lang: Language, share: CorrectedShare | None) -> str | None:
    """A corrected share as "46% (42 to 51)", or as it was read, with the reason why it
    is not corrected; None without a share."""
    if share is None or not share["of"]:
        return None
    _ = lang.gettext
    best, low, high = share["share"], share["low"], share["high"]
    if best is None or low is None or high is None:
        read = lang.percent(share["n"], share["of"])
        return {
            "few": _("%(share)s as read; too few test posts to correct it", share=read),
            "singular": _(
                "%(share)s as read; it is confused too often to be corrected",
                share=read,
            ),
            "unlike": _(
                "%(share)s as read; corrected once the cell has decided 300", share=read
            ),
        }[share["why"]]
    return _(
        "%(share)s (%(low)s to %(high)s)",
        share=lang.percent(round(100 * best), 100),
        low=lang.number(round(100 * low)),
        high=lang.number(round(100 * high)),
    )


def agreement_sentence(
    lang: Language, numbers: ReaderNumbers | None, task: Task
) -> str | None:
    """How many of ten posts are read right, and by what that is measured; None where
    nobody measured it."""
    agreement = agreement_of(numbers, task)
    if agreement is None:
        return None
    sentence = _tenths_sentence(lang, task, agreement)
    return f"{sentence} {_source_sentence(lang, agreement)}"


def agreement_of(numbers: ReaderNumbers | None, task: str) -> TaskAgreement | None:
    """How often a task is read right; None where nobody measured it."""
    if numbers is None:
        return None
    return next((a for a in numbers["agreement"] if a["task"] == task), None)


def agreement_by_language(lang: Language, agreement: TaskAgreement) -> str:
    """Marathi 50 of 59, Hindi 49 of 60, …: read right, of posts measured."""
    labels = lexicon.vocabulary("language")
    return ", ".join(
        lang.gettext(
            "%(language)s %(right)s of %(n)s",
            language=labels[language["id"]][lang.code]
            if language["id"] in labels
            else language["id"],
            right=lang.number(language["right"]),
            n=lang.number(language["n"]),
        )
        for language in agreement["languages"]
    )


def _tenths_sentence(lang: Language, task: Task, agreement: TaskAgreement) -> str:
    _ = lang.gettext
    n = lang.number(round(10 * agreement["right"] / agreement["n"]))
    return {
        "intent": _(
            "The intent is classified correctly in about %(n)s of 10 posts.", n=n
        ),
        "topic": _(
            "The topic is classified correctly in about %(n)s of 10 posts.", n=n
        ),
        "sentiment": _(
            "Sentiment is classified correctly in about %(n)s of 10 posts.", n=n
        ),
        "urgency": _(
            "Urgency is classified correctly in about %(n)s of 10 posts.", n=n
        ),
    }[task]


def _source_sentence(lang: Language, agreement: TaskAgreement) -> str:
    _ = lang.gettext
    n = lang.number(agreement["n"])
    if agreement["source"] == "own":
        return _("Measured by %(n)s decisions of the cell.", n=n)
    return _("Measured on %(n)s test posts; the city's may differ.", n=n)


def _agreement(task: str, source: str, counts: Counts) -> TaskAgreement:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for (language, true, read), n in counts.items():
        total[language] += n
        right[language] += n * (true == read)
    return {
        "task": task,
        "source": source,
        "right": right.total(),
        "n": total.total(),
        "languages": [
            {"id": language, "right": right[language], "n": n}
            for language, n in sorted(total.items())
        ],
    }


def _task_shares(
    session: Session, week: TimeSpan, task: str, counts: Counts
) -> list[CorrectedShare]:
    if task == "topic":
        return _topic_shares(session, week, counts)
    read = reading_counts.read_labels(session, week, task)
    decided = reading_counts.decided_labels(session, week, task)
    labels = sorted(lexicon.vocabulary(task))
    groups = GROUPS.get(task, {})
    shares = _shares(task, counts, read, decided, labels, groups)
    return [
        _share_by_itself(share, counts, read, decided, groups[share["id"]])
        if share.get("why") and share["id"] in groups
        else share
        for share in shares
    ]


def _share_by_itself(
    share: CorrectedShare,
    counts: Counts,
    read: LabelCounts,
    decided: LabelCounts,
    group: Collection[str],
) -> CorrectedShare:
    """A group's share from two labels only, in it or not: some of its labels are too
    rare to be corrected one by one."""

    def side(label: str) -> str:
        return _YES if label in group else _NO

    grouped = label_shares.regrouped(counts, side)
    labels = (_regrouped(by_language, side) for by_language in (read, decided))
    (by_itself,) = _binary_share(share["task"], share["id"], grouped, *labels)
    return by_itself


def _regrouped(labels: LabelCounts, side: Callable[[str], str]) -> LabelCounts:
    grouped: LabelCounts = {}
    for language, counts in labels.items():
        grouped[language] = Counter()
        for label, n in counts.items():
            grouped[language][side(label)] += n
    return grouped


def _binary_share(
    task: str, id_: str, counts: Counts, read: LabelCounts, decided: LabelCounts
) -> list[CorrectedShare]:
    shares = _shares(task, counts, read, decided, (_YES, _NO), {})
    return [{**share, "id": id_} for share in shares if share["id"] == _YES]


def _topic_shares(
    session: Session, week: TimeSpan, counts: Counts
) -> list[CorrectedShare]:
    """Each topic by itself, has it or not: a mention may have several."""
    sides = []
    for is_decided in (False, True):
        topics = reading_counts.topics(session, week, decided=is_decided)
        sides.append(
            (topics, reading_counts.languages(session, week, decided=is_decided))
        )
    ids = sorted({id_ for topics, _n in sides for by in topics.values() for id_ in by})
    shares = []
    for id_ in ids:
        read, decided = (
            {
                language: Counter(
                    {_YES: topics[language][id_], _NO: n - topics[language][id_]}
                )
                for language, n in totals.items()
            }
            for topics, totals in sides
        )
        grouped = label_shares.regrouped(counts, _has_topic(id_))
        shares += _binary_share("topic", id_, grouped, read, decided)
    return shares


def _has_topic(id_: str) -> Callable[[str], str]:
    return lambda label: _YES if id_ in label.split("|") else _NO


def _shares(
    task: str,
    counts: Counts,
    read: LabelCounts,
    decided: LabelCounts,
    labels: Sequence[str],
    groups: Mapping[str, Collection[str]],
) -> list[CorrectedShare]:
    """Shares of all mentions: what people decided is right as it stands."""
    sums = [_label_sums(side, groups) for side in (read, decided)]
    totals = [sum(side[label] for label in labels) for side in sums]
    if not sum(totals):
        return []
    names = (*labels, *groups)
    corrected = (
        label_shares.corrected_shares(counts, read, labels, groups)
        if totals[0]
        else dict.fromkeys(names, Share(0.0, 0.0, 0.0))
    )
    return [
        _share_numbers(_task_of(task, name, groups), name, corrected, sums, totals)
        for name in names
    ]


def _task_of(task: str, name: str, groups: Mapping[str, Collection[str]]) -> str:
    """A group is a task of its own."""
    return name if name in groups else task


def _share_numbers(
    task: str,
    label: str,
    corrected: Mapping[str, Share] | Uncorrectable,
    sums: Sequence[Counter[str]],
    totals: Sequence[int],
) -> CorrectedShare:
    read, decided = sums
    of = sum(totals)
    numbers: CorrectedShare = {
        "task": task,
        "id": label,
        "n": read[label] + decided[label],
        "of": of,
        "share": None,
        "low": None,
        "high": None,
    }
    if isinstance(corrected, Uncorrectable):
        return {**numbers, "why": corrected.why}
    share = corrected[label]
    best, low, high = (
        round((bound * totals[0] + decided[label]) / of, 4)
        for bound in (share.share, share.low, share.high)
    )
    return {**numbers, "share": best, "low": low, "high": high}


def _label_sums(
    labels: LabelCounts, groups: Mapping[str, Collection[str]]
) -> Counter[str]:
    """Mentions of each label and of each group."""
    sums: Counter[str] = Counter()
    for counts in labels.values():
        sums.update(counts)
    for name, group in groups.items():
        sums[name] = sum(sums[label] for label in group)
    return sums
