"""Photos of cases: judged by their content, made again without what a camera adds."""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlmodel import Session

from socialcell.desk.model import CaseFile, DeskCase
from socialcell.errors import SocialcellError, UsageError
from socialcell.services import evidence
from socialcell.services.context import Context

MOST_BYTES = 8_000_000
_MOST_PIXELS = 60_000_000  # of a camera of today
_LONGEST_SIDE = 1600
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 82


@dataclass(frozen=True)
class CleanPhoto:
    """A picture as JPEG, upright, with nothing but its points."""

    content: bytes
    sha256: str


def clean_photo(content: bytes) -> CleanPhoto:
    """A photo made again: no place, time, camera or thumbnail is left in it.

    UsageError: larger than MOST_BYTES, or no JPEG, PNG or WebP that can be read.
    """
    if len(content) > MOST_BYTES:
        raise UsageError("deskanswers.field_photo_size", limit=MOST_BYTES // 1_000_000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    raise UsageError(
                        "deskanswers.field_photo_points",
                        limit=_MOST_PIXELS // 1_000_000,
                    )
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
    ):
        raise UsageError("deskanswers.field_photo") from None
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    plain = Image.new("RGB", upright.size)
    plain.paste(upright)
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=_QUALITY)
    made = written.getvalue()
    return CleanPhoto(made, hashlib.sha256(made).hexdigest())


def store_photo(
    context: Context,
    session: Session,
    case: DeskCase,
    message_id: int | None,
    photo: CleanPhoto,
    by: str,
) -> CaseFile:
    """Keep a photo with a case. SocialcellError: the disk refuses."""
    evidence.store_content(context, photo.content, ".jpg")
    row = CaseFile(
        case_id=case.id or 0,
        message_id=message_id,
        kind="photo",
        sha256=photo.sha256,
        media_type="image/jpeg",
        size=len(photo.content),
        added_by=by,
        added_at=context.clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def read_photo(context: Context, row: CaseFile) -> bytes:
    """The bytes of a photo. SocialcellError: the file is not there."""
    path = context.workspace.folder / evidence.FOLDER / f"{row.sha256}.jpg"
    try:
        return path.read_bytes()
    except OSError as error:
        raise SocialcellError(
            "evidence.unreadable", path=path, reason=error.strerror
        ) from None
