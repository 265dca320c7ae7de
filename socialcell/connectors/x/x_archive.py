"""The archive that X gives to an account: its own posts, in data/tweets.js."""

import codecs
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO, ClassVar

from socialcell.connectors.base import ConnectorError, Item, Kind, Reject
from socialcell.connectors.file_limits import open_zip, require_unpacked_size
from socialcell.connectors.files.file_connector import FileConnector, Row
from socialcell.connectors.files.text_lines import skip_mark
from socialcell.connectors.json_values import object_at, optional_object
from socialcell.connectors.strict_json import DECODER, require_shallow
from socialcell.connectors.timestamps import parse_x_date
from socialcell.connectors.x import x_long_posts
from socialcell.connectors.x.x_api_files import UNREADABLE, record_of
from socialcell.json_types import JsonObject, JsonValue, as_list, as_object, as_text

POSTS = re.compile(r"(?:^|/)data/tweets?(?:-part(\d+))?\.js$")
_PIECE = 1 << 20
_LONGEST = 16 << 20
_BETWEEN = re.compile(r"[\s,]*")
_NEXT = re.compile(r'\{\s*"tweet"\s*:')
_NO_UTF8 = re.compile("[\udc80-\udcff]")  # bytes that could not be decoded


class XArchive(FileConnector):
    """`tweets.js` or the whole .zip; the author is read from account.js beside it.

    Posts are brought into the shape of the API, so that a later pull of the same post
    is the same mention. Long posts are cut there; their whole text is taken from
    note-tweet.js. The archive rarely contains the original of a repost.
    """

    platform: ClassVar[str] = "x"
    format: ClassVar[str] = "x-archive"

    def __init__(self, path: Path, sha256: str) -> None:
        super().__init__(path, sha256)
        self._account = _account(path)
        self._notes = x_long_posts.notes(path)

    @property
    def reading_options(self) -> JsonObject:
        notes = {"notes": len(self._notes)} if self._notes else {}
        return {"account": self._account, **notes}

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        row = 0
        with _zip_errors():
            for part in _parts(file):
                for element in _elements(part):
                    row += 1
                    yield row, [self._item(element, row)]

    def _item(self, element: "JsonValue | _DamagedElement", row: int) -> Item:
        if isinstance(element, _DamagedElement):
            return Reject(element.text, element.reason, row)
        try:
            tweet = _tweet(require_shallow(element))
            post, users = _api_post(tweet, self._account)
            post["note_tweet"] = x_long_posts.note_of(post, self._notes)
            return replace(record_of(post, users), raw=tweet)
        except UNREADABLE as error:
            return Reject(element, _reason(error), row)


def _tweet(element: JsonValue) -> JsonObject:
    """The post within an element; some archives have it without its envelope."""
    envelope = as_object(element)
    return as_object(envelope.get("tweet", envelope))


@dataclass(frozen=True)
class _DamagedElement:
    text: str
    reason: str


def post_files(archive: zipfile.ZipFile) -> list[str]:
    """Names of the files with posts, in the order of their parts."""
    matches = [
        (match, name) for name in archive.namelist() if (match := POSTS.search(name))
    ]
    return [
        name for match, name in sorted(matches, key=lambda pair: int(pair[0][1] or 0))
    ]


def _parts(file: BinaryIO) -> Iterator[IO[bytes]]:
    if not zipfile.is_zipfile(file):
        file.seek(0)
        yield file
        return
    with open_zip(file) as archive:
        names = post_files(archive)
        require_unpacked_size(archive, names)
        for name in names:
            with _open_member(archive, name) as part:
                yield part


def _open_member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except RuntimeError as error:  # a password, or a compression we do not have
        raise ConnectorError(
            Kind.CONFIG, "x.unreadable_zip", reason=str(error)
        ) from None


@contextmanager
def _zip_errors() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ConnectorError(Kind.DRIFT, "x.damaged_zip", reason=str(error)) from None


def _elements(file: IO[bytes]) -> Iterator["JsonValue | _DamagedElement"]:
    """The elements of `window.YTD… = [ … ]`, one in memory at a time.

    A damaged element becomes _Damaged, and reading goes on at the next post.
    """
    buffer, at, ended = _TextBuffer(file), 0, False
    while (at := buffer.text.find("[")) < 0:
        if not buffer.read_more():
            yield _DamagedElement(buffer.text[:1000], "no list of posts begins here")
            return
    at += 1
    while not ended:
        at = _after_gap(buffer, at)
        if at < len(buffer.text) and buffer.text[at] == "]":
            return
        try:
            element, end = DECODER.raw_decode(buffer.text, at)
            raw, at = buffer.text[at:end], end
            broken = _NO_UTF8.search(raw)
            yield _DamagedElement(raw, "this post is not UTF-8") if broken else element
        except (ValueError, RecursionError) as error:
            following = _NEXT.search(buffer.text, at + 1)
            if following is None and buffer.could_be_longer(at):
                at = buffer.drop(at)
                if buffer.read_more():
                    continue
                following = _NEXT.search(buffer.text, at + 1)
            yield _DamagedElement(
                buffer.text[at : following.start() if following else None][:100_000],
                _damage_reason(error, last=following is None),
            )
            ended, at = following is None, following.start() if following else at


def _after_gap(buffer: "_TextBuffer", at: int) -> int:
    while True:
        match = _BETWEEN.match(buffer.text, at)
        assert match is not None
        if match.end() < len(buffer.text):
            return match.end()
        buffer.drop(match.end())
        at = 0
        if not buffer.read_more():
            return 0


def _damage_reason(error: Exception, *, last: bool) -> str:
    if last:
        return "the file is cut off or damaged from here on"
    reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return f"this post is damaged: {reason or 'nested too deeply'}"


class _TextBuffer:
    """The decoded text of a file, a piece at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        encoding = skip_mark(file)
        keep = "surrogateescape" if encoding == "utf-8" else "replace"
        self._decoder = codecs.getincrementaldecoder(encoding)(keep)
        self._file = file
        self._size = _PIECE
        self.text = ""

    def read_more(self) -> bool:
        """Read more text; False at the end of the file."""
        piece = self._file.read(self._size)
        self.text += self._decoder.decode(piece, final=not piece)
        return bool(piece)

    def drop(self, at: int) -> int:
        """Discard the text before `at`; the position of `at` in the rest."""
        self.text = self.text[at:]
        return 0

    def could_be_longer(self, at: int) -> bool:
        return len(self.text) - at < _LONGEST


def _api_post(
    tweet: JsonObject, account: Mapping[str, str] | None
) -> tuple[dict[str, JsonValue], dict[str, JsonObject]]:
    """A post of the archive in the words of API v2, and its author."""
    post: dict[str, JsonValue] = {
        "id": tweet.get("id_str", tweet.get("id")),
        "text": tweet.get("full_text", tweet.get("text")),
        "created_at": _iso(tweet.get("created_at")),
        "lang": tweet.get("lang"),
        "entities": _entities(tweet),
        "public_metrics": {
            name: _whole(ours, tweet[ours])
            for name, ours in (
                ("like_count", "favorite_count"),
                ("retweet_count", "retweet_count"),
            )
            if tweet.get(ours) is not None
        },
        "referenced_tweets": _references(tweet),
        "edit_history_tweet_ids": _version_ids(tweet.get("edit_info")),
    }
    if account is None:
        return post, {}
    post["author_id"] = account["id"]
    return post, {account["id"]: account}


def _entities(tweet: JsonObject) -> JsonObject:
    return {"urls": optional_object(tweet, "entities").get("urls") or []}


def _references(tweet: JsonObject) -> list[JsonObject]:
    """The posts that a post answers, quotes and repeats, as the API names them."""
    references: list[JsonObject] = [
        {"type": kind, "id": str(tweet[key])}
        for kind, key in (
            ("replied_to", "in_reply_to_status_id_str"),
            ("quoted", "quoted_status_id_str"),
        )
        if tweet.get(key)
    ]
    return references + _repost_references(tweet.get("retweeted_status"))


def _repost_references(original: JsonValue) -> list[JsonObject]:
    """What a post repeats, with its whole text, where the archive holds that."""
    if not isinstance(original, dict):
        return []
    return [
        {
            "type": "retweeted",
            "id": original["id_str"],
            "text": original.get("full_text", original.get("text")),
            "entities": _entities(original),
        }
    ]


def _iso(date: JsonValue) -> str | None:
    if date is None:
        return None
    return parse_x_date(as_text(date)).isoformat()


def _whole(field: str, number: JsonValue) -> int:
    if not isinstance(number, str | int) or isinstance(number, bool):
        raise ValueError(f"{field} is no number")
    return int(number)


def _version_ids(info: JsonValue) -> Sequence[JsonValue]:
    """Ids of a post's versions, first one first; the archive nests them two ways."""
    if not info:
        return []
    versions = as_object(info)
    if "initial" in versions:
        return as_list(object_at(versions, "initial")["editTweetIds"] or [])
    edit = object_at(versions, "edit")
    if "editControlInitial" in edit:
        return as_list(object_at(edit, "editControlInitial")["editTweetIds"] or [])
    return [edit["initialTweetId"]]


def _account(path: Path) -> dict[str, str] | None:
    """The archive's owner, in the words of API v2; None when the file is not there."""
    text = _account_text(path)
    try:
        document: JsonValue = json.loads(text[text.index("=") + 1 :])
        account = object_at(as_object(as_list(document)[0]), "account")
        return {
            "id": str(account["accountId"]),
            "username": str(account["username"]),
            "name": str(account.get("accountDisplayName", account["username"])),
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _account_text(path: Path) -> str:
    name = "account.js"
    try:
        if zipfile.is_zipfile(path):
            with open_zip(path) as archive:
                members = [
                    member
                    for member in archive.namelist()
                    if member.endswith(f"data/{name}")
                ]
                if not members or archive.getinfo(members[0]).file_size > _LONGEST:
                    return ""
                return archive.read(members[0]).decode("utf-8-sig")
        return path.with_name(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, RuntimeError, zipfile.BadZipFile):
        return ""


def _reason(error: Exception) -> str:
    if isinstance(error, ValueError):
        return str(error)
    return f"a field has another form than X gives it ({type(error).__name__})"
