"""Invented dose records with a seed: who is behind each of them, and what is wrong with it."""
