"""Programs that are small and whose build is not: each ends by a limit of the build, which is the
learner's failure, and builds well with a small SIZE.

bombs/ holds them; SIZE is put into their text here, since it is the learner's as well. Each is graded,
with a build step that compiles it as staff would.
"""

import json
import time
from dataclasses import dataclass

import support

BOMBS = support.SOURCE / "tests/hostile/bombs"
MIB = 1 << 20
LIMITS = {
    "wall": f"{20 * support.SLOWNESS} s", "cpu": f"{2 * support.SLOWNESS} s",
    "memory": "256 MiB", "file_size": "16 MiB", "disk": "48 MiB", "output": "1 MiB",
}
DEADLINE = 60 * support.SLOWNESS  # seconds, of a grading whose build has a fifth of that
OUTPUT_MAX = (16 << 10) + 200  # what a result shows of a build, and the note that it was cut

GCC = ("gcc", "-o", "prog")
GPP = ("g++", "-std=c++17", "-ftemplate-depth=900", "-o", "prog")
RUSTC = ("rustc", "-C", "debuginfo=0", "-o", "prog")
GO = ("go", "tool", "compile", "-p", "main", "-o", "prog")


@dataclass(frozen=True)
class Bomb:
    file: str
    small: int
    large: int
    limits: tuple  # any of these ends it; None: the compiler fails by itself
    build: tuple = GCC
    override: tuple = ()  # limits other than LIMITS
    before: str = ""  # what a build file of the learner does first


OUT = ("memory", "cpu_time")
# Of a tool that dies of SIGXFSZ the compiler says so, removes the file and fails.
FULL = ("file_size", "disk", None, *OUT)
BOMBS_BY_NAME = {
    "headers": Bomb("include_itself.c", 5, 190, OUT),
    "macros": Bomb("macros.c", 5, 25, OUT),
    "templates": Bomb("templates.cc", 5, 24, OUT, GPP),
    "template_recursion": Bomb("template_recursion.cc", 50, 100000, (None,), GPP),
    "constants": Bomb("constant.cc", 1, 200, OUT, GPP),
    "array": Bomb("large_array.c", 16, 1 << 18, FULL),
    "alignment": Bomb("aligned.c", 4, 28, FULL),
    "assembly": Bomb("assembly.c", 10, 100000, FULL),
    "symbols": Bomb("many_symbols.c", 1, 4000, FULL),
    "messages": Bomb("errors.c", 2, 18, ("output", *OUT)),
    "device_as_header": Bomb("device.c", 1, 2, OUT),
    "device_as_data": Bomb("random_device.c", 1, 2, FULL),
    "fifo_as_header": Bomb(
        "fifo.c", 1, 2, ("wall_time",), override=(("wall", "2 s"),), before="mkfifo waiting"
    ),
    "generated_source": Bomb("generated.sh", 1, 300, FULL, ("sh",)),
    "types_of_rust": Bomb("types.rs", 2, 18, OUT, RUSTC, override=(("memory", "512 MiB"),)),
    "array_of_go": Bomb("array.go", 16, 1 << 18, FULL, GO),
}


class Bombs(support.TestCase):
    def grade_bomb(self, bomb, size):
        """The result of a grading of a bomb of this size, and how long it took."""
        command = " ".join([*bomb.build, bomb.file])
        build = {
            "id": "compile",
            "run": ["sh", "-c", f"{bomb.before or ':'}; exec {command}"],
            "policy": "compile",
            "limits": LIMITS | dict(bomb.override),
        }
        grader, handed_in = self.folder(), self.folder()
        definition = {
            "schema": "cupel.grader/1", "name": "bombs", "submission": {"files": ["*"]},
            "build": [build], "tests": [{"id": "only", "run": ["true"]}],
        }
        support.write(grader / "grader.json", json.dumps(definition))
        text = (BOMBS / bomb.file).read_text()
        for token in ("$SIZE", "SIZE"):
            text = text.replace(token, str(size))
        support.write(handed_in / bomb.file, text)
        start = time.monotonic()
        done = self.cupel("grade", "--cgroup", "none", grader, handed_in, timeout=2 * DEADLINE)
        self.assertEqual(done.returncode, 0, done.stderr)
        done.stdout.encode("utf-8")  # which what is no UTF-8 is not read as
        return json.loads(done.stdout), time.monotonic() - start

    def check(self, bomb):
        support.need(bomb.build[0])
        result, _ = self.grade_bomb(bomb, bomb.small)
        step = result["build"][0]
        self.assertTrue(step["passed"], step)
        self.assertEqual(result["tests"][0]["verdict"], "passed")
        result, seconds = self.grade_bomb(bomb, bomb.large)
        self.assert_failed(result, bomb)
        self.assertLess(seconds, DEADLINE)

    def assert_failed(self, result, bomb):
        step, test = result["build"][0], result["tests"][0]
        self.assertEqual((result["status"], step["passed"]), ("graded", False), step)
        self.assertEqual((test["verdict"], test["reason"]), ("skipped", "build_failed"))
        self.assertIn(step["run"]["limit"], bomb.limits, step)
        self.assertTrue(step["message"])
        self.assertLess(len(step["output"].encode()), OUTPUT_MAX)
        self.assertNotIn("\0", step["output"])
        limit = step["run"]["limits"]["memory_bytes"]
        self.assertLess(step["run"]["memory_peak_bytes"] or 0, limit * 3 // 2)


def _add_tests():
    for name, bomb in BOMBS_BY_NAME.items():
        setattr(Bombs, f"test_{name}", lambda self, bomb=bomb: self.check(bomb))


_add_tests()

if __name__ == "__main__":
    support.main()
