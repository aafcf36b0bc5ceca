"""The shared language: ids, the four catalogues (signals, commands, events, effects), life-cycle tables, the center's values.

Everything else imports this room; this room imports only the standard library and msgspec.
"""
