"""Who may do what in the register: accounts, sign-in, rights."""
