"""What the tests of other systems' autograders share."""

import json

import grading
import support


class CompatCase(grading.GradeCase):
    """A test case with graders that have a "kind"."""

    KIND = None
    KEYS = {}

    def old_grader(self, files, archive=False, **keys):
        """A grader's folder with an autograder of the given files (texts by path)."""
        folder = self.folder() / "grader"
        name = "autograder.zip" if archive else "autograder"
        definition = {
            "schema": "cupel.grader/1",
            "name": "old",
            "kind": self.KIND,
            "submission": {"files": ["*"]},
            "autograder": name,
            "points": 10,
            **self.KEYS,
            **keys,
        }
        support.write(folder / "grader.json", json.dumps(definition, indent=2))
        if archive:
            (folder / name).write_bytes(grading.zipped(files))
        else:
            for path, text in files.items():
                support.write(folder / name / path, text)
        for path in folder.rglob("*.sh"):
            path.chmod(0o755)
        return folder

    def at_fault(self, made, submitted, said):
        """The grader is at fault, for a reason that holds some words; nothing has a score."""
        result = self.grade(made, submitted, code=5)
        self.assertEqual((result["status"], result["score"]), ("grader_error", None))
        self.assertIn(said, result["message"])
        return result
