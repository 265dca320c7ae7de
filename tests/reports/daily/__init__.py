"""Tests of the daily brief."""
