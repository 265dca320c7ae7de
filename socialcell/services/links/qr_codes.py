"""A link as a QR code for posters: SVG for print, PNG for screens."""

import io
from pathlib import Path

import segno

from socialcell import db
from socialcell.errors import ConfigError, SocialcellError, UsageError
from socialcell.files import unfinished_files
from socialcell.services.context import Context
from socialcell.services.links import public_links, tracked_links

FORMS = (".svg", ".png")
_LEVEL = "q"  # a quarter of a poster's code may be dirty or torn
_QUIET = 4  # modules of white around it, as ISO/IEC 18004 asks
_PIXELS = 20  # of a module in a PNG


def qr_address(context: Context, code: str) -> str:
    """What the code says: the link, and that it was scanned. ConfigError: it is not
    known where the redirect is reached."""
    link, _ = tracked_links.find_link(context, code)
    if context.workspace.config.links.address is None:
        raise ConfigError("links.no_redirect_address")
    return tracked_links.link_address(context, link) + "?qr=1"


def qr_image(text: str, form: str) -> bytes:
    """The picture of a text, .svg or .png. UsageError: another form."""
    if form not in FORMS:
        raise UsageError("links.no_picture_format", suffix=form)
    qr = segno.make(text, error=_LEVEL, micro=False, boost_error=False)
    page = io.BytesIO()
    if form == ".svg":
        qr.save(page, kind="svg", border=_QUIET, omitsize=True, nl=True)
    else:
        qr.save(page, kind="png", border=_QUIET, scale=_PIXELS)
    return page.getvalue()


def qr_squares(text: str) -> tuple[int, str]:
    """The picture of a text as the side of its square in modules, white border
    included, and the dark modules as the path of an SVG."""
    rows = segno.make(text, error=_LEVEL, micro=False, boost_error=False).matrix
    squares = (
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return len(rows) + 2 * _QUIET, "".join(squares)


def write_qr_code(context: Context, code: str, path: Path) -> str:
    """Write the picture of a link's code whole or not at all; what the code says."""
    address_text = qr_address(context, code)
    picture = qr_image(address_text, path.suffix.lower())
    try:
        with unfinished_files.writing(path) as file:
            file.write(picture)
    except OSError as error:
        raise SocialcellError(
            "links.picture_not_written", path=path, reason=error.strerror
        ) from None
    note_printed(context, code)
    return address_text


def note_printed(context: Context, code: str) -> None:
    """Enter that a link's code was taken: it may be on paper from now on."""
    with db.writing(context.engine) as session:
        link = tracked_links.require_link(session, code)
        public_links.note_print(context, session, link)
