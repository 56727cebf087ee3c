"""From a reading to labelled spans: outline, page noise, boxes, tables, paragraphs, passages."""
