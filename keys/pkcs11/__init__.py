"""Signing keys in tokens, by PKCS#11."""
