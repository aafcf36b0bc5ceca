"""Pacing measured: environments, a light simulator that drives the production class unchanged, rivals' laws, the exact optimum.

`callcenter bench pacing` runs what stands here. The simulator knows agents, dials and callers and nothing else of a center: so a
day of many controllers on many seeds fits into minutes; the hub-driven day is the scenarios' business.
"""
