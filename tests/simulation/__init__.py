"""Two years of a country, lived through by the real commands, the real client and real gates."""
