"""Detecting what is unusual: baselines, bursts, phrases, contradictory figures."""
