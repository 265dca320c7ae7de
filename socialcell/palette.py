"""Colours of pictures and printed pages, and how well they can be told apart.

Every picture takes its colours from here. Contrast is that of WCAG 2.2 (relative
luminance), lightness is L* of CIELAB, which a grey print keeps.
"""

PAPER = "#ffffff"
INK = "#1a2128"  # text
INK2 = "#4a545c"  # second text
EDGE = "#757e85"  # outlines, axes, hatches
LINE = "#dedbd2"  # hairlines, which carry no meaning
GROUND = "#f6f5f1"
# Series, in the order in which they are used.
FIRST = "#0a5263"
SECOND = "#a85c16"
THIRD = "#7f8f98"
# Only what is late or dangerous, and always with a word: in grey it equals FIRST.
DANGER = "#98291b"
BAND = "#d3dee0"  # an interval; its ends are drawn as lines
MAP_STEPS = ("#cfe0e3", "#7fb0ba", "#2f7785", "#073e4b")
ALL = (
    *(PAPER, INK, INK2, EDGE, LINE, GROUND),
    *(FIRST, SECOND, THIRD, DANGER, BAND, *MAP_STEPS),
)


def contrast(first: str, second: str) -> float:
    """The contrast of two colours (#rrggbb): 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def lightness(colour: str) -> float:
    """L* of a colour (#rrggbb): 0 is black, 100 white."""
    luminance = _luminance(colour)
    if luminance <= 216 / 24389:
        return luminance * 24389 / 27
    return float(116 * luminance ** (1 / 3) - 16)


def text_on(colour: str) -> str:
    """The colour of a text on this ground: of ink and paper the one that differs
    more."""
    return max((INK, PAPER), key=lambda text: contrast(text, colour))


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(channel: float) -> float:
    if channel <= 0.04045:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)
