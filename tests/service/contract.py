"""What docs/openapi.json says of requests and answers, held against real ones."""

import datetime
import json
import re
import urllib.parse

import jsonschema
import support

FORMATS = jsonschema.FormatChecker(formats=())
ROUTE = re.compile(r'^    \{"([A-Z]+)", "(/[^"]*)", \w+, \w+, HTTP_\w+, false\},$', re.M)


@FORMATS.checks("date-time", raises=ValueError)
def is_time(value):
    """RFC 3339 in UTC."""
    return value is None or (value.endswith("Z") and datetime.datetime.fromisoformat(value))


def closed(schema):
    """The same schema, by which objects have no properties but those that it names."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict) or "x-source" in schema:
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if "object" in found.get("type", ()) and isinstance(found.get("properties"), dict):
        found.setdefault("additionalProperties", False)
    return found


def served_routes():
    """(method, pattern) of all routes of the API, by the tables that the service has of them."""
    tables = sorted((support.SOURCE / "src/service").glob("api*.c"))
    return {(method.lower(), pattern) for table in tables
            for method, pattern in ROUTE.findall(table.read_text())}


class Contract:
    def __init__(self):
        self.document = json.loads((support.SOURCE / "docs/openapi.json").read_text())
        self.components = closed(self.document["components"])
        self.seen = set()  # (method, pattern) that were answered with success

    def routes(self):
        return {(method, pattern) for pattern, item in self.document["paths"].items()
                for method in item}

    def operation(self, method, path):
        """(method, pattern) of what a request asks for; None: it is not described."""
        for pattern, item in self.document["paths"].items():
            expression = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern))
            if re.fullmatch(expression, path) and method.lower() in item:
                return method.lower(), pattern
        return None

    def check(self, method, path, body, answer):
        """Raises an exception where an answer, or a request that was well received, is not as
        described. body: of JSON if it is an object or a list."""
        path, _, query = path.partition("?")
        found = self.operation(method, path)
        if found is None:
            assert answer.status >= 400, f"{method} {path} is not described"
            return
        operation = self.document["paths"][found[1]][found[0]]
        self._check_answer(operation["responses"], answer)
        if answer.status < 300:
            self._check_query(operation.get("parameters", []), query)
            if isinstance(body, (dict, list)):
                content = operation["requestBody"]["content"]
                self._validate(body, content["application/json"]["schema"])
            self.seen.add(found)

    def _resolve(self, node):
        while "$ref" in node:
            name = node["$ref"].removeprefix("#/components/")
            node = self.components
            for part in name.split("/"):
                node = node[part]
        return node

    def _validate(self, value, schema):
        jsonschema.validate(value, {**closed(schema), "components": self.components},
                            cls=jsonschema.Draft202012Validator, format_checker=FORMATS)

    def _check_query(self, parameters, query):
        schemas = {p["name"]: p["schema"] for p in parameters if p["in"] == "query"}
        for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
            schema = schemas[name]
            is_number = schema.get("type") == "integer" or 0 in schema.get("enum", ())
            self._validate(int(value) if is_number else value, schema)

    def _check_answer(self, responses, answer):
        name = str(answer.status)
        if answer.status == 500:
            name = "default"
        described = self._resolve(responses[name])
        for header in described.get("headers", {}):
            assert header in answer.headers, f"{answer.status} has no {header}"
        if "content" not in described:
            assert answer.bytes == b"", answer.bytes
            return
        kind = answer.headers["Content-Type"].partition(";")[0]
        schema = described["content"][kind]["schema"]
        if kind.endswith("json"):
            self._validate(answer.json(), schema)
