"""The Asterisk carrier: `requests` and `events` (ARI's words), `client` with `outstanding` and `echo` (the socket), `files` (ARI
over HTTP), `translate` with what it stands on (ARI words <-> ours, pure), `adapter` (the port). Imports nothing by itself."""
