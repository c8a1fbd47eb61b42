"""Certificates as pictures and on paper."""
