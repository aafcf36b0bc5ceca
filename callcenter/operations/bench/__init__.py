"""`callcenter bench NAME`: what the product reaches on this machine, on production classes, beside a yardstick in the same run.

One file for each bench; `report` has the form of what they print, `servers` the private servers they start, `day` the center and
the traffic that they share. Nothing here asserts a speed: goals stand beside the figures in docs/performance.md.
"""
