"""What a verifier keeps on its disk: the last good bundle, whole at any moment."""
