"""What a person reads whose link leads nowhere, in three languages at once."""

from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from socialcell import i18n


@dataclass(frozen=True, slots=True)
class Notices:
    """Pages as bytes, made once."""

    unknown: bytes
    ended: bytes
    style: bytes


def notices(organisation: str) -> Notices:
    """The pages of a cell, in whose name they speak."""
    pages = Environment(
        loader=PackageLoader("socialcell.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    template = pages.get_template("link_page.html")
    languages = [i18n.language(code) for code in i18n.CODES]
    unknown = [
        {
            "lang": lang.code,
            "head": lang.gettext("This link does not exist"),
            "text": lang.gettext(
                "Check the letters of the link: it may have been mistyped or cut off. "
                "It is a link of %(organisation)s.",
                organisation=organisation,
            ),
        }
        for lang in languages
    ]
    ended = [
        {
            "lang": lang.code,
            "head": lang.gettext("This link has ended"),
            "text": lang.gettext(
                "What it led to is over. You will find current information on the "
                "website of %(organisation)s.",
                organisation=organisation,
            ),
        }
        for lang in languages
    ]
    style = resources.files("socialcell.web") / "templates" / "notice.css"
    return Notices(
        template.render(said=unknown).encode(),
        template.render(said=ended).encode(),
        style.read_bytes(),
    )
