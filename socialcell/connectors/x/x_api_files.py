"""Files of X's API answers: a response or a post a line, as researchers keep them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, ClassVar

from socialcell.connectors.base import Filtered, Item, Record, Reject
from socialcell.connectors.checked_records import check_record
from socialcell.connectors.files.file_connector import FileConnector, Row
from socialcell.connectors.files.text_lines import Line, lines
from socialcell.connectors.strict_json import parse
from socialcell.connectors.x.x_post import originals_of, to_record
from socialcell.json_types import JsonObject, JsonValue, as_object

_COMPLIANCE = ("delete", "drop", "undrop", "withheld")
_LARGEST_ID = (1 << 63) - 1
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)


class XApiFile(FileConnector):
    """API v2 in JSON lines. Only `data` counts: `includes` are context of its posts,
    such as the whole text of what a repost repeats.

    Users, compliance events, counts and the stream's error lines are filtered under
    these names. A page without posts holds nothing.
    """

    platform: ClassVar[str] = "x"
    format: ClassVar[str] = "x-jsonl"

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        for line in lines(file):
            if line.damage or line.text.strip():
                yield line.number, _line_items(line)


def record_of(
    post: JsonObject,
    users: Mapping[str, JsonObject],
    originals: Mapping[str, JsonObject] | None = None,
) -> Record:
    """A post of API v2 as a Record, checked. One of UNREADABLE when it is none."""
    _require_ids(post)
    return check_record(to_record(post, users, originals, via="file"))


def _line_items(line: Line) -> list[Item]:
    if line.damage:
        return [Reject(line.text, line.damage, line.number)]
    try:
        document = parse(line.text)
        posts = list(_posts_with_users(document))
    except ValueError as error:
        return [Reject(line.text, str(error), line.number)]
    originals = originals_of(document) if isinstance(document, dict) else {}
    return [_item(post, users, originals, line.number) for post, users in posts]


def _posts_with_users(
    document: JsonValue,
) -> Iterator[tuple[JsonValue, Mapping[str, JsonObject]]]:
    """What a line holds, one by one, each with the users that came along."""
    if isinstance(document, list):
        for post in document:
            yield post, {}
    elif not isinstance(document, dict):
        raise ValueError("neither a response nor a post")
    elif "data" in document:
        content, users = document["data"], _users(document.get("includes"))
        if content is None and document.get("errors"):
            yield document, {}
            return
        if not isinstance(content, list | dict):
            raise ValueError("a response whose `data` holds no posts")
        for post in content if isinstance(content, list) else [content]:
            yield post, users
    elif "meta" not in document or document.get("errors"):
        yield document, {}


def _users(includes: JsonValue) -> dict[str, JsonObject]:
    users = includes.get("users") if isinstance(includes, dict) else includes
    if users is None:
        return {}
    if not isinstance(users, list):
        raise ValueError("a response whose `includes` holds no list of users")
    return {
        str(user["id"]): user
        for user in users
        if isinstance(user, dict) and "id" in user
    }


def _item(
    post: JsonValue,
    users: Mapping[str, JsonObject],
    originals: Mapping[str, JsonObject],
    row: int,
) -> Item:
    if not isinstance(post, dict):
        return Reject(post, "not a post: no object", row)
    rule = _filter_rule(post)
    if rule:
        return Filtered(rule, row)
    author = post.get("author")
    if isinstance(author, dict) and isinstance(id_ := author.get("id"), str):
        # A flattened line carries its author inside the post.
        users = {id_: author}
    try:
        return record_of(post, users, originals)
    except UNREADABLE as error:
        return Reject(post, _reason(post, error), row)


def _filter_rule(record: JsonObject) -> str | None:
    """The name of a record that is no post; None for what should be one."""
    if "text" in record:
        return None
    if "action" in record and "id" in record:
        return "compliance"
    if any(isinstance(record.get(name), dict) for name in _COMPLIANCE):
        return "compliance"
    if "username" in record:
        return "users"
    if "errors" in record or {"title", "type"} <= record.keys():
        return "error"
    if {"start", "end", "tweet_count"} <= record.keys():
        return "counts"
    return None


def _require_ids(post: JsonObject) -> None:
    """Ids are digits in quotes, so that a file and the API mean the same post."""
    _require_id("id", post.get("id"))
    for name in ("edit_history_tweet_ids", "edit_history_post_ids"):
        for version in _require_list(name, post.get(name)):
            _require_id(name, version)
    for name in ("referenced_tweets", "referenced_posts"):
        for other in _require_list(name, post.get(name)):
            _require_id(name, as_object(other).get("id"))
    if post.get("author_id") is not None:
        _require_id("author_id", post["author_id"])


def _require_list(field: str, members: JsonValue) -> Sequence[JsonValue]:
    if members is not None and not isinstance(members, list):
        raise ValueError(f"{field} is no list")
    return members or []


def _require_id(field: str, id_: JsonValue) -> None:
    if id_ is None:
        raise ValueError(f"a post without {field}")
    if not isinstance(id_, str) or not (id_.isascii() and id_.isdigit()):
        raise ValueError(f"{field} {str(id_)[:40]!r} is not X's: digits in quotes")
    if len(id_) > 19 or int(id_) > _LARGEST_ID:
        raise ValueError(f"{field} {id_[:40]!r} is too large for X")


def _reason(post: JsonObject, error: Exception) -> str:
    reason = str(error)
    if not isinstance(error, ValueError):
        reason = f"a field has another form than X gives it ({type(error).__name__})"
    id_ = post.get("id")
    return f"post {id_}: {reason}" if isinstance(id_, str) and len(id_) < 40 else reason
