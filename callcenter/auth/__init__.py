"""Who may come in: passwords, roles, log-ins, and sessions that the server can end at once. Knows nothing of HTTP."""
