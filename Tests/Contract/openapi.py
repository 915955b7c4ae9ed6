"""Holds recorded exchanges against Atlassian's OpenAPI description of JIRA Cloud.

    openapi.py DESCRIPTION RECORD

Every request must be one that the description knows: path, parameters, body. Every answer must have a status that it
names for the operation, and a body of the form that it gives. Ends with 1 where one does not.
"""
import json
import re
import sys
from urllib.parse import parse_qsl, unquote

from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

# Answers that any operation may give, whether or not its description lists them.
EVERYWHERE = {"401", "403", "404", "429", "500", "502", "503"}

# Where the description is wrong or silent, and what JIRA does is known from elsewhere.
KNOWN = {
    # https://developer.atlassian.com/changelog/#CHANGE-2046: the old search answers "gone".
    ("GET", "/rest/api/3/search", "410"), ("POST", "/rest/api/3/search", "410"),
}

# Where the form that the description gives is not that of JIRA's answers, each with what shows it.
DIFFERENCES = [
    # The description's own example of this answer has "from": null.
    (r"^GET .*/changelog$", r"items/\d+/(from|to|fromString|toString): None"),
    # `screens` is marked as write-only, though the description's own example of the answer has it.
    (r"^GET /rest/api/3/screenscheme$", r"/screens: Tried to read write-only property"),
    # Cloud gives the stored name of a custom field beside the one that it shows; the description has it only elsewhere.
    (r"^(GET|POST) /rest/api/3/field$", r"'untranslatedName' was unexpected"),
]


class Description:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.document = json.load(file)
        resource = Resource(contents=self.document, specification=DRAFT4)
        self.registry = Registry().with_resource("urn:jira", resource)
        self.operations = []
        for template, item in self.document["paths"].items():
            pattern = re.compile("^" + re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)) + "$")
            for method in ("get", "post", "put", "delete"):
                if method in item:
                    shared = item.get("parameters", [])
                    self.operations.append(
                        (method.upper(), template, pattern, item[method], shared)
                    )
        # A path without places for values is meant before one with.
        self.operations.sort(key=lambda operation: operation[1].count("{"))

    def find(self, method, path):
        for operation in self.operations:
            if operation[0] == method and operation[2].match(path):
                return operation
        return None

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def errors(self, schema, value, validator):
        absolute = json.loads(json.dumps(schema).replace('"#/components', '"urn:jira#/components'))
        checker = validator(absolute, registry=self.registry)
        for error in checker.iter_errors(value):
            yield "at %s: %s" % ("/".join(map(str, error.absolute_path)) or "the top", error.message[:300])


def parameter_problems(description, parameters, query):
    known = {}
    for parameter in parameters:
        parameter = description.resolve(parameter)
        if parameter["in"] == "query":
            known[parameter["name"]] = parameter
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            yield "the query parameter %s is not known" % name
            continue
        schema = description.resolve(known[name].get("schema", {}))
        kind = schema.get("type")
        if kind == "integer" and not re.fullmatch(r"-?\d+", text):
            yield "the query parameter %s is '%s', not a whole number" % (name, text)
        if kind == "boolean" and text not in ("true", "false"):
            yield "the query parameter %s is '%s', not true or false" % (name, text)
        if "enum" in schema and text not in schema["enum"]:
            yield "the query parameter %s is '%s', none of %s" % (name, text, schema["enum"])
    for name, parameter in known.items():
        if parameter.get("required") and name not in dict(parse_qsl(query, keep_blank_values=True)):
            yield "the query parameter %s is required" % name


def problems(description, exchange):
    path = unquote(exchange["path"])
    # Version 2 is described elsewhere; what the client asks of it before it knows the site is the same in both.
    if path == "/rest/api/2/serverInfo":
        path = "/rest/api/3/serverInfo"
    if not path.startswith("/rest/api/3/"):
        yield None, "is not part of the API's version 3"
        return
    operation = description.find(exchange["method"], path)
    status = str(exchange["status"])
    if operation is None:
        if (exchange["method"], path, status) not in KNOWN:
            yield None, "there is no such operation"
        return
    method, template, _, details, shared = operation
    name = "%s %s" % (method, template)
    for problem in parameter_problems(description, shared + details.get("parameters", []), exchange["query"]):
        yield name, problem
    # What was refused was often wrong on purpose.
    if exchange["status"] < 400:
        body = description.resolve(details.get("requestBody", {}))
        content = body.get("content", {}).get("application/json", {})
        if exchange["request"] is not None and not content:
            yield name, "the request has a body, and none is described"
        if body.get("required") and exchange["request"] is None:
            yield name, "the request has no body"
        if exchange["request"] is not None and content.get("schema"):
            for error in description.errors(content["schema"], exchange["request"], OAS30WriteValidator):
                yield name, "request " + error
    responses = details["responses"]
    if status not in responses:
        if status not in EVERYWHERE and (method, template, status) not in KNOWN:
            yield name, "the status %s is none of %s" % (status, sorted(responses))
        return
    content = description.resolve(responses[status]).get("content", {})
    media = next((content[kind] for kind in content if kind.startswith("application/json")), None)
    if media and media.get("schema") and exchange["answer"] is not None:
        for error in description.errors(media["schema"], exchange["answer"], OAS30ReadValidator):
            yield name, "answer %s %s" % (status, error)


def main(description_path, record_path):
    description = Description(description_path)
    found, operations, count = {}, set(), 0
    with open(record_path, encoding="utf-8") as record:
        for line in record:
            exchange = json.loads(line)
            if exchange["fault"] or not exchange["path"].startswith("/rest/api/"):
                continue
            # Clients that speak version 2 are held against the same operations of their own description.
            if exchange["path"].startswith("/rest/api/2/") and not exchange["path"].endswith("serverInfo"):
                continue
            count += 1
            operation = description.find(exchange["method"], unquote(exchange["path"]))
            if operation:
                operations.add(operation[0] + " " + operation[1])
            for name, problem in problems(description, exchange):
                if any(re.search(one, name or "") and re.search(other, problem) for one, other in DIFFERENCES):
                    continue
                name = name or "%s %s" % (exchange["method"], exchange["path"])
                found.setdefault((name, problem), []).append(exchange)
    for (name, problem), exchanges in sorted(found.items()):
        print("FAIL  %s: %s (%d times)" % (name, problem, len(exchanges)))
    if count < 20:
        print("FAIL  only %d exchanges were recorded" % count)
        return 1
    print("%d exchanges of %d operations, %d kinds of difference" % (count, len(operations), len(found)))
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
