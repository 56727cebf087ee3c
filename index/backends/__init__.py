"""Where an index lives: one module a backend. The table is the only place that names them all."""

BACKENDS = {"local": "index.backends.local:LocalBackend"}
"""Name in the settings → class with `build` and `open`, offering index.protocols.Backend."""
