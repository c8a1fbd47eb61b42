"""What people do with the register: each door checks the right, acts, and tells the trail."""
