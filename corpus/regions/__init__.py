"""The gazetteer and its tables."""
