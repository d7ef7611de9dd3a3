"""Hostile archives: graded, unpacked without the cell around it, and by a naive unpacker.

Every unpacking takes place in `cupel run` or `cupel grade`. That of cupel-unpack alone is put
where all is allowed that an archive could do harm with, so that its own checks stop it; the naive
one shows that the archive does harm where nothing checks it, and that the cell holds even so.
"""

import ctypes
import json
import os
import re
import resource
from pathlib import Path

import archives
import misdeeds
import support
from archive_record import ESCAPED, OUT, OUTSIDE, SECRET

NAIVE = Path(__file__).resolve().parent / "naive_unpack.py"
UNPACK = support.PREFIX / "libexec/cupel/cupel-unpack"
LIST = """
import json, os, stat
seen = {}
for top, folders, names in os.walk("."):
    for path in (os.path.join(top, name) for name in folders + names):
        info = os.lstat(path)
        assert os.geteuid() == info.st_uid and info.st_mtime < 4e9
        assert not os.listxattr(path, follow_symlinks=False)
        seen[path[2:]] = stat.filemode(info.st_mode)[0], f"{stat.S_IMODE(info.st_mode):o}"
print(json.dumps(seen))
"""
GRADER = [{"id": "list", "run": ["python3", "-c", LIST], "policy": "python"}]
INTAKE = {"files": ["*"], "optional": ["*/*", "*/*/*"], "max_size": "1 MiB", "max_files": 50}
MEMORY_MAX = 768 << 10  # KiB of any one process: the policy has 512 MiB
UNPACKED = {archive.name for archive in misdeeds.share(archives.ALL)}  # also by others than cupel
DEADLINE = 300  # seconds, of what ends by itself
SET_CHILD_SUBREAPER = 36


class Archives(misdeeds.MisdeedCase):
    @classmethod
    def setUpClass(cls):
        # what a grading leaves behind becomes a child of this process
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def packed(self, archive):
        path = self.folder() / f"submission{archive.suffix}"
        path.write_bytes(archive.make())
        path.parent.chmod(0o755)
        return path

    def unpacked_naively(self, unpacker, path, *options):
        """What naive_unpack.py saw."""
        bound = [f"{NAIVE}:/naive.py", f"{path}:/archive", f"{UNPACK}:/cupel-unpack"]
        done, report = self.run_boxed(
            *("python3", "/naive.py", unpacker, "/archive"),
            options=(
                *("--policy", "python", "--wall", "150s", "--memory", "256MiB", "--disk", "64MiB"),
                *("--file-size", "1GiB"),
                *(("--cpu", "60s") if support.GUEST else ()),  # else the policy's
                *(word for pair in bound for word in ("--bind-ro", pair)),
                *options,
            ),
            timeout=DEADLINE,
        )
        empty = {"said": "", "tree": {}, "count": 0, "bytes": 0, "peak_virtual": 0}
        seen = json.loads(done.stdout) if report["status"] == "exited" else empty
        return {**seen, "said": seen["said"] + done.stderr, "limit": report["limit"]}

    def check_nothing_left(self):
        self.assertFalse(os.path.lexists(OUTSIDE))
        self.assertEqual(support.children_of(os.getpid()), [])
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(peak, MEMORY_MAX)

    def check_graded(self, archive, path):
        """Refused, with the entry and what is wrong with it; or harmless in the box."""
        grader = self.grader(GRADER, submission=INTAKE)
        done = self.cupel("grade", grader, path, timeout=DEADLINE)
        refused = archive.refused is not None and (archive.defused is None or done.returncode == 3)
        self.assertEqual(done.returncode, 3 if refused else 0, done.stderr)
        result = json.loads(done.stdout)
        if refused:
            self.assertEqual((result["status"], result["score"]), ("rejected", 0))
            self.assertRegex(result["message"], re.compile(archive.refused))
        else:
            test = result["tests"][0]
            self.assertEqual(test["verdict"], "passed", test)
            seen = {name: tuple(facts) for name, facts in json.loads(test["output"]).items()}
            self.assertEqual(seen, archive.defused)
        self.check_nothing_left()
        return "refused" if refused else "defused"

    def check_unpacked_alone(self, archive, path):
        """The checks of cupel-unpack do without the cell."""
        seen = self.unpacked_naively("cupel", path)
        self.assertIsNone(seen["limit"])
        tree = seen["tree"]
        outside = {place for place in tree if not place.startswith(f"{OUT}/")}
        self.assertEqual(outside, {"/box", OUT, "/box/secret", "/box/victim"})
        self.assertEqual(tree["/box/victim"]["text"], "untouched")
        self.assertEqual(tree["/box"]["mode"], "755")
        for place in set(tree) - outside:
            self.assertIn(tree[place]["kind"], "-dl", place)
            self.assertLessEqual(int(tree[place]["mode"], 8), 0o777)
            self.assertNotIn(SECRET, tree[place].get("text", ""))
        self.assertLess(seen["bytes"], 2 << 20)
        if archive.defused is None:  # what has been unpacked by then is not used
            self.assertIn("exit 3", seen["said"])
        else:
            self.assertFalse(archive.deed(seen), "the deed works with cupel-unpack as well")

    def check_control(self, archive, path):
        """It does harm where nothing checks it; the cell keeps that inside."""
        seen = self.unpacked_naively(archive.unpacker, path, *archive.options)
        self.assertTrue(archive.deed(seen), json.dumps(seen, indent=1)[:3000])
        self.check_nothing_left()
        self.assertFalse(os.path.lexists(ESCAPED))

    def examine(self, archive):
        """The row of an archive."""
        row = self.row_of(archive.record(), archive.unpacker)
        path = self.packed(archive)
        with self.finding(row):
            row["verdict"] = self.check_graded(archive, path)
        if archive.name not in UNPACKED:
            return row
        with self.finding(row):
            self.check_unpacked_alone(archive, path)
            row["alone"]["unpack"] = row["verdict"]
        with self.finding(row):
            self.check_control(archive, path)
            row["alone"]["cell"] = "contained"
            row["control_answer"] = "done"
        return row


misdeeds.add_tests(Archives, archives.ALL, Archives.examine)


if __name__ == "__main__":
    support.main()
