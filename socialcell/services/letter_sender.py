"""Who writes the letters of the cell, as they are headed."""

from socialcell.i18n import language
from socialcell.services.context import Context


def letter_sender(context: Context, lang: str) -> str:
    """The cell and its city in a language."""
    city = context.workspace.config.report.city(lang)
    return language(lang).gettext("Social media cell, %(city)s", city=city)
