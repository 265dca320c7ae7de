"""How long the sending of a message can last, and how often a template may be sent."""

from datetime import timedelta

# No call lasts so long: after it nobody knows whether what was being sent was heard.
SENDING = timedelta(minutes=5)
ONCE_IN = timedelta(hours=24)
"""The same template goes to a person once in so long."""
