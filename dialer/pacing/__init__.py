"""How many leads to dial now: estimates that change by facts, a floor, a legal window, and a decision that can be derived again.

`Pacer` decides; `Estimates` is its whole state; `Floor` and `Law` are what it is shown, `Decision` with `Inputs` what it says.
`AnswerModel` learns how likely a single lead is answered. docs/decisions has a record of the controller.
"""
