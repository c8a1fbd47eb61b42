"""Measures the numbers that dosepass holds, as ratios taken in one run."""
