"""Numbers from events: metrics, live board, intervals, call records. Knows of the service only `callcenter.kernel`."""
