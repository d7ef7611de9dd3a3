"""Every shipped sample ends as its expected.json says, and every result follows its schema."""

import json

import grading
import support


class Samples(grading.GradeCase):
    def test_each_sample_ends_as_it_expects(self):
        self.assertGreaterEqual(len(grading.samples()), 25)
        for grader, sample in grading.samples():
            with self.subTest(grader=grader.name, sample=sample.name):
                result = self.grade(grader, grading.submission(sample))
                expected = json.loads((sample / "expected.json").read_text())
                self.assertEqual(grading.differences(expected, result), [])
                self.assertEqual(support.schema_faults(result, "result"), [])

    def test_the_compilers_output_is_shown(self):
        result = self.grade(*grading.sample("fibonacci", "build-fails"))
        self.assertIn("fib.c:16:13: error: expected", result["build"][0]["output"])
        self.assertIsNone(result["tests"][0]["run"])

    def test_each_kind_of_sample_is_shipped(self):
        kinds = {"correct", "wrong", "partial", "build-fails", "loops", "crashes"}
        for grader in ("brackets", "fibonacci", "roman", "wordcount"):
            names = {s.name for g, s in grading.samples() if g.name == grader}
            self.assertLessEqual(kinds, names)

    def test_each_step_is_under_a_shipped_policy_for_its_language(self):
        """Neither a file of the grader's own nor base, which has no processes, serves."""
        for path in support.GRADERS.glob("*/grader.json"):
            grader = json.loads(path.read_text())
            default = grader.get("defaults", {}).get("policy")
            for step in [*grader.get("build", []), *grader["tests"]]:
                policy = step.get("policy", default)
                with self.subTest(grader=path.parent.name, step=step["id"]):
                    self.assertNotEqual(policy, "base")
                    self.assertTrue((support.POLICIES / f"{policy}.json").is_file(), policy)


class Subset(support.TestCase):
    def test_differences_follow_the_subset_rule(self):
        cases = [
            ({"a": 1}, {"a": 1, "b": 2}, []),
            ({"a": 1}, {"b": 2}, ["result.a: missing"]),
            ({"a": None}, {"a": 0}, ["result.a: expected None, found 0"]),
            ([{"id": "x", "n": 1}], [{"id": "y"}, {"id": "x", "n": 1}], []),
            ([{"id": "x", "n": 1}], [{"id": "x", "n": 2}], ["result[x].n: expected 1, found 2"]),
            ([{"id": "x"}], [], ["result[x]: missing"]),
            (0.1 + 0.2, 0.3, []),
            (True, 1, ["result: expected True, found 1"]),
            ([1, 2], [1], ["result: expected 2 elements, found 1"]),
            ([1, 2], [1, 3], ["result[1]: expected 2, found 3"]),
        ]
        for expected, actual, found in cases:
            with self.subTest(expected=expected, actual=actual):
                self.assertEqual(grading.differences(expected, actual), found)


if __name__ == "__main__":
    support.main()
