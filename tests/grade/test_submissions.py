"""The same submission in any wrapping has the same score and hash; results do not depend on
the number of jobs."""

import json
import os
import subprocess
import time

import archiving
import grading
import support


class Wrappings(grading.GradeCase):
    @classmethod
    def setUpClass(cls):
        cls.grader_folder, cls.submitted = grading.sample("fibonacci", "partial")
        cls.files = grading.tree(cls.submitted)

    def archive(self, name, content):
        path = self.folder() / name
        path.write_bytes(content)
        return path

    def key(self, result):
        return result["score"], result["submission"]

    def test_folder_archives_and_file_give_the_same_score_and_hash(self):
        expected = self.key(self.grade(self.grader_folder, self.submitted))
        self.assertEqual(expected[0], 40)
        wrapped = {f"hand-in/{name}": content for name, content in self.files.items()}
        wrappings = {
            "a.zip": grading.zipped(self.files),
            "wrapped.zip": grading.zipped(wrapped),
            "a.tar": grading.tar(self.files, ""),
            "a.tar.gz": grading.tar(self.files, "gz"),
            "a.tar.bz2": grading.tar(self.files, "bz2"),
            "a.tar.xz": grading.tar(self.files, "xz"),
            "wrapped.tar.gz": grading.tar(wrapped, "gz"),
            "fib.c": self.files["fib.c"],
        }
        for name, content in wrappings.items():
            with self.subTest(submission=name):
                result = self.grade(self.grader_folder, self.archive(name, content))
                self.assertEqual(self.key(result), expected)

    def test_standard_input_is_a_submission(self):
        expected = self.key(self.grade(self.grader_folder, self.submitted))
        for name, content in (
            ("zip", grading.zipped(self.files)),
            ("tar.gz", grading.tar(self.files)),
        ):
            with self.subTest(standard_input=name):
                result = self.grade(self.grader_folder, "-", stdin=content)
                self.assertEqual(self.key(result), expected)

    def test_a_cpio_is_a_plain_file_whatever_its_name(self):
        path = self.archive("a.tar", archiving.newc(("fib.c", 0o100644, self.files["fib.c"])))
        result = self.grade(self.grader_folder, path, code=3)
        self.assertEqual(result["status"], "rejected")
        self.assertIn("handed in: a.tar", result["message"])

    def test_standard_input_that_does_not_block_is_waited_for(self):
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        made = self.grader([{"id": "t", "run": ["cat", "a.c"]}], submission={"files": ["a.c"]})
        with subprocess.Popen(
            [support.CUPEL, "grade", made, "-"], stdin=reader, stdout=subprocess.PIPE
        ) as process:
            os.close(reader)
            time.sleep(0.2)
            os.write(writer, b"late")
            os.close(writer)
            result = json.loads(process.communicate(timeout=30)[0])
        self.assertEqual((process.returncode, result["score"]), (0, 1), result["message"])
        self.assertEqual(result["tests"][0]["output"], "late")

    def test_what_opens_but_cannot_be_read_is_the_platforms_failure(self):
        made = self.grader([{"id": "t", "run": ["true"]}])
        done = self.cupel("grade", made, "/proc/self/mem")
        self.assertEqual(done.returncode, 1)
        message = "read the submission: Input/output error"
        self.assertEqual(done.stderr, f"cupel grade: platform failure: {message}\n")
        self.assertEqual(json.loads(done.stdout)["score"], None)

    def test_other_contents_have_another_hash(self):
        first = self.grade(self.grader_folder, self.submitted)
        other = grading.zipped({"fib.c": self.files["fib.c"] + b"\n"})
        second = self.grade(self.grader_folder, "-", stdin=other)
        self.assertNotEqual(first["submission"]["sha256"], second["submission"]["sha256"])

    def test_results_do_not_depend_on_the_number_of_jobs(self):
        for name in ("correct", "partial", "crashes", "build-fails"):
            with self.subTest(sample=name):
                pair = [
                    self.cupel("grade", "--jobs", n, *grading.sample("fibonacci", name)).stdout
                    for n in (1, 2)
                ]
                self.assertEqual(*map(without_figures, pair))


def without_figures(text):
    """A result's text, byte for byte, less the lines of measured figures."""
    keys = tuple(f'"{key}":' for key in grading.MEASURED)
    inside_limits = False
    kept = []
    for line in text.splitlines():
        bare = line.strip()
        inside_limits = bare.startswith('"limits"') or (inside_limits and "}" not in bare)
        if inside_limits or not bare.startswith(keys):
            kept.append(line)
    return "\n".join(kept)


if __name__ == "__main__":
    support.main()
