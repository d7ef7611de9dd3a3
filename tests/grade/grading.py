"""What the tests of `cupel grade` share: results, what of them is measured, and archives."""

import io
import json
import tarfile
import zipfile

import support
from support import GRADERS

# Figures of one run, which differ from the next one's.
MEASURED = {
    "started_at",
    "wall_seconds",
    "cpu_seconds",
    "user_seconds",
    "system_seconds",
    "memory_peak_bytes",
    "processes_peak",
    "arguments",  # of denied calls: addresses among them
}


def unmeasured(value):
    """A result without its measured figures; a limit is none, though it has the same key."""
    if isinstance(value, list):
        return [unmeasured(item) for item in value]
    if isinstance(value, dict):
        return {
            key: item if key == "limits" else unmeasured(item)
            for key, item in value.items()
            if key not in MEASURED
        }
    return value


def samples():
    """(grader's folder, sample's folder) of each sample that is shipped, but for templates, which
    have tests of their own."""
    found = sorted(GRADERS.glob("*/samples/*/expected.json"))
    pairs = [(path.parent.parent.parent, path.parent) for path in found]
    return [(grader, sample) for grader, sample in pairs if "template-" not in grader.name]


def submission(sample):
    """A sample's folder or archive."""
    return next(path for path in sorted(sample.iterdir()) if path.name.startswith("submission"))


def sample(grader, name):
    """(grader's folder, submission) of a shipped sample."""
    return GRADERS / grader, submission(GRADERS / grader / "samples" / name)


def tree(folder):
    """Contents of the files of a folder by their relative paths."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def tar(files, compression="gz"):
    """A tar archive with the given contents by path."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{compression}") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def zipped(files):
    """A zip archive with the given contents by path."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class GradeCase(support.TestCase):
    """A test case that makes graders for one test and grades scripts with them."""

    def grader(self, tests, files=None, **keys):
        """A grader's folder: its tests, data files by path, further keys of grader.json."""
        folder = self.folder() / "grader"
        definition = {
            "schema": "cupel.grader/1",
            "name": "made",
            "submission": {"files": ["*"]},
            "tests": tests,
            **keys,
        }
        support.write(folder / "grader.json", json.dumps(definition, indent=2))
        for name, text in (files or {}).items():
            support.write(folder / name, text)
        return folder

    def handed_in(self, **files):
        """A submission's folder with the given texts; `main` is a name without its suffix."""
        folder = self.folder() / "submission"
        for name, text in files.items():
            support.write(folder / name.replace("__", "."), text)
        return folder

    def grade_script(self, script, *options, limits=None, expect=None, policy="python", **test):
        """The only test's result of a Python script that is graded with one test."""
        definition = {
            "id": "only",
            "run": ["python3", "main.py"],
            "policy": policy,
            "limits": {"wall": "10 s", "cpu": "5 s"} | (limits or {}),
            "expect": expect or {"exit_code": 0},
            **test,
        }
        result = self.grade(
            self.grader([definition]), self.handed_in(main__py=script), *options
        )
        return result["tests"][0]
