"""The JSON schema takes every shipped policy, and refuses what it can see to be wrong.

usage: test_schema.py SCHEMA POLICIES BAD_POLICIES [unittest options]
"""
import json
import os
import pathlib
import sys
import unittest

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = POLICIES = BAD = None
# What a schema cannot express: names of calls, order of quantities, what a parent allows.
BEYOND_A_SCHEMA = {
    "child_widens_without_why", "condition_malformed", "condition_on_a_group",
    "condition_too_wide", "duplicate_key", "extends_in_a_circle", "extends_unknown",
    "limit_missing", "not_json", "rule_of_unknown_call", "rule_that_allows_the_kernel_surface",
    "stdout_above_output", "too_many_conditions", "wrong_name",
}


class Schema(unittest.TestCase):
    def setUp(self):
        if jsonschema is None:
            if os.environ.get("CUPEL_TESTS_MUST_RUN") == "1":
                self.fail("python3-jsonschema is not installed")
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
        jsonschema.Draft7Validator.check_schema(schema)
        self.validator = jsonschema.Draft7Validator(schema)

    def test_every_shipped_policy_is_valid(self):
        policies = sorted(POLICIES.glob("*.json"))
        self.assertTrue(policies)
        for path in policies:
            with self.subTest(policy=path.name):
                document = json.loads(path.read_text(encoding="utf-8"))
                self.assertEqual([e.message for e in self.validator.iter_errors(document)], [])

    def test_bad_policies_are_refused_where_a_schema_can_see_it(self):
        for path in sorted(BAD.glob("*/policy.json")):
            if path.parent.name in BEYOND_A_SCHEMA:
                continue
            is_wrong = ": error: " in (path.parent / "error").read_text(encoding="utf-8")
            with self.subTest(case=path.parent.name):
                document = json.loads(path.read_text(encoding="utf-8"))
                self.assertEqual(self.validator.is_valid(document), not is_wrong)


if __name__ == "__main__":
    SCHEMA, POLICIES, BAD = (pathlib.Path(argument) for argument in sys.argv[1:4])
    unittest.main(argv=[sys.argv[0], *sys.argv[4:]])
