"""What the register knows about itself: lateness, backlog, causes, doses and persons."""
