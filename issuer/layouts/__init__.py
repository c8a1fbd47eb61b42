"""The layouts in which dose records come besides plain CSV, and the file that goes back."""
