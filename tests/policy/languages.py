"""What the tests of languages share: real programs under `cupel run --policy NAME`, that is in
the whole sandbox, and what each of them must not be able to do there."""

import shutil
import tempfile
from pathlib import Path

import support

PROGRAMS = Path(__file__).resolve().parent / "programs"
KILLED = 128 + 31  # by SIGSYS


class LanguageCase(support.TestCase):
    """Runs see the programs at /src, and what they leave at /out is there for the next run."""

    @classmethod
    def setUpClass(cls):
        """Started by root, runs have an unprivileged uid of their own: hence the modes."""
        super().setUpClass()
        folder = Path(tempfile.mkdtemp(prefix="cupel-"))
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        cls.source, cls.out = folder / "src", folder / "out"
        shutil.copytree(PROGRAMS, cls.source)
        for path in (cls.source, *cls.source.rglob("*")):
            path.chmod(0o755)
        cls.out.mkdir()
        cls.out.chmod(0o777)

    def boxed(self, policy, *command, options=(), **keywords):
        """(finished process, report) of a command under a policy, however busy the machine."""
        binds = ["--bind-ro", f"{self.source}:/src", "--bind", f"{self.out}:/out"]
        options = ["--policy", policy, "--wall", "60s", *binds, *options]
        return self.run_boxed(*command, options=options, **keywords)

    def check(self, policy, *command, stdout="", code=0, denied=(), **keywords):
        """A command ends with this status, prints this, has nothing to complain of, and of
        what it tries only these calls are denied: any other is a fall-back nobody knew of."""
        done, report = self.boxed(policy, *command, **keywords)
        self.assertEqual((done.stdout, done.stderr, done.returncode), (stdout, "", code))
        self.check_denied(report, denied)

    def output(self, policy, *command, denied=(), **keywords):
        """What a command prints that succeeds otherwise as check() wants it."""
        done, report = self.boxed(policy, *command, **keywords)
        self.assertEqual((done.stderr, done.returncode), ("", 0), done.stdout)
        self.check_denied(report, denied)
        return done.stdout

    def check_denied(self, report, allowed):
        """Where the kernel tells cupel of denied calls."""
        names = {call["name"] for call in report["denied_syscalls"] or []}
        self.assertLessEqual(names, set(allowed))

    def check_memory(self, policy, *command, memory):
        """A command that needs more than this memory is ended for that reason."""
        done, report = self.boxed(policy, *command, options=["--memory", memory])
        self.assertEqual((report["limit"], done.returncode), ("memory", 124), done.stderr)
