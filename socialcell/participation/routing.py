"""Which statement to show next: a lottery weighted by what a vote would teach."""

META_PRIORITY = 49.0


def priority(
    agrees: float,
    passes: float,
    votes: float,
    extremity: float,
    *,
    meta: bool = False,
) -> float:
    """The lottery weight of a statement.

    `votes` counts passes too. Agreed, seldom passed, far out and little seen weigh
    more; a statement about the participants themselves ("meta") always weighs 49.
    After the routing of Polis.
    """
    if meta:
        return META_PRIORITY
    agreed = (agrees + 1) / (votes + 2)
    passed = (passes + 1) / (votes + 2)
    importance = (1 - passed) * (extremity + 1) * agreed
    return float((importance * (1 + 8 * 2 ** (-votes / 5))) ** 2)
