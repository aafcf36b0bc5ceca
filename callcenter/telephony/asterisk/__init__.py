"""The Asterisk carrier: `requests` and `events` (ARI's words), `client` and `files` (transport), `translate` (ARI words <-> ours,
pure), `adapter` (the port). Imports nothing by itself."""
