"""Decisions. Given the state, one item, the time and some entropy, the hub says which events happened and which effects follow.

Pure: nothing here awaits, reads a clock, draws a number or knows a vendor.
"""
