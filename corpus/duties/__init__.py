"""Reads which units are in charge of a measure. Never judges whether they are the right ones."""
