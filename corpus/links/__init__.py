"""How documents and passages stand to one another: parts, versions, near-copies."""
