"""`cupel grade --events`: each step that ends, told at once to whoever started the grading."""

import contextlib
import json
import os
import subprocess
import threading

import grading
import support

LINE_LENGTH = 100
PIPE_SIZE = 65536  # pipe(7)
LISTING = ["ls", "-l", "/proc/self/fd"]


def test_of(name, *command, **keys):
    return {"id": name, "run": list(command), "policy": "native", **keys}


def step_of(name, *command):
    return {"id": name, "run": list(command), "policy": "native"}


class Events(grading.GradeCase):
    def setUp(self):
        self.submitted = self.handed_in(a__txt="a\n")
        self.said = b""

    def pipe(self):
        """A stream of a pipe's read end, and the write end."""
        read_end, write_end = os.pipe()
        stream = os.fdopen(read_end, "rb")
        self.addCleanup(stream.close)
        return stream, write_end

    def grade_telling(self, grader, *options, before=lambda: None, blocking=True, **keywords):
        """(events, result), with a reader that waits for before()."""
        stream, fd = self.pipe()
        os.set_blocking(fd, blocking)

        def read():
            before()
            self.said = stream.read()

        reader = threading.Thread(target=read)
        reader.start()
        try:
            result = self.grade(
                grader, self.submitted, "--events", fd, *options, pass_fds=[fd], **keywords
            )
        finally:
            os.close(fd)
            reader.join()
        return [json.loads(line) for line in self.said.splitlines()], result

    def built_and_judged(self):
        """A grader with steps of every kind."""
        return self.grader(
            [
                test_of("seen", "echo", "said"),
                test_of("failing", "false", points=3),
                test_of("secret", "echo", "hidden-output", visibility="hidden"),
                test_of("checked", "true", check={"run": ["./check"]}, visibility="hidden"),
            ],
            build=[step_of("first", "true"), step_of("second", "true")],
            judge={"build": [step_of("judges", "cp", "/usr/bin/true", "check")]},
        )

    def test_steps_are_told_in_order_and_tests_as_in_the_result(self):
        events, result = self.grade_telling(self.built_and_judged())
        self.assertEqual([event["done"] for event in events], [1, 2, 3, 4, 5, 6, 7])
        self.assertEqual({event["total"] for event in events}, {7})
        self.assertEqual(
            events[:3],
            [
                {"event": "build", "done": number, "total": 7, "id": name}
                for number, name in ((1, "first"), (2, "second"), (3, "judges"))
            ],
        )
        self.assertEqual({event["event"] for event in events[3:]}, {"test"})
        told = {event["test"]["id"]: event["test"] for event in events[3:]}
        self.assertEqual(told, {test["id"]: test for test in result["tests"]})

    def test_learners_are_told_what_their_result_shows(self):
        events, result = self.grade_telling(self.built_and_judged(), "--view", "learner")
        self.assertEqual(result["judge_build"], [])
        self.assertNotIn(b"judges", self.said)
        self.assertNotIn(b"hidden-output", self.said)
        self.assertEqual([event["done"] for event in events], [1, 2, 3, 4, 5, 6])
        self.assertEqual({event["total"] for event in events}, {6})
        told = {event["test"]["id"]: event["test"] for event in events[2:]}
        self.assertEqual(told, {test["id"]: test for test in result["tests"]})
        self.assertNotIn("verdict", told["secret"])

    def test_a_step_is_told_while_others_run(self):
        grader = self.grader(
            [test_of("quick", "true"), test_of("slow", "sleep", "60", limits={"wall": "60 s"})]
        )
        stream, fd = self.pipe()
        with subprocess.Popen(
            [support.CUPEL, "grade", "--jobs", "1", "--events", str(fd), grader, self.submitted],
            pass_fds=[fd],
            stdout=subprocess.DEVNULL,
        ) as cupel:
            os.close(fd)
            event = json.loads(stream.readline())
            ended = cupel.poll()
            cupel.kill()
        self.assertEqual((event["done"], event["total"]), (1, 2))
        self.assertEqual(event["test"]["id"], "quick")
        self.assertIsNone(ended)

    def test_only_steps_that_ended_are_told(self):
        broken = self.grader([test_of("only", "true")], build=[step_of("make", "false")])
        events, result = self.grade_telling(broken)
        self.assertEqual(events, [{"event": "build", "done": 1, "total": 2, "id": "make"}])
        self.assertEqual(result["tests"][0]["verdict"], "skipped")
        needy = self.grader([test_of("only", "true")], submission={"files": ["main.c"]})
        events, result = self.grade_telling(needy, code=3)
        self.assertEqual((events, result["status"]), ([], "rejected"))

    def test_a_slow_reader_holds_nothing_up_and_gets_all(self):
        line = "x" * LINE_LENGTH
        script = f"i=0; while [ $i -lt 400 ]; do echo {line}; i=$((i+1)); done"
        tests = [test_of(f"t{n}", "sh", "-c", script) for n in range(8)]
        grader = self.grader([*tests, test_of("last", "true")])
        for blocking in (True, False):
            with self.subTest(blocking=blocking):
                kept = self.folder() / "kept"
                last = kept / "tests/last"
                events, result = self.grade_telling(
                    *(grader, "--jobs", "1", "--keep", kept),
                    before=lambda path=last: self.wait_for(path.exists),
                    blocking=blocking,
                )
                self.assertGreater(len(self.said), 2 * PIPE_SIZE)
                self.assertEqual([event["test"] for event in events], result["tests"])

    def test_a_reader_that_is_gone_fails_nothing(self):
        stream, fd = self.pipe()
        stream.close()
        with contextlib.closing(os.fdopen(fd, "wb")):
            result = self.grade(
                *(self.built_and_judged(), self.submitted, "--events", fd), pass_fds=[fd]
            )
        self.assertEqual((result["status"], result["score"]), ("graded", 3))

    def test_a_descriptor_that_cannot_be_written_to_is_refused(self):
        stream, fd = self.pipe()
        self.addCleanup(os.close, fd)
        none = fd + 100
        self.assertRaises(OSError, os.fstat, none)
        for value in ("0", "2", "-1", "x", "", "99999999999", none, stream.fileno()):
            with self.subTest(value=value):
                done = self.cupel(
                    *("grade", "--events", value, self.grader([]), self.submitted),
                    pass_fds=[stream.fileno()],
                )
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertEqual(
                    done.stderr,
                    f"cupel grade: --events {value}: expected a descriptor from 3 on that is open "
                    "for writing\n",
                )

    def test_no_process_of_a_cell_has_the_descriptor(self):
        stream, fd = self.pipe()
        self.addCleanup(os.close, fd)
        inode = os.fstat(fd).st_ino
        outside = subprocess.run(LISTING, pass_fds=[fd], capture_output=True, text=True, check=True)
        self.assertIn(f"pipe:[{inode}]", outside.stdout)
        grader = self.grader(
            [
                test_of("test", *LISTING),
                test_of("checked", "true", check={"run": LISTING}),
            ],
            build=[step_of("build", *LISTING)],
            judge={"build": [step_of("judge", *LISTING)]},
        )
        result = self.grade(grader, self.submitted, "--events", fd, pass_fds=[fd])
        outputs = [step["output"] for step in result["build"] + result["judge_build"]]
        outputs += [result["tests"][0]["output"], result["tests"][1]["judge"]["output"]]
        for output in outputs:
            self.assertIn("pipe:[", output)
            self.assertNotIn(f"[{inode}]", output)
        self.assertTrue(stream.readline())


if __name__ == "__main__":
    support.main()
