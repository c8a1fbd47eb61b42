"""The page for people at `/`: its files, and what they take over from spec."""
