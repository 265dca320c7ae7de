"""Alerts: detectors, incidents, notifications, escalation, and the cell's own rules."""
