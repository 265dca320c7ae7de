"""Answers to citizens: drafted, checked, approved, queued, sent once, looked after."""
