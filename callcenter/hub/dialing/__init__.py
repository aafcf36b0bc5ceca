"""Campaigns in the hub: whether they run, when they ask for leads, and attempts from the claim to the outcome.

`looking` decides how many leads to ask for, `claims` what becomes of those that came, `answers` of calls that were answered,
`outcomes` what an attempt ended as, `previews` and `commands` what people choose; `floor` and `why` only read.
"""
