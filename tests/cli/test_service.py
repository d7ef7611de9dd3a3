"""Commands of the service, which are another program's: it is executed as git starts its own."""

import shutil
import signal
import subprocess

import support

COMMANDS = ["submit", "jobs", "result", "regrade", "schedule", "worker", "serve", "token",
            "publish"]

# Prints what it is given, and ends as no command of cupel's does.
SHOW = """#!/bin/sh
for word; do echo "[$word]"; done
echo "stdin: $(cat)"
echo said >&2
exit 7
"""


class Service(support.TestCase):
    def setUp(self):
        self.prefix = self.folder() / "prefix"
        (self.prefix / "bin").mkdir(parents=True)
        shutil.copy(support.CUPEL, self.prefix / "bin")
        self.service = self.prefix / "libexec/cupel/cupel-service"

    def install(self, script):
        support.write(self.service, script, 0o755)

    def start(self, *arguments, **keywords):
        return subprocess.run(
            [self.prefix / "bin/cupel", *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            **keywords,
        )

    def test_each_command_is_the_services(self):
        self.install(SHOW)
        for command in COMMANDS:
            with self.subTest(command=command):
                done = self.start(command, "a", input="given")
                self.assertEqual(done.stdout, f"[{command}]\n[a]\nstdin: given\n")
                self.assertEqual((done.returncode, done.stderr), (7, "said\n"))

    def test_arguments_stay_as_they_are(self):
        self.install(SHOW)
        given = ["--queue", "sqlite:///a b", "", "-x", "--", "--help", "ä\n*", "--version"]
        done = self.start("jobs", *given, input="")
        words = "".join(f"[{word}]\n" for word in ["jobs", *given])
        self.assertEqual(done.stdout, words + "stdin: \n")

    def test_help_is_asked_of_the_service(self):
        self.install(SHOW)
        for arguments in (["help", "submit"], ["submit", "--help"]):
            with self.subTest(arguments=arguments):
                done = self.start(*arguments, input="")
                self.assertEqual(done.stdout, "[submit]\n[--help]\nstdin: \n")

    def test_it_is_called_cupel_and_takes_the_place_of_it(self):
        source = self.folder() / "show.c"
        self.service.parent.mkdir(parents=True)
        support.write(
            source,
            "#include <stdio.h>\n#include <unistd.h>\n"
            'int main(int argc, char **argv) { printf("%d %s %d", argc, argv[0], getpid()); }\n',
        )
        subprocess.run([support.need("gcc"), "-o", self.service, source], check=True)
        with subprocess.Popen(
            [self.prefix / "bin/cupel", "worker"], stdout=subprocess.PIPE, text=True
        ) as cupel:
            self.assertEqual(cupel.stdout.read(), f"2 cupel {cupel.pid}")

    def test_signals_do_there_what_they_do_by_default(self):
        self.install("#!/bin/sh\nkill -s \"$2\" $$\n")
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
            with self.subTest(number=number):
                done = self.start("worker", number.name.removeprefix("SIG"))
                self.assertEqual(done.returncode, -number)

    def test_a_service_that_is_not_installed_is_named(self):
        for arguments in (["submit", "a", "b"], ["help", "submit"]):
            with self.subTest(arguments=arguments):
                done = self.start(*arguments)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertEqual(
                    done.stderr, f"cupel submit: cupel-service is not installed: {self.service}\n"
                )

    def test_a_service_that_cannot_be_executed_says_why(self):
        support.write(self.service, "", 0o644)
        done = self.start("serve")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, f"cupel serve: {self.service}: Permission denied\n")


if __name__ == "__main__":
    support.main()
