"""What a group thinks that others do not, and what everybody thinks."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from socialcell.participation.votes import Matrix

SIGNIFICANT = 1.2816  # 90 %, one-sided
SHOWN = 5


@dataclass(frozen=True)
class Tally:
    """Votes on one statement by some people; `votes` counts passes as well."""

    agrees: float
    disagrees: float
    votes: float

    @property
    def passes(self) -> float:
        return self.votes - self.agrees - self.disagrees


@dataclass(frozen=True)
class Stance:
    """How one group stands to one statement, against all the other groups.

    For agreement: `pa` the smoothed share, `pat` its test against a half, `ra` the
    share over that of the others, `rat` the test of the difference; `pd` to `rdt` are
    the same for disagreement.
    """

    statement: str
    tally: Tally
    pa: float
    pd: float
    pat: float
    pdt: float
    ra: float
    rd: float
    rat: float
    rdt: float

    @property
    def agrees(self) -> bool:
        return self.rat > self.rdt

    @property
    def share(self) -> float:
        return self.pa if self.agrees else self.pd

    @property
    def z(self) -> float:
        """The two-proportion test in the group's own direction."""
        return self.rat if self.agrees else self.rdt

    @property
    def metric(self) -> float:
        if self.agrees:
            return self.ra * self.rat * self.pa * self.pat
        return self.rd * self.rdt * self.pd * self.pdt

    @property
    def passes(self) -> bool:
        agree = self.rat > SIGNIFICANT and self.pat > SIGNIFICANT
        disagree = self.rdt > SIGNIFICANT and self.pdt > SIGNIFICANT
        return agree or disagree


def one_proportion(successes: float, trials: float) -> float:
    """z of a share against one half, with a vote added for."""
    return 2 * sqrt(trials + 1) * ((successes + 1) / (trials + 1) - 0.5)


def two_proportions(hits: float, others: float, trials: float, rest: float) -> float:
    """z of hits/trials against others/rest, 1 added to all four; 0 where all agree."""
    hits, others, trials, rest = hits + 1, others + 1, trials + 1, rest + 1
    pooled = (hits + others) / (trials + rest)
    if pooled >= 1:
        return 0.0
    spread = sqrt(pooled * (1 - pooled) * (1 / trials + 1 / rest))
    return (hits / trials - others / rest) / spread


def tallies(matrix: Matrix, weights: Matrix | None = None) -> list[Tally]:
    """One tally a statement over the rows of a raw matrix, rows weighted if asked."""
    each = np.ones(len(matrix)) if weights is None else weights
    agrees = each @ (matrix == 1)
    disagrees = each @ (matrix == -1)
    votes = each @ ~np.isnan(matrix)
    return [
        Tally(float(a), float(d), float(n))
        for a, d, n in zip(agrees, disagrees, votes, strict=True)
    ]


def stance(statement: str, own: Tally, rest: Tally) -> Stance:
    """A group's stance from its own tally and the summed tally of all other groups."""
    pa = (own.agrees + 1) / (own.votes + 2)
    pd = (own.disagrees + 1) / (own.votes + 2)
    return Stance(
        statement=statement,
        tally=own,
        pa=pa,
        pd=pd,
        pat=one_proportion(own.agrees, own.votes),
        pdt=one_proportion(own.disagrees, own.votes),
        ra=pa / ((1 + rest.agrees) / (2 + rest.votes)),
        rd=pd / ((1 + rest.disagrees) / (2 + rest.votes)),
        rat=two_proportions(own.agrees, rest.agrees, own.votes, rest.votes),
        rdt=two_proportions(own.disagrees, rest.disagrees, own.votes, rest.votes),
    )


def representative(stances: Sequence[Stance]) -> list[Stance]:
    """At most five statements that tell a group from the others, agreements first.

    `stances` are one group's, moderated-out statements left out. After the selection
    of Polis: those significant on both tests by their metric, led by the statement the
    group most agrees with; when none is significant, that statement or else the one
    that differs most.
    """
    sufficient: list[Stance] = []
    best: Stance | None = None
    best_agree: Stance | None = None
    for stance in stances:
        if stance.passes:
            sufficient.append(stance)
        if not sufficient and (
            best is None or max(stance.rat, stance.rdt) > max(best.rat, best.rdt)
        ):
            best = stance
        if _agrees_better(stance, best_agree):
            best_agree = stance
    if not sufficient:
        only = best_agree or best
        return [only] if only else []
    ranked = sorted(
        (stance for stance in sufficient if stance is not best_agree),
        key=lambda stance: -stance.metric,
    )
    led = [best_agree, *ranked] if best_agree else ranked
    return sorted(led[:SHOWN], key=lambda stance: not stance.agrees)


def consensus(
    statements: Sequence[str], counts: Sequence[Tally]
) -> tuple[list[str], list[str]]:
    """What most agree with and what most disagree with, five of each at most."""
    agree: list[tuple[float, str]] = []
    disagree: list[tuple[float, str]] = []
    for statement, tally in zip(statements, counts, strict=True):
        for scored, successes in ((agree, tally.agrees), (disagree, tally.disagrees)):
            share = (successes + 1) / (tally.votes + 2)
            z = one_proportion(successes, tally.votes)
            if share > 0.5 and z > SIGNIFICANT:
                scored.append((share * z, statement))
    return _strongest(agree), _strongest(disagree)


def group_aware_consensus(counts: Sequence[Tally]) -> float:
    """The product over groups of the smoothed share that agrees with a statement."""
    product = 1.0
    for tally in counts:
        product *= (tally.agrees + 1) / (tally.votes + 2)
    return product


def _agrees_better(stance: Stance, best: Stance | None) -> bool:
    if stance.tally.agrees == 0 and stance.tally.disagrees == 0:
        return False
    if best is None:
        return stance.pat > SIGNIFICANT or (stance.ra > 1 and stance.pa > 0.5)
    if best.ra > 1:
        return stance.ra * stance.rat * stance.pa * stance.pat > (
            best.ra * best.rat * best.pa * best.pat
        )
    return stance.pa * stance.pat > best.pa * best.pat


def _strongest(scores: list[tuple[float, str]]) -> list[str]:
    ranked = sorted(scores, key=lambda pair: -pair[0])
    return [statement for _, statement in ranked[:SHOWN]]
