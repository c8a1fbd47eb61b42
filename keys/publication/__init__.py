"""What is published: built from keys and ledger, signed, and written as static files."""
