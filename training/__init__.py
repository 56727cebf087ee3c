"""Trains the bundled static embedding from texts that may be used for it; never reads a test document."""
