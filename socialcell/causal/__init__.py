"""Estimators of lift: arrays in, results out."""
