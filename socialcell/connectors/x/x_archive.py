"""The archive that X gives to an account: its own posts, in data/tweets.js."""

import codecs
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, BinaryIO, ClassVar

from socialcell.connectors.base import ConnectorError, Item, Kind, Reject
from socialcell.connectors.file_limits import require_modest
from socialcell.connectors.files.file_connector import FileConnector, Row
from socialcell.connectors.files.text_lines import skip_mark
from socialcell.connectors.strict_json import DECODER, shallow
from socialcell.connectors.timestamps import x_date
from socialcell.connectors.x import x_long_posts
from socialcell.connectors.x.x_api_files import UNREADABLE, record_of

POSTS = re.compile(r"(?:^|/)data/tweets?(?:-part(\d+))?\.js$")
_PIECE = 1 << 20
_LONGEST = 16 << 20
_BETWEEN = re.compile(r"[\s,]*")
_NEXT = re.compile(r'\{\s*"tweet"\s*:')
_NO_UTF8 = re.compile("[\udc80-\udcff]")  # bytes that could not be decoded


class XArchive(FileConnector):
    """`tweets.js` or the whole .zip; the author is read from account.js beside it.

    Posts are brought into the shape of the API, so that a later pull of the same
    post is the same mention. Long posts are cut there; their whole text is taken from
    note-tweet.js. The archive rarely says what a repost repeats.
    """

    platform: ClassVar[str] = "x"
    format: ClassVar[str] = "x-archive"

    def __init__(self, path: Path, sha256: str) -> None:
        super().__init__(path, sha256)
        self._account = _account(path)
        self._notes = x_long_posts.notes(path)

    @property
    def way(self) -> dict[str, Any]:
        way: dict[str, Any] = {"account": self._account}
        return way | ({"notes": len(self._notes)} if self._notes else {})

    def rows(self, file: BinaryIO) -> Iterator[Row]:
        row = 0
        with _plain_errors():
            for part in _parts(file):
                for element in _elements(part):
                    row += 1
                    yield row, [self._item(element, row)]

    def _item(self, element: Any, row: int) -> Item:
        if isinstance(element, _Damaged):
            return Reject(element.text, element.reason, row)
        try:
            tweet = shallow(element).get("tweet", element)
            post, users = _as_api(tweet, self._account)
            post["note_tweet"] = x_long_posts.note_of(post, self._notes)
            return replace(record_of(post, users), raw=tweet)
        except UNREADABLE as error:
            return Reject(element, _reason(error), row)


@dataclass(frozen=True)
class _Damaged:
    text: str
    reason: str


def post_files(archive: zipfile.ZipFile) -> list[str]:
    """Names of the files with posts, in the order of their parts."""
    found = [(hit, name) for name in archive.namelist() if (hit := POSTS.search(name))]
    return [name for hit, name in sorted(found, key=lambda one: int(one[0][1] or 0))]


def _parts(file: BinaryIO) -> Iterator[IO[bytes]]:
    if not zipfile.is_zipfile(file):
        file.seek(0)
        yield file
        return
    with zipfile.ZipFile(file) as archive:
        names = post_files(archive)
        require_modest(archive, names)
        for name in names:
            with _opened(archive, name) as part:
                yield part


def _opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except RuntimeError as error:  # a password, or a compression we do not have
        raise ConnectorError(
            Kind.CONFIG, f"The .zip cannot be opened: {error}. Pack it plainly."
        ) from None


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ConnectorError(Kind.DRIFT, f"The .zip is damaged: {error}") from None


def _elements(file: IO[bytes]) -> Iterator[Any]:
    """The elements of `window.YTD… = [ … ]`, one in memory at a time.

    A damaged element becomes _Damaged, and reading goes on at the next post.
    """
    text, at, ended = _Text(file), 0, False
    while (at := text.held.find("[")) < 0:
        if not text.more():
            yield _Damaged(text.held[:1000], "no list of posts begins here")
            return
    at += 1
    while not ended:
        at = _after_gap(text, at)
        if at < len(text.held) and text.held[at] == "]":
            return
        try:
            value, end = DECODER.raw_decode(text.held, at)
            raw, at = text.held[at:end], end
            broken = _NO_UTF8.search(raw)
            yield _Damaged(raw, "this post is not UTF-8") if broken else value
        except (ValueError, RecursionError) as error:
            following = _NEXT.search(text.held, at + 1)
            if following is None and text.could_be_longer(at):
                at = text.drop(at)
                if text.more():
                    continue
                following = _NEXT.search(text.held, at + 1)
            yield _Damaged(
                text.held[at : following.start() if following else None][:100_000],
                _damage(error, last=following is None),
            )
            ended, at = following is None, following.start() if following else at


def _after_gap(text: "_Text", at: int) -> int:
    while True:
        hit = _BETWEEN.match(text.held, at)
        assert hit is not None
        if hit.end() < len(text.held):
            return hit.end()
        text.drop(hit.end())
        at = 0
        if not text.more():
            return 0


def _damage(error: Exception, *, last: bool) -> str:
    if last:
        return "the file is cut off or damaged from here on"
    said = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return f"this post is damaged: {said or 'nested too deeply'}"


class _Text:
    """The decoded text of a file, a piece at a time."""

    def __init__(self, file: IO[bytes]) -> None:
        encoding = skip_mark(file)
        keep = "surrogateescape" if encoding == "utf-8" else "replace"
        self._decoder = codecs.getincrementaldecoder(encoding)(keep)
        self._file = file
        self._size = _PIECE
        self.held = ""

    def more(self) -> bool:
        """Hold more text; False at the end of the file."""
        piece = self._file.read(self._size)
        self.held += self._decoder.decode(piece, final=not piece)
        return bool(piece)

    def drop(self, at: int) -> int:
        """Forget what lies before `at`; where that place is now."""
        self.held = self.held[at:]
        return 0

    def could_be_longer(self, at: int) -> bool:
        return len(self.held) - at < _LONGEST


def _as_api(
    tweet: Mapping[str, Any], account: Mapping[str, str] | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A post of the archive in the words of API v2, and its author."""
    post: dict[str, Any] = {
        "id": tweet.get("id_str", tweet.get("id")),
        "text": tweet.get("full_text", tweet.get("text")),
        "created_at": _iso(tweet.get("created_at")),
        "lang": tweet.get("lang"),
        "entities": {"urls": (tweet.get("entities") or {}).get("urls") or []},
        "public_metrics": {
            name: _whole(ours, tweet[ours])
            for name, ours in (
                ("like_count", "favorite_count"),
                ("retweet_count", "retweet_count"),
            )
            if tweet.get(ours) is not None
        },
        "referenced_tweets": [
            {"type": kind, "id": str(tweet[key])}
            for kind, key in (
                ("replied_to", "in_reply_to_status_id_str"),
                ("quoted", "quoted_status_id_str"),
            )
            if tweet.get(key)
        ]
        + _reposted(tweet.get("retweeted_status")),
        "edit_history_tweet_ids": _versions(tweet.get("edit_info")),
    }
    if account is None:
        return post, {}
    post["author_id"] = account["id"]
    return post, {account["id"]: account}


def _reposted(original: Any) -> list[dict[str, Any]]:
    """What a post repeats, with its whole text, where the archive holds that."""
    if not isinstance(original, dict):
        return []
    return [
        {
            "type": "retweeted",
            "id": original["id_str"],
            "text": original.get("full_text", original.get("text")),
            "entities": {"urls": (original.get("entities") or {}).get("urls") or []},
        }
    ]


def _iso(value: Any) -> str | None:
    if value is None:
        return None
    return x_date(value).isoformat()


def _whole(field: str, value: Any) -> int:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError(f"{field} is no number")
    return int(value)


def _versions(info: Any) -> list[str]:
    """Ids of a post's versions, first one first; the archive nests them two ways."""
    if not info:
        return []
    if "initial" in info:
        return list(info["initial"]["editTweetIds"])
    edit = info["edit"]
    if "editControlInitial" in edit:
        return list(edit["editControlInitial"]["editTweetIds"])
    return [edit["initialTweetId"]]


def _account(path: Path) -> dict[str, str] | None:
    """The archive's owner, in the words of API v2; None when the file is not there."""
    said = _account_text(path)
    try:
        account = json.loads(said[said.index("=") + 1 :])[0]["account"]
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
            with zipfile.ZipFile(path) as archive:
                inside = [
                    one for one in archive.namelist() if one.endswith(f"data/{name}")
                ]
                if not inside or archive.getinfo(inside[0]).file_size > _LONGEST:
                    return ""
                return archive.read(inside[0]).decode("utf-8-sig")
        return path.with_name(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, RuntimeError, zipfile.BadZipFile):
        return ""


def _reason(error: Exception) -> str:
    if isinstance(error, ValueError):
        return str(error)
    return f"a field has another form than X gives it ({type(error).__name__})"
