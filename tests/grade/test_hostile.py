"""Programs that do not want to be graded fairly: what they reach, and how it is told."""

import json
import os
import uuid

import grading
import support

SEARCH = """
import os, sys

marker = "expected-" + "%s"  # in two parts, so that this file does not hold it
found = []
for root in ("/box", "/tmp", "/proc", "/dev", "/etc", "/cupel", "/run", "/var", "/home", "/root"):
    for folder, folders, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if marker in path:
                found.append(path)
            try:
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        if marker.encode() in file.read(1 << 20):
                            found.append(path)
            except OSError:
                pass
for fd in range(3, 1024):
    try:
        os.fstat(fd)
        found.append(f"descriptor {fd}")
    except OSError:
        pass
print(found)
"""

DAEMONS = """
import os, signal, sys, time

for number in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for wanted in range(1, 65):
                try:
                    signal.signal(wanted, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            os.closerange(0, 256)
            os.execvp("sleep", ["sleep", "%s"])
        os._exit(0)
time.sleep(0.3)
print("done")
"""


def processes(marker):
    """Ids of processes whose command line holds a marker."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if marker.encode() in file.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


class Hostile(grading.GradeCase):
    def test_expected_output_is_nowhere_in_the_sandbox(self):
        secret = uuid.uuid4().hex
        grader = self.grader(
            [
                {
                    "id": "only",
                    "run": ["python3", "main.py"],
                    "policy": "python",
                    "expect": {"stdout": f"data/expected-{secret}.out", "compare": "tokens"},
                }
            ],
            files={f"data/expected-{secret}.out": f"expected-{secret}\n"},
        )
        test = self.grade(grader, self.handed_in(main__py=SEARCH % secret))["tests"][0]
        self.assertEqual((test["reason"], test["output"]), ("wrong_output", "[]\n"))

    def test_the_search_finds_what_is_there(self):
        test = self.grade_script(
            "open('/tmp/seen', 'w').write('expected-%s')\n" % "here" + SEARCH % "here"
        )
        self.assertIn("/tmp/seen", test["output"])

    def test_daemons_are_gone_when_grading_ends(self):
        seconds = str(10_000_000 + uuid.uuid4().int % 1_000_000_000)
        test = self.grade_script(DAEMONS % seconds)
        self.assertEqual(processes(seconds), [])
        self.assertEqual(test["verdict"], "passed")
        self.assertNotEqual(processes("python3"), [], "the search for processes finds none")

    def test_a_signal_handler_does_not_stop_the_deadline(self):
        test = self.grade_script(
            "import signal, time\n"
            "for s in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:\n"
            "    signal.signal(s, signal.SIG_IGN)\n"
            "while True:\n    time.sleep(100)\n",
            limits={"wall": "1 s"},
        )
        self.assertEqual(test["reason"], "time_limit")
        self.assertRegex(test["message"], r"1\.\d\d s; the limit is 1 s$")
        self.assertEqual(test["run"]["limit"], "wall_time")
        self.assertLess(test["run"]["wall_seconds"], 2)

    def test_cpu_time_is_bounded_and_told(self):
        test = self.grade_script("while True:\n    pass\n", limits={"cpu": "500 ms"})
        self.assertEqual((test["reason"], test["run"]["limit"]), ("cpu_limit", "cpu_time"))
        self.assertRegex(test["message"], r"stopped at .* of CPU time; the limit is 500 ms")

    def test_cpu_time_of_children_counts(self):
        test = self.grade_script(
            "import os\nfor n in range(4):\n    os.fork()\nwhile True:\n    pass\n",
            limits={"cpu": "500 ms"},
        )
        self.assertEqual(test["reason"], "cpu_limit")

    def test_an_output_flood_is_stopped(self):
        test = self.grade_script(
            "while True:\n    print('x' * 1000)\n", limits={"output": "64 KiB"}
        )
        self.assertEqual((test["reason"], test["run"]["limit"]), ("output_limit", "output"))
        self.assertIn("64 KiB", test["message"])
        self.assertLess(len(test["output"]), 70_000)

    def test_a_memory_hog_is_stopped(self):
        test = self.grade_script(
            "hoard = []\nwhile True:\n    hoard.append(bytearray(b'x' * (1 << 20)))\n",
            limits={"memory": "64 MiB"},
        )
        self.assertEqual((test["reason"], test["run"]["limit"]), ("memory_limit", "memory"))
        self.assertIn("64 MiB", test["message"])

    def test_a_fork_bomb_is_bounded(self):
        test = self.grade_script(
            "import os, time\n"
            "count = 0\n"
            "try:\n"
            "    while count < 500:\n"
            "        if os.fork() == 0:\n"
            "            time.sleep(100)\n"
            "        count += 1\n"
            "except OSError:\n"
            "    pass\n"
            "print('forked', count < 20)\n",
            limits={"processes": 16},
        )
        self.assertNotIn("forked False", test["output"])
        if test["reason"] == "process_limit":
            self.assertIn("16", test["message"])
        else:
            self.assertEqual(test["output"], "forked True\n")

    def test_a_full_disk_is_bounded(self):
        test = self.grade_script(
            "import errno\n"
            "written = 0\n"
            "try:\n"
            "    for number in range(64):\n"
            "        with open(f'/box/fill{number}', 'wb') as file:\n"
            "            written += file.write(b'x' * (1 << 20))\n"
            "except OSError as fault:\n"
            "    print(errno.errorcode[fault.errno], written < (10 << 20))\n"
            "    raise SystemExit(3)\n",
            limits={"disk": "8 MiB", "file_size": "4 MiB"},
        )
        if test["reason"] == "disk_limit":
            self.assertIn("8 MiB", test["message"])
        else:
            self.assertEqual(test["output"], "ENOSPC True\n")

    def test_control_characters_of_output_are_escaped(self):
        test = self.grade_script(
            "import sys\nsys.stdout.buffer.write(b'\\x1b[2Jred\\x00\\xff\\r\\n')\n"
        )
        self.assertEqual(test["output"], "\\x1b[2Jred\\x00\ufffd\\x0d\n")

    def test_tests_do_not_see_what_others_left(self):
        script = (
            "import os\n"
            "print(sorted(os.listdir('/box')), os.listdir('/tmp'))\n"
            "for folder in ('/box', '/tmp'):\n"
            "    open(folder + '/left', 'w').close()\n"
        )
        step = {"run": ["python3", "main.py"], "policy": "python"}
        grader = self.grader([{"id": f"t{n}", **step} for n in range(4)])
        result = self.grade(grader, self.handed_in(main__py=script), "--jobs", "1")
        outputs = {test["output"] for test in result["tests"]}
        self.assertEqual(outputs, {"['main.py'] []\n"})

    def test_a_forged_result_on_standard_output_earns_nothing(self):
        forged = json.dumps({"schema": "cupel.result/1", "score": 100, "max_score": 1})
        test = self.grade_script(f"print({forged!r})\n", expect={"stdout_text": "42\n"})
        self.assertEqual((test["verdict"], test["score"]), ("failed", 0))


if __name__ == "__main__":
    support.main()
