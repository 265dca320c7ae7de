"""The point that somebody sent on WhatsApp, from the raw form of the message."""

from socialcell.json_types import JsonValue


def point_of(raw: JsonValue) -> tuple[float, float] | None:
    """Latitude and longitude of a message that shares a place, in degrees; None: it is
    another kind of message, or its numbers are none."""
    messages = raw.get("messages") if isinstance(raw, dict) else None
    if not isinstance(messages, list) or len(messages) != 1:
        return None
    message = messages[0]
    place = message.get("location") if isinstance(message, dict) else None
    if not isinstance(place, dict):
        return None
    latitude = _degrees(place.get("latitude"), 90)
    longitude = _degrees(place.get("longitude"), 180)
    return None if latitude is None or longitude is None else (latitude, longitude)


def _degrees(number: JsonValue, most: int) -> float | None:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return float(number) if abs(number) <= most else None
