"""What a query in a platform's own words asks for: X, Bluesky, YouTube, Reddit.

The platforms' operators differ; what they share is enough to see whom and what a query
follows: words, "phrases", #tags, `operator:value`, parentheses, and what is left out by
`-` or NOT.
"""

import re
from collections.abc import Iterator, Sequence

from socialcell.listening.query.query_language import And, FieldTerm, Node, Or, TextTerm
from socialcell.text import clean_text, index_form

# Operators whose value is somebody.
_PEOPLE = frozenset(
    [
        "from",
        "to",
        "author",
        "by",
        "did",
        "user",
        "username",
        "mention",
        "mentions",
        "retweets_of",
        "reply_to",
        "in_reply_to",
        "liked_by",
        "owner",
        "channel",
    ]
)
# Operators whose value is searched for like words.
_TEXTS = frozenset(
    [
        "bio",
        "bio_name",
        "context",
        "description",
        "entity",
        "flair",
        "hashtag",
        "intitle",
        "profile",
        "selftext",
        "subreddit",
        "tag",
        "title",
        "url",
    ]
)
_TOKEN = re.compile(
    r"(?P<minus>-(?=\S))"
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<operator>[A-Za-z_]+):(?P<value>\"[^\"]*\"|\([^()]*\)|[^\s()\"]+)"
    r"|\"(?P<phrase>[^\"]*)\"?"
    r"|(?P<word>[^\s()\"|,]+)"
    r"|[|,]"
)
_OPERATOR = re.compile(r"[-(\"]*(?P<operator>[A-Za-z_]+):(?P<value>.+)")
# What a query leaves out may be named, also with its @.
_LEFT_OUT = re.compile(r"(?<!\S)-(?:\"[^\"]*\"|[^\s()]+)")


def read_query(query: str) -> Node:
    """What a query asks for as a tree: words, and people as the field `from`.

    A list of accounts counts as somebody. Operators that only narrow are passed over.
    What cannot be read as it should is read as if all of it were asked for.
    """
    levels: list[_Level] = [_Level()]
    for hit in _TOKEN.finditer(clean_text(query)):
        level = levels[-1]
        if hit["minus"] or hit["word"] == "NOT":
            level.is_left_out = True
        elif hit["word"] == "OR" or hit[0] == "|":
            level.begin_alternative()
        elif hit["open"]:
            levels.append(_Level())
        elif hit["close"]:
            if len(levels) > 1:
                levels.pop()
                levels[-1].add([level.tree()])
        else:
            level.add(_parts(hit))
    while len(levels) > 1:
        closed = levels.pop()
        levels[-1].add([closed.tree()])
    return levels[0].tree()


def account_in(written: str) -> str | None:
    """Whom a word asks for that is an operator of people in any spelling: FROM:asha."""
    hit = _OPERATOR.match(written)
    if hit is None or hit["operator"].lower() not in _PEOPLE:
        return None
    return hit["value"]


class _Level:
    """What stands between two parentheses: alternatives of parts."""

    def __init__(self) -> None:
        self.alternatives: list[list[Node]] = [[]]
        self.is_left_out = False

    def begin_alternative(self) -> None:
        self.alternatives.append([])

    def add(self, parts: Sequence[Node]) -> None:
        if not self.is_left_out:
            self.alternatives[-1] += parts
        self.is_left_out = False

    def tree(self) -> Node:
        return Or(tuple(And(tuple(parts)) for parts in self.alternatives if parts))


def without_left_out(query: str) -> str:
    """A query without the single words and operators that it leaves out."""
    return _LEFT_OUT.sub("", query)


def _parts(hit: re.Match[str]) -> list[Node]:
    """The words and people that one token asks for."""
    return [*_terms(hit)]


def _terms(hit: re.Match[str]) -> Iterator[TextTerm | FieldTerm]:
    operator, operand = (hit["operator"] or "").lower(), hit["value"] or ""
    operand = operand.strip('"()')
    if operator in ("http", "https"):
        return
    if operator in _PEOPLE:
        for who in re.split(r"[\s,]+", operand):
            if who not in ("OR", ""):
                yield FieldTerm("from", who, hit.start() + 1)
    elif operator == "list":
        yield FieldTerm("from", f"list {operand}", hit.start() + 1)
    elif operator in _TEXTS:
        yield from _words(operand)
    elif hit["phrase"]:
        yield TextTerm(index_form(hit["phrase"]), written=hit["phrase"])
    elif hit["word"] and hit["word"] not in ("OR", "AND"):
        yield from _words(hit["word"])


def _words(text: str) -> Iterator[TextTerm]:
    for written in text.split():
        yield TextTerm(index_form(written), written.endswith("*"), written)
