"""The service. This file imports nothing, so that every room can be imported alone."""
