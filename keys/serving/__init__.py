"""What the HTTP services of the floor above share: problems, bodies, headers, their process."""
