"""Checks of this computer and this installation."""

import sys

from socialcell.errors import SocialcellError
from socialcell.services.doctor.finding import Check, failed, ok
from socialcell.settings.language import NcModels

_OLDEST, _NEWEST = (3, 11), (3, 13)


def python() -> Check:
    """Whether this Python is one that is tested."""
    version = ".".join(map(str, sys.version_info[:3]))
    if _OLDEST <= sys.version_info[:2] <= _NEWEST:
        return ok("python", f"{version} in {sys.prefix}")
    return failed(
        "python",
        f"{version} is not supported",
        "Set socialcell up again with Python 3.11, 3.12 or 3.13.",
    )


def charts() -> Check:
    """Whether charts join Devanagari letters: matplotlib must have been built so."""
    from matplotlib import ft2font

    shaper = getattr(ft2font, "__libraqm_version__", None)
    if shaper:
        return ok("charts", f"Devanagari is shaped (libraqm {shaper})")
    return failed(
        "charts",
        "this matplotlib does not join Devanagari letters",
        "Install matplotlib 3.11 or newer from its own wheel.",
    )


def language(*, nc: NcModels = NcModels.ALL, semantic: bool = True) -> Check:
    """Which language model reads the texts, tried on a sentence."""
    from socialcell.language import read

    sentence = "कोथरूडमध्ये पाणी नाही"
    try:
        analysis = read([sentence], nc=nc, semantic=semantic)[0]
    except SocialcellError as error:
        return failed("language model", str(error), "Install socialcell again.")
    model_name = f"{analysis.model.name} {analysis.model.version}"
    if analysis.language == "mr":
        return ok("language model", model_name)
    return failed(
        "language model",
        f"{model_name} takes a Marathi sentence for {analysis.language}",
        "Set socialcell up again: its language data is not whole.",
    )
