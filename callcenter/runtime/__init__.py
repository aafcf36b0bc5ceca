"""What makes the pure hub run: the clock, the single writer, the performing of effects, recovery after a gap."""
