"""A harness that uses several languages at once, under policies judge and compat."""

import json

import languages
import support
from support import need


class Harness(languages.LanguageCase):
    def test_a_shell_script_builds_runs_and_reports(self):
        for program in ("gcc", "javac", "node"):
            need(program)
        for policy in ("judge", "compat"):
            with self.subTest(policy=policy):
                harmless = ["ioctl", "socket"]  # FICLONE of cp; what the JVM probes
                out = self.output(policy, "/src/harness.sh", denied=harmless)
                self.assertEqual(json.loads(out), {"score": 5})


if __name__ == "__main__":
    support.main()
