"""The commissioner's page: each indicator with what it rests on, and its rows."""
