"""Exports findings as the JSON object of the API."""

import json

from retriever.model import Findings
from retriever.wire import findings_json


def export(findings: Findings) -> bytes:
    return json.dumps(findings_json(findings), ensure_ascii=False, indent=1).encode()
