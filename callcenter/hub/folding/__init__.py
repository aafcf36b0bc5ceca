"""What each event does to the state, one function per event: the center and agents, legs, calls, conversations, recordings."""
