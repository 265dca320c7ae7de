"""Messages on rules that allow no calendar: what to change, and by how much."""

from collections.abc import Callable, Mapping, Sequence

from socialcell.campaigns.planning.calendar import find_relaxations
from socialcell.campaigns.planning.calendar_problem import CalendarProblem, CalendarRule
from socialcell.errors import SocialcellError

_MAX_NAMED = 5  # creators named in a message; the rest are counted
_CAP = "{name} under planning in config.yaml: {more} instead of {now}"


def conflict_error(
    problem: CalendarProblem, missing_rates: Mapping[str, Sequence[str]]
) -> SocialcellError:
    """The message for a person: rates that are missing (creator → formats), since no
    rule need give way for them; then the fewest rules to change, and other ways."""
    missing_sentence = missing_rates_sentence(missing_rates)
    relaxations = find_relaxations(problem)
    if not relaxations:
        return SocialcellError(
            f"{missing_sentence}No calendar keeps all rules, and no few rules were "
            "found that stand against one. Ask for less: fewer assets, a longer "
            "time, a larger budget."
        )
    ways = [
        " and ".join(sentence(problem, rule, by) for rule, by in way.by)
        for way in relaxations
    ]
    first, *rest = ways
    message = (
        f"{missing_sentence}No calendar keeps all rules. The least to change: {first}."
    )
    return SocialcellError(message + "".join(f" Or: {way}." for way in rest))


def missing_rates_sentence(missing_rates: Mapping[str, Sequence[str]]) -> str:
    """A sentence on rates that are missing, and a space; "" where none is."""
    if not missing_rates:
        return ""
    creators = sorted(missing_rates)
    named = [
        f"{key} ({', '.join(missing_rates[key])})" for key in creators[:_MAX_NAMED]
    ]
    more = (
        f" and {len(creators) - _MAX_NAMED} more" if len(creators) > _MAX_NAMED else ""
    )
    first = creators[0]
    return (
        f"No rate is known for {', '.join(named)}{more}: they cannot be asked for "
        f"these formats. Enter what is missing first: socialcell influencers set "
        f"{first} --rate {missing_rates[first][0]}=RUPEES --rate-source SOURCE. "
    )


def sentence(problem: CalendarProblem, rule: CalendarRule, by: int) -> str:
    """What to change about one rule, which is passed `by` so much."""
    if hasattr(problem.caps, rule.kind) and rule.kind != "apart":
        now = getattr(problem.caps, rule.kind)
        return _CAP.format(name=rule.kind, more=now + by, now=now)
    return _WORDS[rule.kind](rule.about, by)


_WORDS: dict[str, Callable[[str, int], str]] = {
    "apart": lambda _, by: (
        "apart under planning in config.yaml: let tags of a creator follow each other "
        "sooner"
    ),
    "asset_least": lambda about, by: f"least of the asset {about}: {by} fewer",
    "asset_most": lambda about, by: f"most of the asset {about}: {by} more",
    "window": lambda about, by: (
        f"the days {about.replace('/', ' to ')} of an asset: {by} tags find no day "
        "within them"
    ),
    "language": lambda about, _: f"the least share of {about} under languages",
    "ward": lambda about, by: (
        f"ward_least in {about}: {by} fewer there, or find creators of that ward"
    ),
    "budget": lambda _, by: f"budget: {by / 1_000_000:,.2f} rupees more",
    "festival": lambda about, by: (
        f"the special day {about}: {by} tags on it; open it with open_on"
    ),
    "blackout": lambda about, by: f"the blackout on {about}: {by} tags on it",
    "election": lambda about, _: (
        f"the election {about.replace('/', ' to ')}, which nobody may set aside: "
        "choose other days"
    ),
    "cool_off": lambda about, _: (
        f"the refusal of {about}, which still stands: ask somebody else"
    ),
    "draw": lambda about, by: f"the draw ({about}): {by} tags where it allows none",
}
