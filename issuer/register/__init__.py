"""The dose register: its tables, and the questions and changes that the other parts put to it."""
