"""Submissions that tamper with their grades: graded by cupel, and by a naive autograder.

Each says in its head what it tries and what becomes of it; a folder's is in main.* or note.txt.
A naive autograder, inside `cupel run`, gives it full marks; cupel gives it what the honest failure
beside it has: nothing, and the failure is the learner's. See tampering/ and its naive/.
"""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import misdeeds
import support

HERE = Path(__file__).resolve().parent / "tampering"
NAIVE = HERE / "naive"
HEADS = ("main.py", "main.c", "main.js", "note.txt")
KEY = re.compile(r"^[#* ]+(Technique|Family|Layers|Outcome|Grader|Naive|Links): (.+)$", re.M)
REQUIRED = {"Technique", "Family", "Layers", "Outcome", "Grader", "Naive"}
FULL = 10
DEADLINE = 300  # seconds, of what ends by itself
# Who grades honest programs that are not the usual one, in Python.
HONEST = {"c": "c", "make": "c", "node": "js", "talk": "talk"}
OF_C = ("build", "make", "make test", "own makefile", "env file", "c tests")
HONEST_NAIVE = dict.fromkeys(OF_C, "c") | {"package script": "js", "talk": "talk"}
# What the naive ones demand of honest programs beside what they do for cupel's graders.
SAYS_ITS_SCORE = ("last line", "time said")


@dataclass(frozen=True)
class Tampering:
    name: str
    path: Path
    keys: dict

    def record(self):
        layers = [layer.strip() for layer in self.keys["Layers"].split(",")]
        said = {"name": self.name, "technique": self.keys["Technique"], "family": "tampering"}
        return said | {"layers": layers, "outcome": self.keys["Outcome"]}


def read(path):
    """The technique of a file or folder."""
    heads = [path / name for name in HEADS] if path.is_dir() else [path]
    head = next(file for file in heads if file.exists())
    keys = dict(KEY.findall(head.read_text()))
    if missing := REQUIRED - keys.keys():
        raise ValueError(f"{head}: its head lacks {', '.join(sorted(missing))}")
    return Tampering(path.stem, path, keys)


ALL = [read(path) for path in sorted((HERE / "submissions").iterdir())]
TRIED = misdeeds.share(ALL)


class TamperingCase(misdeeds.MisdeedCase):
    def handed_in_by(self, tampering):
        """A fresh folder of the submission."""
        folder = self.folder()
        folder.chmod(0o755)
        place = folder / "submission"
        if tampering.path.is_dir():
            shutil.copytree(tampering.path, place)
        else:
            place.mkdir()
            shutil.copy(tampering.path, place / f"main{tampering.path.suffix}")
        if links := tampering.keys.get("Links"):
            name, target = links.split()
            (place / name).symlink_to(target)
        return place

    def honest(self, kind, is_right):
        """A program that adds two numbers, or subtracts where it should add."""
        place = self.folder() / "submission"
        place.parent.chmod(0o755)
        shutil.copytree(HERE / "honest" / kind, place)
        if not is_right:
            main = next(place.glob("main.[cjp]*"))
            text = main.read_text()
            self.assertEqual(text.count("a + b"), 1)
            main.write_text(text.replace("a + b", "a - b"))
        return place

    def grader_called(self, name):
        """A grader with the data and the judges that all have."""
        folder = self.folder() / "grader"
        shutil.copytree(NAIVE / "expected", folder / "data")
        for judge in ("check.py", "talk.py", "test_main.py"):
            shutil.copy(NAIVE / judge, folder)
        shutil.copytree(HERE / "graders" / name, folder, dirs_exist_ok=True)
        if name == "speed":  # the only one that is narrow
            definition = folder / "grader.json"
            limit = f"{500 * support.SLOWNESS} ms"
            definition.write_text(definition.read_text().replace("500 ms", limit))
        return folder

    def naive_points(self, kind, submission):
        """What a naive autograder gives; it and the submission are in the sandbox."""
        done, report = self.run_boxed(
            *("python3", "/naive/naive_grade.py", kind),
            options=(
                *("--policy", "compat", "--wall", "150s", "--cpu", "60s", "--memory", "512MiB"),
                *("--bind-ro", f"{NAIVE}:/naive", "--bind-ro", f"{submission}:/given"),
                *("--disk", "32MiB"),
            ),
            timeout=DEADLINE,
        )
        self.assertEqual(report["status"], "exited", done.stderr)
        return json.loads(done.stdout), done.stderr

    def check_graded(self, tampering, result):
        """Nothing, and by the learner's fault. Where its code runs beside an older autograder, of
        another system, there may be no result, which earns nothing, or a marked one."""
        outcome, _, reasons = tampering.keys["Outcome"].partition(": ")
        statuses = {
            "rejected": ("rejected",), "no result": ("grader_error",),
            "marked": ("graded", "grader_error"),
        }.get(outcome, ("graded",))
        self.assertIn(result["status"], statuses, json.dumps(result, indent=1)[:3000])
        scores = {"no result": (None,), "marked": (None, 0, FULL)}.get(outcome, (0,))
        self.assertIn(result["score"], scores)
        verdicts = {(test["verdict"], test["reason"]) for test in result["tests"]}
        if outcome == "failed":
            allowed = {("failed", reason) for reason in reasons.split(", ")}
            self.assertLessEqual(verdicts, allowed)
            self.assertTrue(verdicts)
        elif outcome == "marked":
            apart = {harness["separation"] for harness in result["harnesses"]}
            self.assertLessEqual(apart, {"in-process"})
        elif outcome == "not built":
            self.assertFalse(result["build"][0]["passed"])
        self.assertEqual([e for e in result["leaderboard"] if e.get("value") is not None], [])

    def check_shown(self, tampering, result, grader, submission):
        """What is shown of it holds no markup and no control characters of the learner's."""
        for form in ("html", "text", "junit"):
            text = self.cupel(
                "grade", "--format", form, grader, submission, timeout=DEADLINE
            ).stdout
            self.assertIn("alert(1)", text)
            self.assertNotIn("\x1b]", text)
            if form != "text":  # where it is only letters
                self.assertNotIn("<script>alert", text)

    def examine(self, tampering):
        """The row of a technique."""
        row = self.row_of(tampering.record(), tampering.keys["Naive"])
        row["alone"] = {layer: "" for layer in tampering.record()["layers"]}
        submission = self.handed_in_by(tampering)
        grader = self.grader_called(tampering.keys["Grader"])
        with self.finding(row):
            done = self.cupel("grade", grader, submission, timeout=DEADLINE)
            self.assertNotEqual(done.returncode, 1, done.stderr)
            result = json.loads(done.stdout)
            self.check_graded(tampering, result)
            row["verdict"] = tampering.keys["Outcome"].split(":")[0]
            if tampering.name == "page":
                self.check_shown(tampering, result, grader, submission)
        with self.finding(row):
            points, said = self.naive_points(tampering.keys["Naive"], submission)
            self.assertGreaterEqual(points, FULL, f"the naive autograder is not deceived: {said}")
            row["control_answer"] = "done"
        return row

    def test_graders_give_honest_submissions_what_they_deserve(self):
        for name in sorted({tampering.keys["Grader"] for tampering in TRIED}):
            with self.subTest(grader=name):
                for is_right, score in ((True, FULL), (False, 0)):
                    submission = self.honest(HONEST.get(name, "python"), is_right)
                    result = self.grade(self.grader_called(name), submission, timeout=DEADLINE)
                    self.assertEqual(result["score"], score)

    def test_naive_autograders_tell_right_from_wrong(self):
        for kind in sorted({tampering.keys["Naive"] for tampering in TRIED}):
            with self.subTest(kind=kind):
                for is_right, score in ((True, FULL), (False, 0)):
                    if is_right and kind in SAYS_ITS_SCORE:
                        continue
                    submission = self.honest(HONEST_NAIVE.get(kind, "python"), is_right)
                    self.assertEqual(self.naive_points(kind, submission)[0], score)


misdeeds.add_tests(TamperingCase, TRIED, TamperingCase.examine)


if __name__ == "__main__":
    support.main()
