"""How many leads to dial now: estimates that change by facts, a floor, a legal window, and a decision that can be derived again."""
