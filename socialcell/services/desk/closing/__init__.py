"""Closing a case: claimed done, asked of its contacts, sampled and called."""
