"""Reads OpenMetrics from standard input with the parser of prometheus-client, and prints what it understood as JSON."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

families = {}
for family in text_string_to_metric_families(sys.stdin.read()):
    families[family.name] = {
        "type": family.type,
        "unit": family.unit,
        "help": family.documentation,
        "samples": [
            {"name": sample.name, "labels": sample.labels, "value": str(sample.value)}
            for sample in family.samples
        ],
    }
json.dump(families, sys.stdout)
