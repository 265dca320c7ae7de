"""Commands on messages and the outbox."""
