"""Continuous improvement (A10 of the published promises): corrective actions with their effect, the yearly review."""
