"""What an operator does from a shell besides serving: play the demo's people, change the center, ask the doctor."""
