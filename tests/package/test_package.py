"""cupel as others use it: installed below some prefix, and as a part of their own build."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import support
from support import SOURCE

BUILD = Path(os.environ["CUPEL_BUILD"])


class Package(support.TestCase):
    def command(self, *args):
        done = subprocess.run(args, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def install(self):
        prefix = self.folder() / "prefix"
        self.command("cmake", "--install", BUILD, "--prefix", prefix)
        return prefix

    def grade(self, prefix):
        grader = prefix / "share/cupel/graders/fibonacci"
        sample = grader / "samples/correct/submission"
        return json.loads(self.command(prefix / "bin/cupel", "grade", grader, sample))

    def test_an_installed_cupel_finds_its_parts(self):
        result = self.grade(self.install())
        self.assertEqual((result["status"], result["fraction"]), ("graded", 1))

    def test_an_installation_may_be_moved(self):
        moved = self.folder() / "elsewhere"
        shutil.move(self.install(), moved)
        self.assertEqual(self.grade(moved)["fraction"], 1)

    def test_an_installation_has_all_parts(self):
        prefix = self.install()
        for path in (
            "bin/cupel",
            "libexec/cupel/cupel-cell",
            "libexec/cupel/cupel-exec",
            "libexec/cupel/cupel-scope",
            "libexec/cupel/cupel-unpack",
            "include/cupel/grade.h",
            "share/cupel/policies/native.json",
            "share/cupel/graders/wordcount/grader.json",
            "share/cupel/schema/grader.schema.json",
            "share/cupel/graders/template-c/grader.json",
            "share/cupel/harness/run.py",
            "share/man/man1/cupel-grade.1",
            "share/man/man5/cupel-grader.5",
        ):
            self.assertTrue((prefix / path).is_file(), path)
        self.assertNotEqual(list(prefix.glob("lib*/**/libcupel.a")), [])

    def test_documents_lead_to_documents_that_are_installed(self):
        docs = self.install() / "share/doc/cupel"
        links = 0
        for document in docs.rglob("*.md"):
            for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", document.read_text()):
                self.assertTrue((document.parent / target).exists(), f"{document.name}: {target}")
                links += 1
        self.assertGreater(links, 50)

    def test_the_library_works_in_another_build(self):
        build = self.folder() / "build"
        self.command(
            *("cmake", "-S", SOURCE / "tests/package/embed", "-B", build, "-G", "Ninja"),
            f"-DCUPEL_SOURCE={SOURCE}",
        )
        self.command("cmake", "--build", build, "--target", "embed")
        self.assertEqual(self.command(build / "embed"), "1536\n")


if __name__ == "__main__":
    support.main()
