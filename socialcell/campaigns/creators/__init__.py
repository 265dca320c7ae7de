"""Creators who may carry a message: their facts, scores and ranking."""
