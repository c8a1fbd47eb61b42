"""What a dosepass certificate is: bytes and words only; no keys, no files, no clock."""
