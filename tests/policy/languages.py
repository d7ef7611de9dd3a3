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

    def check(self, policy, *command, stdout="", stderr="", code=0, **keywords):
        """A command ends with this status, and prints this and nothing else."""
        done, _ = self.boxed(policy, *command, **keywords)
        actual = (done.stdout, done.stderr, done.returncode)
        self.assertEqual(actual, (stdout, stderr, code))

    def output(self, policy, *command, **keywords):
        """What a command prints that succeeds and has nothing to complain of."""
        done, _ = self.boxed(policy, *command, **keywords)
        self.assertEqual((done.stderr, done.returncode), ("", 0), done.stdout)
        return done.stdout

    def check_memory(self, policy, *command, memory):
        """Within its memory a command starts, and more than that ends it for that reason."""
        done, report = self.boxed(policy, *command, options=["--memory", memory])
        self.assertEqual((report["limit"], done.returncode), ("memory", 124), done.stderr)
