"""Four weeks at the desk of a sandbox city with problems, measured by its truth.

    python -m benchmarks.bench_cases [--days 28] [--seed 7]

Every request must be in one case. Of the pairs of cases that were joined because they
were suggested: how many are one problem (precision), and how many of the pairs that are
one were joined (recall), where both name the place and where not. Closings: how many
the citizens confirmed, and how many claims were false, beside the truth.
"""

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import combinations
from pathlib import Path

from benchmarks.desk_city import STEP, DeskCity, rows, serving
from benchmarks.desk_view import Claim
from socialcell import db
from socialcell.causal.wilson import wilson_interval
from socialcell.clock import IST
from socialcell.desk.closing_model import ClosureCheck
from socialcell.desk.model import (
    CaseContact,
    CaseMessage,
    CaseSuggestion,
    DeskCase,
)
from socialcell.desk.store import closures
from socialcell.listening.model import Mention
from socialcell.sandbox.platforms import PLATFORMS
from socialcell.sandbox.post import SandboxPost
from socialcell.services.desk.closing import closing_sampling

_CONFIRMED = "closed_confirmed"


@dataclass(frozen=True)
class PairCount:
    """How many of some pairs are as they should be."""

    right: int
    all: int

    @property
    def share(self) -> float:
        """1 where there is no pair: nothing is wrong."""
        return self.right / self.all if self.all else 1.0

    def __str__(self) -> str:
        return f"{self.share:.3f} ({self.right} of {self.all})"


@dataclass(frozen=True)
class ShareEstimate:
    """A share as the desk knows it, its 95 % interval, and what is true."""

    known: int
    total: int
    truth: float

    @property
    def interval(self) -> tuple[float, float]:
        return wilson_interval(self.known, self.total) if self.total else (0.0, 1.0)

    @property
    def holds(self) -> bool:
        """Whether the truth lies in the interval."""
        low, high = self.interval
        return low <= self.truth <= high

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.known} of {self.total} ({low:.3f} to {high:.3f}), "
            f"in truth {self.truth:.3f}"
        )


@dataclass
class DeskMeasure:
    """What the desk made of a city.

    `lost` are requests in no case or in several; `suggested` the pairs by their
    reasons; `joined` what became one case by suggestions; `recall` by whether the place
    is known of both, of one, or of none; `wrong_closings` the confirmed ones whose
    problem was there when they were closed; `weeks` the false ones by the calls.
    """

    requests: int = 0
    lost: list[str] = field(default_factory=list)
    cases: int = 0
    suggested: dict[str, PairCount] = field(default_factory=dict)
    joined: PairCount = PairCount(0, 0)
    wrong_pairs: list[tuple[str, str]] = field(default_factory=list)
    missed_pairs: list[tuple[str, str]] = field(default_factory=list)
    recall: dict[str, PairCount] = field(default_factory=dict)
    mixed_contacts: int = 0
    closings: Counter[str] = field(default_factory=Counter)
    wrong_closings: list[str] = field(default_factory=list)
    false_claims: ShareEstimate = ShareEstimate(0, 0, 0.0)
    confirmed: ShareEstimate = ShareEstimate(0, 0, 0.0)
    weeks: list[ShareEstimate] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def measure(desk: DeskCity) -> DeskMeasure:
    """Compare what stands in the workspace with the truth of its city."""
    measured = DeskMeasure(counts=desk.crew.counts)
    _measure_requests(desk, measured)
    _measure_pairs(desk, measured)
    _measure_closings(desk, measured)
    return measured


def _measure_requests(desk: DeskCity, measured: DeskMeasure) -> None:
    cases = Counter(
        row.mention_id
        for row in rows(desk.context, CaseMessage)
        if row.direction == "in"
    )
    mentions = desk.mentions()
    stored = {id(item) for item in mentions.values()}
    gone = {row.id for row in rows(desk.context, Mention) if row.state != "present"}
    for id_, item in mentions.items():
        if item.is_request and (cases[id_] or id_ not in gone):
            measured.requests += 1
            if cases[id_] != 1:
                measured.lost.append(f"{cases[id_]} cases: {item.post.text}")
    last = desk.clock.now() - STEP
    for item in {id(item): item for item in desk.items().values()}.values():
        post = item.post
        stands = post.ends is None and post.at <= last
        is_due = item.is_request and stands and _is_shown(desk, post)
        if is_due and id(item) not in stored:
            measured.requests += 1
            measured.lost.append(f"not stored: {post.platform} {post.text}")
    measured.cases = len(rows(desk.context, DeskCase))


def _is_shown(desk: DeskCity, post: SandboxPost) -> bool:
    """Whether a source that is watched shows a post."""
    is_served = post.platform in desk.running.platforms
    return is_served and bool(PLATFORMS[post.platform].shows(desk.city, post))


def _measure_pairs(desk: DeskCity, measured: DeskMeasure) -> None:
    contacts = {row.id: row for row in rows(desk.context, CaseContact)}
    numbers = {row.id: row.number for row in rows(desk.context, DeskCase)}
    matters: dict[int, set[str]] = defaultdict(set)  # by the case that it came with
    placed: set[int] = set()
    of_contact: dict[int, set[str]] = defaultdict(set)
    final: dict[int, set[int]] = defaultdict(set)
    mentions = desk.mentions()
    for message in rows(desk.context, CaseMessage):
        item = mentions.get(message.mention_id or 0)
        if message.direction != "in" or item is None:
            continue
        contact = contacts[message.contact_id]
        first = contact.first_case_id
        if item.is_request:
            matters[first].add(item.matter)
            of_contact[contact.id].add(item.matter)
            final[contact.case_id].add(first)
        if item.report is not None and item.report.names_place:
            placed.add(first)
    measured.mixed_contacts = sum(len(each) > 1 for each in of_contact.values())
    by_reason: dict[str, list[bool]] = defaultdict(list)
    for row in rows(desk.context, CaseSuggestion):
        if not (matters[row.case_id] and matters[row.other_id]):
            continue  # one of them was dropped: it asks for nothing
        reason = ", ".join(sorted(row.reasons))
        same = bool(matters[row.case_id] & matters[row.other_id])
        by_reason[reason].append(same)
    measured.suggested = {
        reason: PairCount(sum(each), len(each)) for reason, each in by_reason.items()
    }
    joined = {
        pair for group in final.values() for pair in combinations(sorted(group), 2)
    }
    right = {(a, b) for a, b in joined if matters[a] & matters[b]}
    measured.joined = PairCount(len(right), len(joined))
    measured.wrong_pairs = [(numbers[a], numbers[b]) for a, b in sorted(joined - right)]
    tried: dict[str, list[bool]] = defaultdict(list)
    for pair in combinations(sorted(matters), 2):
        if matters[pair[0]] & matters[pair[1]]:
            known = ("neither", "one", "both")[len(placed.intersection(pair))]
            tried[known].append(pair in joined)
            if known == "both" and pair not in joined:
                measured.missed_pairs.append((numbers[pair[0]], numbers[pair[1]]))
    measured.recall = {
        known: PairCount(sum(each), len(each)) for known, each in tried.items()
    }


def _measure_closings(desk: DeskCity, measured: DeskMeasure) -> None:
    """Confirmed and false closings, and what the answers say of all claims."""
    all_rows = rows(desk.context, DeskCase)
    problems = {claim.number: claim.problem for claim in desk.crew.claims}
    measured.closings = Counter(row.state for row in all_rows)
    for row in all_rows:
        problem = problems.get(row.number)
        if row.state != _CONFIRMED or problem is None:
            continue
        if not problem.is_repaired(row.closed_at or desk.clock.now()):
            measured.wrong_closings.append(row.number)
    claims = [claim for claim in desk.crew.claims if claim.problem is not None]
    answers = _first_answers(desk, claims)
    said_no = sum(answer == "no" for answer in answers)
    false = sum(not claim.is_true for claim in claims) / max(len(claims), 1)
    measured.false_claims = ShareEstimate(said_no, len(answers), false)
    measured.confirmed = ShareEstimate(len(answers) - said_no, len(answers), 1 - false)
    measured.weeks = list(_weeks(desk, {row.id: row.number for row in all_rows}))


def _weeks(desk: DeskCity, numbers: dict[int, str]) -> Iterator[ShareEstimate]:
    """The false closings of each week that was drawn, by its calls; in truth, all that
    were closed over silence and not repaired when the calls were made."""
    problems = {claim.number: claim.problem for claim in desk.crew.claims}
    monday = desk.city.start.astimezone(IST).date()
    monday -= timedelta(days=monday.weekday())
    while monday + timedelta(days=7) < desk.city.end.astimezone(IST).date():
        start = datetime.combine(monday, time(), IST)
        end = start + timedelta(days=7)
        called_at = end + timedelta(hours=9)
        with db.reading(desk.context.engine) as session:
            closed = closures.silent_closings(session, start, end)
        states = [problems.get(numbers[closing.case_id]) for closing in closed]
        false = sum(
            problem is not None and not problem.is_repaired(called_at)
            for problem in states
        )
        known = closing_sampling.false_closures(desk.context, monday)
        if closed and known.known:
            truth = false / len(closed)
            yield ShareEstimate(known.contradicted, known.known, truth)
        monday += timedelta(days=7)


def _first_answers(desk: DeskCity, claims: list[Claim]) -> list[str]:
    """What came first of the contacts of each claim: yes or no; not the silent."""
    cases = {row.number: row.id for row in rows(desk.context, DeskCase)}
    contacts = defaultdict(set)
    for row in rows(desk.context, CaseContact):
        contacts[row.case_id].add(row.id)
    checks = [c for c in rows(desk.context, ClosureCheck) if c.answer in ("yes", "no")]
    answers = []
    for claim in claims:
        own = contacts[cases[claim.number]]
        of_claim = [c for c in checks if c.contact_id in own and c.asked_at == claim.at]
        if of_claim:
            answers.append(min(of_claim, key=_answered_at).answer)
    return answers


def _answered_at(check: ClosureCheck) -> datetime:
    return check.answered_at or check.called_at or check.asked_at


def show(measured: DeskMeasure) -> None:
    """Print the figures for people."""
    print(f"requests {measured.requests}, in one case each but {len(measured.lost)}")
    for line in measured.lost[:10]:
        print(f"  {line}")
    print(f"cases opened: {measured.cases}")
    for reason, pairs in sorted(measured.suggested.items()):
        print(f"suggested by {reason}: right {pairs}")
    print(f"pairs joined by suggestions: precision {measured.joined}")
    for known, pairs in sorted(measured.recall.items()):
        print(f"recall where the place is known of {known}: {pairs}")
    print(f"contacts with several matters in one case: {measured.mixed_contacts}")
    print("states:", dict(measured.closings))
    print(f"confirmed although not repaired: {len(measured.wrong_closings)}")
    print(f"false claims by the answers: {measured.false_claims}")
    print(f"confirmed claims by the answers: {measured.confirmed}")
    for week in measured.weeks:
        print(f"false closings of a week by its calls: {week}")
    for name, count in sorted(measured.counts.items()):
        print(f"crew: {name}: {count}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), seed=asked.seed, days=asked.days) as desk,
    ):
        desk.run()
        show(measure(desk))


if __name__ == "__main__":
    main()
