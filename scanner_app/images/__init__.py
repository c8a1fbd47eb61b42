"""Reads pictures that strangers send to the verifier: in a process apart, within bounds."""
