"""From one writer to many readers: what was committed reaches everyone who follows it, and nobody slow holds it up."""
