"""Commands on sources and imports."""
