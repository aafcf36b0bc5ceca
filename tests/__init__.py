"""Tests, by what they need: unit needs nothing, web needs a browser and a PBX."""
