"""Rendered documents follow the shipped schemas, and the schemas refuse what is not so.

usage: schema.py FOLDER-OF-SCHEMAS WRITE-SAMPLES
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import unittest

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(1 if os.environ.get("CUPEL_TESTS_MUST_RUN") == "1" else 77)

FOLDER = pathlib.Path(sys.argv[1])
WRITE_SAMPLES = sys.argv[2]
DELETE = object()


def load(name):
    return json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))


RUN = load("run")
RESULT = load("result")
# Without a base address the reference between the two files cannot be followed: put it inside.
WHOLE = json.loads(json.dumps(RESULT).replace('"run.schema.json"', '"#/$defs/run"'))
WHOLE["$defs"]["run"] = {key: RUN[key] for key in RUN if key != "$schema"}
VALIDATORS = {
    "run": jsonschema.Draft202012Validator(RUN),
    "result": jsonschema.Draft202012Validator(WHOLE),
}
SAMPLES = json.loads(subprocess.run([WRITE_SAMPLES], check=True, capture_output=True).stdout)


def errors_of(name, document):
    return [error.message for error in VALIDATORS[name.split("-")[0]].iter_errors(document)]


def objects_of(value, path=()):
    """Paths of all objects in a document."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from objects_of(inner, path + (key,))
    if isinstance(value, list):
        for i, inner in enumerate(value):
            yield from objects_of(inner, path + (i,))


def changed(document, path, value):
    document = copy.deepcopy(document)
    target = document
    for key in path[:-1]:
        target = target[key]
    if value is DELETE:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return document


def at(document, path):
    for key in path:
        document = document[key]
    return document


class Schemas(unittest.TestCase):
    def test_schemas_are_schemas(self):
        for schema in (RUN, RESULT, WHOLE):
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_every_sample_follows_its_schema(self):
        self.assertEqual(len(SAMPLES), 17)
        for name, document in SAMPLES.items():
            self.assertEqual(errors_of(name, document), [], name)

    def test_every_key_is_described_and_required(self):
        for name, document in SAMPLES.items():
            for path in objects_of(document):
                with self.subTest(name, path=path):
                    self.assertTrue(errors_of(name, changed(document, path + ("extra",), 1)))
                    for key in at(document, path):
                        self.assertTrue(errors_of(name, changed(document, path + (key,), DELETE)), key)

    def test_what_is_not_so_is_refused(self):
        cases = [
            ("run-exited", ("schema",), "cupel.run/2"),
            ("run-exited", ("status",), "done"),
            ("run-exited", ("exit_code",), None),
            ("run-exited", ("exit_code",), 256),
            ("run-exited", ("signal",), 9),
            ("run-exited", ("limit",), "memory"),
            ("run-exited", ("error",), "why"),
            ("run-exited", ("wall_seconds",), -1),
            ("run-exited", ("enforcement", "memory"), "rlimit"),
            ("run-exited", ("enforcement", "landlock_abi"), 0),
            ("run-exited", ("enforcement", "seccomp_sha256"), ""),
            ("run-limit", ("limit",), None),
            ("run-limit", ("limit",), "inodes"),
            ("run-signaled", ("signal",), None),
            ("run-denied", ("denied_syscalls", 0, "count"), 0),
            ("run-denied", ("denied_syscalls", 0, "action"), "allow"),
            ("run-denied", ("denied_syscalls", 0, "arguments"), ["0x0"]),
            ("run-denied", ("denied_syscalls", 1, "line"), 0),
            ("run-denied-learner", ("denied_syscalls", 1, "file"), "/policies/base.json"),
            ("result-graded", ("score",), None),
            ("result-graded", ("fraction",), -0.1),
            ("result-graded", ("penalties", 0, "points"), -1),
            ("result-graded", ("leaderboard", 0, "order"), "up"),
            ("result-graded", ("started_at",), "2026-01-01 00:00:00"),
            ("result-graded", ("tests", 0, "verdict"), "ok"),
            ("result-graded", ("tests", 0, "reason"), "wrong_output"),
            ("result-graded", ("tests", 1, "reason"), "none"),
            ("result-graded", ("tests", 0, "run", "status"), "done"),
            ("result-graded-learner", ("tests", 2, "visibility"), "visible"),
            ("result-graded-learner", ("tests", 2, "message"), "told"),
            ("result-graded-learner", ("tests", 2, "score"), 0),
            ("result-platform-error", ("score",), 0),
        ]
        for name, path, value in cases:
            with self.subTest(name, path=path, value=value):
                self.assertTrue(errors_of(name, changed(SAMPLES[name], path, value)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
