"""The rules of the house, held by machines: imports, purity, size, what may stand in the repository."""
