"""Holds jira-sync.schema.json against the same files that the reader's tests read.

    mapping.py ROOT

What the reader takes, the schema takes; what it refuses, the schema refuses, but for what a schema cannot say.
"""
import json
import pathlib
import re
import sys

import yaml
from jsonschema import Draft202012Validator


class Loader(yaml.SafeLoader):
    """YAML as the reader sees it: keys are texts, and a date is a text, too."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def texts(node):
    if isinstance(node, dict):
        return {("true" if key is True else "false" if key is False else str(key)): texts(value)
                for key, value in node.items()}
    if isinstance(node, list):
        return [texts(element) for element in node]
    return node


def main(root):
    root = pathlib.Path(root)
    schema = json.loads((root / "jira-sync.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    failed = 0

    def check(where, text, is_valid):
        nonlocal failed
        errors = list(validator.iter_errors(texts(yaml.load(text, Loader))))
        if is_valid and errors:
            print("FAIL  the schema refuses %s: %s\n%s" % (where, errors[0].message[:200], text))
            failed += 1
        if not is_valid and not errors:
            print("FAIL  the schema takes %s:\n%s" % (where, text))
            failed += 1

    files = root / "Tests" / "Contract" / "mapping"
    count = 0
    for name, is_valid in (("valid", True), ("invalid", False)):
        for place, text in enumerate((files / (name + ".yaml")).read_text().split("\n---\n"), 1):
            check("%s.yaml, file %d" % (name, place), text, is_valid)
            count += 1
    for place, text in enumerate(re.findall(r"```yaml\n(.*?)```", (root / "docs" / "mapping.md").read_text(), re.S), 1):
        check("docs/mapping.md, example %d" % place, text, True)
        count += 1
    check("jira-sync.example.yaml", (root / "jira-sync.example.yaml").read_text(), True)
    print("%d mapping files, %d differences between schema and reader" % (count + 1, failed))
    return 1 if failed or count < 30 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
