"""Rounds of the real thing with something killed, frozen or cut in the middle; docs/chaos.md says what they prove."""
