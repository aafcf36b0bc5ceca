"""Telling other programs what happens: a public vocabulary, made from the log, signed and delivered until it is taken."""
