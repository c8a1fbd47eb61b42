"""What a dosepass certificate is: bytes and words only, without keys, input or output, or a clock."""
