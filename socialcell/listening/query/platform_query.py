"""What a query in a platform's own words asks for: X, Bluesky, YouTube, Reddit.

The platforms' operators differ; what they share is enough to see whom and what a query
follows: words, "phrases", #tags, `operator:value`, parentheses, and what is left out by
`-` or NOT.
"""

import re
from collections.abc import Iterator

from socialcell.listening.query.query_language import FieldTerm, TextTerm
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
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|_")


def searched_parts(query: str) -> list[TextTerm | FieldTerm]:
    """The words and people (`from`) that a query asks for, not what it leaves out.

    A list of accounts counts as somebody. Operators that only narrow are passed over.
    """
    parts: list[TextTerm | FieldTerm] = []
    left_out, levels = False, [False]
    for hit in _TOKEN.finditer(clean_text(query)):
        if hit["minus"] or hit["word"] == "NOT":
            left_out = True
            continue
        if hit["close"]:
            levels = levels[:-1] or [False]
            continue
        inside = levels[-1] or left_out
        left_out = False
        if hit["open"]:
            levels.append(inside)
        elif not inside:
            parts += _parts(hit)
    return parts


def words_of(text: str) -> Iterator[TextTerm]:
    """The words of a text, a tag or a name such as PuneRains apart as well."""
    for written in text.split():
        prefix = written.endswith("*")
        for spelling in dict.fromkeys((written, _HUMP.sub(" ", written))):
            form = index_form(spelling)
            if form:
                yield TextTerm(form, prefix, written)


def _parts(hit: re.Match[str]) -> Iterator[TextTerm | FieldTerm]:
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
        yield from words_of(operand)
    elif hit["phrase"]:
        yield TextTerm(index_form(hit["phrase"]))
    elif hit["word"] and hit["word"] not in ("OR", "AND"):
        yield from words_of(hit["word"])
