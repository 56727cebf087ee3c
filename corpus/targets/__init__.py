"""Quantified targets: what a plan promises in figures, read from its prose and its tables."""
