"""Run tests in the process that loads the learner's code: unittest or pytest.

    python3 /tmp/cupel/harness/run.py unittest test_sum.py
    python3 /tmp/cupel/harness/run.py pytest -q test_sum.py

For a harness with "separation": "in-process" and "report": "json". Words that begin with "-"
are options of pytest. What the report needs is taken before a test file is loaded, and the
report is written in one piece at the very end: code that ends the process early earns nothing.
A test file that is missing or is no Python is told as the grader's mistake.
Exit: 0 if all passed, 1 if not.
"""

import fcntl
import io
import json
import os
import sys
import time
import traceback
import unittest

TEXT_MAX = 4000


class Channel:
    """Descriptor 3 and the token that comes as the first line of standard input."""

    def __init__(self):
        token = bytearray()
        while (byte := os.read(0, 1)) not in (b"", b"\n"):
            token += byte
        if not token:
            sys.exit("run.py: expected a token on standard input; cupel starts it with one")
        self.token = token.decode()
        self.fd = fcntl.fcntl(3, fcntl.F_DUPFD_CLOEXEC, 100)
        self.pid = os.getpid()
        os.close(3)
        os.environ.pop("CUPEL_REPORT", None)

    def end(self, text, status, word=""):
        """Write it all and be gone: what is left of the learner's code has no say any more."""
        if os.getpid() != self.pid:
            os._exit(1)
        left = memoryview(f"{text}\ncupel {self.token}{word}\n".encode("utf-8", "replace"))
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (AttributeError, OSError, ValueError):
                pass
        while left:
            left = left[os.write(self.fd, left) :]
        os._exit(status)

    def blame(self, message):
        """End with what is wrong with the grader's own files."""
        self.end(message, 1, " fault")


class Tests:
    """What the report says of each test, by its id."""

    def __init__(self):
        self.items = {}

    def add(self, name, outcome, message="", seconds=None):
        """The worst that is told of a test counts."""
        order = ("passed", "skipped", "failed", "errored")
        item = self.items.setdefault(name, {"id": name, "outcome": "passed"})
        if order.index(outcome) >= order.index(item["outcome"]):
            item["outcome"] = outcome
            if message:
                item["message"] = message[:TEXT_MAX]
        if seconds is not None:
            item["seconds"] = item.get("seconds", 0) + max(0, seconds)

    def text(self):
        return json.dumps({"schema": "cupel.report/1", "tests": list(self.items.values())})

    def status(self):
        bad = ("failed", "errored")
        return 1 if any(item["outcome"] in bad for item in self.items.values()) else 0


class Result(unittest.TestResult):
    """unittest's events, with a test's id as reports of JUnit have it: module.Class.test."""

    def __init__(self, tests):
        super().__init__(io.StringIO(), True, 0)
        self.tests = tests
        self.started = 0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def note(self, test, outcome, message=""):
        self.tests.add(test.id(), outcome, message, time.monotonic() - self.started)

    def addSuccess(self, test):
        self.note(test, "passed")

    def addError(self, test, err):
        self.note(test, "errored", describe(err))

    def addFailure(self, test, err):
        self.note(test, "failed", describe(err))

    def addSkip(self, test, reason):
        self.note(test, "skipped", str(reason))

    def addExpectedFailure(self, test, err):
        self.note(test, "passed")

    def addUnexpectedSuccess(self, test):
        self.note(test, "failed", "passed, and was expected to fail")

    def addSubTest(self, test, subtest, err):
        if err is not None:
            failed = issubclass(err[0], test.failureException)
            self.note(test, "failed" if failed else "errored", f"{subtest}: {describe(err)}")


def describe(err):
    return "".join(traceback.format_exception_only(err[0], err[1])).strip()


def module_name(path):
    return os.path.splitext(os.path.normpath(path))[0].replace("/", ".")


def run_unittest(files, tests):
    loader = unittest.TestLoader()
    suite = unittest.TestSuite(loader.loadTestsFromName(module_name(path)) for path in files)
    suite.run(Result(tests))
    return True


class Plugin:
    """pytest's events, with ids as its JUnit reports have them: package.module.Class.test."""

    def __init__(self, tests):
        self.tests = tests
        self.interrupted = False

    def pytest_keyboard_interrupt(self):
        """Also for pytest.exit(), which chooses the exit status."""
        self.interrupted = True

    def pytest_runtest_logreport(self, report):
        path, *names = report.nodeid.split("::")
        name = ".".join([module_name(path), *names])
        if report.passed:
            outcome = "passed"
        elif report.skipped:
            outcome = "skipped"
        else:
            outcome = "failed" if report.when == "call" else "errored"
        message = "" if report.passed else report.longreprtext.strip().rsplit("\n", 20)
        self.tests.add(name, outcome, "\n".join(message[-20:]), report.duration)


def run_pytest(words, tests):
    options = ["-c", "/dev/null", "--rootdir", os.getcwd(), "-p", "no:cacheprovider"]
    plugin = Plugin(tests)
    ended = pytest.main([*options, *words], plugins=[plugin])
    return not plugin.interrupted and ended in (0, 1)


def check(channel, path):
    """What must be right before the learner's code is loaded."""
    try:
        with open(path, "rb") as file:
            compile(file.read(), path, "exec")
    except OSError as error:
        channel.blame(f"{path}: {error.strerror}")
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        channel.blame(f"{path}:{line}: {getattr(error, 'msg', error)}")


def main():
    channel = Channel()
    words = sys.argv[2:]
    files = [word for word in words if not word.startswith("-")]
    if sys.argv[1:2] not in (["unittest"], ["pytest"]) or not files:
        channel.blame("expected run.py unittest|pytest FILE…")
    for path in files:
        check(channel, path.split("::")[0])
    tests = Tests()
    sys.path[0] = os.getcwd()
    if sys.argv[1] == "unittest":
        complete = run_unittest(files, tests)
    else:
        complete = run_pytest(words, tests)
    if complete:
        channel.end(tests.text(), tests.status())
    sys.exit("run.py: pytest did not come to its end")


if __name__ == "__main__":
    if sys.argv[1:2] == ["pytest"]:
        import pytest  # before sys.path leads to what the learner handed in
    main()
