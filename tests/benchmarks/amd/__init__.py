"""Answering-machine detection measured: a synthetic corpus from a seed, the real app_amd, trivial rivals, intervals.

`callcenter bench amd` runs what stands here. The corpus is SYNTHETIC: espeak-ng speaks it, and nobody in it was ever on a
telephone. docs/performance.md says what that can show and what not.
"""
