"""docs/openapi.json by itself: it describes the routes that there are, and needs no other file;
and that what is not as it says is seen."""

import json
import re
import types
import unittest

import support
from contract import Contract, served_routes
from jsonschema import Draft202012Validator, ValidationError


def nodes(value):
    """All objects in a document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)


class Document(unittest.TestCase):
    def setUp(self):
        self.contract = Contract()
        self.document = self.contract.document

    def operations(self):
        for method, pattern in sorted(self.contract.routes()):
            yield f"{method} {pattern}", self.document["paths"][pattern][method]

    def test_it_describes_each_route_and_no_other(self):
        self.assertEqual(self.contract.routes(), served_routes())

    def test_each_reference_leads_to_a_component_and_each_component_is_used(self):
        used = set()
        for node in nodes(self.document):
            if isinstance(node.get("$ref"), str):
                parts = node["$ref"].split("/")
                self.assertEqual(parts[:2], ["#", "components"])
                target = self.document
                for part in parts[1:]:
                    target = target[part]
                used.add(tuple(parts[2:4]))
        components = self.document["components"]
        self.assertEqual(used, {(kind, name) for kind in ("responses", "schemas")
                                for name in components[kind]})

    def test_each_schema_is_one(self):
        for schema in self.document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)
        for node in nodes(self.document["paths"]):
            if isinstance(node.get("schema"), dict):
                Draft202012Validator.check_schema(node["schema"])

    def test_each_operation_names_its_path_and_its_answers(self):
        for name, operation in self.operations():
            with self.subTest(name):
                path = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
                self.assertEqual(path, set(re.findall(r"\{(\w+)\}", name)))
                statuses = set(operation["responses"])
                self.assertLessEqual({"429", "503", "default"}, statuses)
                if operation.get("security") != []:
                    self.assertLessEqual({"400", "401"}, statuses)
                self.assertEqual("413" in statuses, "requestBody" in operation)
                for status in statuses - {"204"}:
                    answer = operation["responses"][status]
                    self.assertTrue("$ref" in answer or answer["content"], status)
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    self.assertIn("schema", content)

    def test_what_is_not_described_is_seen(self):
        course = {"name": "c", "weight": 1, "max_running": 0}
        problem = {"type": "about:blank", "title": "No", "status": 404, "detail": "no"}
        put = ("PUT", "/v1/courses/c", {"weight": 1})
        self.contract.check(*put, answer(200, course))
        for asked, given in ((put, answer(200, {**course, "x": 1})),
                             (put, answer(200, {**course, "weight": "1"})),
                             (put, answer(201, course)),
                             (put, answer(404, problem, "problem+json")),
                             (put, answer(401, {**problem, "status": 401}, "problem+json")),
                             ((*put[:2], {"weight": 0}), answer(200, course)),
                             ((*put[:2], {"wait": 1}), answer(200, course)),
                             (("PUT", "/v1/courses/c?x=1", {}), answer(200, course)),
                             (("GET", "/v1/other", None), answer(200, course))):
            with self.subTest(asked=asked, given=given.status):
                self.assertRaises((AssertionError, KeyError, ValidationError),
                                  self.contract.check, *asked, given)


def answer(status, document, kind="json"):
    """As a service gives it."""
    data = json.dumps(document).encode()
    return types.SimpleNamespace(status=status, headers={"Content-Type": f"application/{kind}"},
                                 bytes=data, json=lambda: document)


if __name__ == "__main__":
    support.main()
