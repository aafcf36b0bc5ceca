"""What happened on the telephone lines, computed from outside the product: a script of its own that imports nothing of ours."""
