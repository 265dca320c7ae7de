"""Chat services on loopback: incoming webhooks, and a Telegram channel of the city."""
