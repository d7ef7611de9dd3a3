"""Each folder of tests/bad/grader/ has a grader.json and, in `error`, all that cupel says of it."""

import os
import re

import support
from support import POLICIES, SOURCE

CASES = SOURCE / "tests/bad/grader"


class BadGraders(support.TestCase):
    """A test for each folder is added below."""

    def check(self, folder):
        done = self.cupel("grade", "grader.json", "nosuch", cwd=folder)
        said = done.stderr.replace(os.fspath(POLICIES), "POLICIES")
        said = re.sub("; there are .*", "; there are …", said)  # whatever policies are shipped
        self.assertEqual(said, (folder / "error").read_text())
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.returncode, 2)


for _folder in sorted(CASES.iterdir()):
    setattr(BadGraders, f"test_{_folder.name}", lambda self, folder=_folder: self.check(folder))


if __name__ == "__main__":
    support.main()
