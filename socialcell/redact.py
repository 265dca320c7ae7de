"""Hide the values of tokens, keys and passwords in anything that may be read."""

import re

_SECRET = re.compile(
    r"(?i)((?:access_token|api_?key|key|client_secret|refresh_token|input_token|token"
    r"|password|secret)[\"']?\s*[=:]\s*[\"']?)[^&\s'\",}]+|((?:bearer|basic)\s+)[\w.\-~+/%]+=*"
    r"|(://[^/\s:@]+:)[^@\s/]+(?=@)"
)
_SHORTEST = 6  # a shorter value would blank out ordinary words

_known: set[str] = set()


def remember(secret: str) -> None:
    """Hide this value wherever it appears from now on, in whatever form it rides."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)


def redact(text: str) -> str:
    """The same text with every secret value replaced by ***."""
    for secret in _known:
        text = text.replace(secret, "***")
    return _SECRET.sub(
        lambda hit: (hit.group(1) or hit.group(2) or hit.group(3)) + "***", text
    )
