"""Every shipped sample ends as its expected.json says (`cupel test`), and every result follows
its schema and can be read back."""

import json
import subprocess

import grading
import support


class Samples(grading.GradeCase):
    def test_each_sample_ends_as_it_expects_and_no_cheat_earns_points(self):
        graders = sorted({grader for grader, _ in grading.samples()})
        self.assertGreaterEqual(len(grading.samples()), 25)
        tested = 0
        for grader in graders:
            done = self.cupel("test", "--json", grader, timeout=240)
            report = json.loads(done.stdout)
            self.assertEqual(support.schema_faults(report, "test"), [])
            samples, cheats = report["graders"][0]["samples"], report["graders"][0]["cheats"]
            tried = [cheat for cheat in cheats if cheat["passed"] is not None]
            self.assertGreaterEqual(len(tried), 6)  # not all are known for each language
            for case in samples + tried:
                with self.subTest(grader=grader.name, case=case["name"]):
                    self.assertTrue(case["passed"], case)
            self.assertEqual(done.returncode, 0, done.stderr)
            tested += len(samples)
        self.assertEqual(tested, len(grading.samples()))

    def test_each_result_follows_its_schema_and_is_read_back_as_it_was(self):
        for grader, sample in grading.samples():
            if sample.name != "loops":  # these take long, and a limit is in others as well
                with self.subTest(grader=grader.name, sample=sample.name):
                    expected = json.loads((sample / "expected.json").read_text())
                    code = 3 if expected["status"] == "rejected" else 0
                    result = self.grade(grader, grading.submission(sample), code=code)
                    self.assertEqual(support.schema_faults(result, "result"), [])
                    again = subprocess.run(
                        [support.HELPERS / "reread_result"],
                        input=json.dumps(result),
                        capture_output=True,
                        text=True,
                        check=False,
                    )
                    self.assertEqual(again.returncode, 0, again.stderr)
                    self.assertEqual(json.loads(again.stdout), result)

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
            for step in [*grader.get("build", []), *grader.get("tests", [])]:
                policy = step.get("policy", default)
                with self.subTest(grader=path.parent.name, step=step["id"]):
                    self.assertNotEqual(policy, "base")
                    self.assertTrue((support.POLICIES / f"{policy}.json").is_file(), policy)


if __name__ == "__main__":
    support.main()
