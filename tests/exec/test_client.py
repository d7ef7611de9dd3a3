"""cupel-exec against a broker of the test's: what it sends, and what it makes of answers."""

import os
import signal
import socket
import subprocess
import time

import fake_broker as fake
import support
from support import HELPERS, write

EXEC = HELPERS / "exec-unboxed"  # it looks for its broker in the working folder


class Client(support.TestCase):
    def setUp(self):
        self.work = self.folder()

    def start_broker(self, serve):
        broker = fake.Broker(self.work / "broker", serve)
        self.addCleanup(broker.join)
        return broker

    def exec(self, *args, stdin=b"", **options):
        """Run cupel-exec to its end: finished process."""
        options["stdin" if isinstance(stdin, int) else "input"] = stdin
        return subprocess.run(
            [EXEC, *args], cwd=self.work, capture_output=True, timeout=30, check=False, **options
        )

    def start(self, *args, **options):
        process = subprocess.Popen([EXEC, *args], cwd=self.work, **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def asked(self, *args, answers=(fake.exited(0),), **options):
        """The request that cupel-exec makes of args, its input, and the finished process."""
        got = []

        def serve(connection):
            got.append(fake.take_request(connection))
            got.append(fake.take_input(connection))
            for answer in answers:
                connection.send(answer)
            fake.await_end(connection)

        broker = self.start_broker(serve)
        done = self.exec(*args, **options)
        broker.join()
        (self.work / "broker").unlink()
        self.assertNotIn(b"Sanitizer", done.stderr)
        return (*got, done)

    def test_the_command_is_asked_for_as_it_was_given(self):
        request, _, done = self.asked(
            *("--chdir", "sub", "--env", "A=1", "--env", "B="),
            *("--", "./prog", "", "two words", "--env", "ü"),
        )
        self.assertEqual(request.argv, ["./prog", "", "two words", "--env", "ü"])
        self.assertEqual(request.environment, ["A=1", "B="])
        self.assertEqual((request.chdir, request.report), ("sub", False))
        self.assertEqual((request.puts, request.gets), ({}, []))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))

    def test_options_of_the_command_are_the_commands(self):
        request, _, _ = self.asked("./prog", "--get", "x", "-h")
        self.assertEqual((request.argv, request.gets), (["./prog", "--get", "x", "-h"], []))

    def test_streams_and_status_are_passed_on(self):
        content = os.urandom(300000)
        answers = [fake.output(b"out\0"), fake.output(b"err", 1), fake.output(b"more"), fake.exited(7)]
        _, given, done = self.asked("./prog", stdin=content, answers=answers)
        self.assertEqual(given, content)
        self.assertEqual((done.returncode, done.stdout), (7, b"out\0more"))
        self.assertEqual(done.stderr, b"err")

    def test_how_it_ended_is_told_on_standard_error(self):
        answers = [fake.exited(124, "stopped at 1.00 s of CPU time; the limit is 1 s")]
        _, _, done = self.asked("./prog", answers=answers)
        self.assertEqual(done.returncode, 124)
        self.assertEqual(
            done.stderr, b"cupel-exec: stopped at 1.00 s of CPU time; the limit is 1 s\n"
        )

    def test_no_input_is_an_end_at_once(self):
        _, given, done = self.asked("./prog", stdin=subprocess.DEVNULL)
        self.assertEqual((given, done.returncode), (b"", 0))
        got = []

        def serve(connection):
            fake.take_request(connection)
            got.append(fake.take_input(connection))
            connection.send(fake.exited(3))

        self.start_broker(serve)
        done = subprocess.run(
            ["sh", "-c", 'exec "$0" ./prog <&-', EXEC], cwd=self.work, timeout=30, check=False
        )
        self.assertEqual((got, done.returncode), ([b""], 3))

    def test_an_input_that_does_not_end_holds_nothing_up(self):
        def serve(connection):
            fake.take_request(connection)
            connection.send(fake.output(b"done\n"))
            connection.send(fake.exited(0))
            fake.await_end(connection)

        self.start_broker(serve)
        reading, writing = os.pipe()
        self.addCleanup(os.close, writing)
        with os.fdopen(reading) as held:
            process = self.start("./prog", stdin=held, stdout=subprocess.PIPE)
        self.assertEqual(process.communicate(timeout=10)[0], b"done\n")
        self.assertEqual(process.returncode, 0)

    def test_input_and_output_do_not_wait_for_each_other(self):
        """A dialogue: each line of input is answered before the next is written."""

        def serve(connection):
            fake.take_request(connection)
            while (kind := fake.Reader(packet := fake.receive(connection))).left[4] == fake.INPUT:
                kind.left = packet[8:]
                connection.send(fake.output(kind.data().upper()))
            connection.send(fake.exited(0))
            fake.await_end(connection)

        self.start_broker(serve)
        process = self.start("./prog", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for line in (b"one\n", b"two\n"):
            process.stdin.write(line)
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), line.upper())
        process.stdin.close()
        self.assertEqual(process.wait(10), 0)
        process.stdout.close()

    def test_output_that_is_not_read_is_not_fetched(self):
        fetched = []

        def serve(connection):
            fake.take_request(connection)
            connection.settimeout(0.5)
            try:
                while len(fetched) < 100:
                    connection.send(fake.output(b"x" * 60000))
                    fetched.append(60000)
            except socket.timeout:
                pass

        broker = self.start_broker(serve)
        process = self.start("./prog", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        broker.join()
        self.assertLess(sum(fetched), 2000000)
        process.stdout.close()

    def test_files_are_put(self):
        large = os.urandom(200000)
        write(self.work / "tests/in.txt", "abc")
        write(self.work / "tests/deep/run.sh", "#!/bin/sh\n", 0o755)
        (self.work / "large").write_bytes(large)
        write(self.work / "empty", "")
        request, _, _ = self.asked(
            *("--put", "tests", "--put", "tests/:other", "--put", "tests:.", "--put", "empty"),
            *("--put", "large:/tmp/x", "--put", self.work / "tests/in.txt", "--put", "tests/in.txt"),
            "./prog",
        )
        abc, script = (b"abc", False), (b"#!/bin/sh\n", True)
        self.assertEqual(
            request.puts,
            {
                "tests/in.txt": abc,
                "tests/deep/run.sh": script,
                "other/in.txt": abc,
                "other/deep/run.sh": script,
                "in.txt": abc,
                "deep/run.sh": script,
                "empty": (b"", False),
                "/tmp/x": (large, False),
            },
        )

    def test_folders_are_put_as_deep_as_they_may_be(self):
        deepest = "deep" + "/d" * 64 + "/in.txt"
        write(self.work / deepest, "abc")
        request, _, _ = self.asked("--put", "deep", "./prog")
        self.assertEqual(request.puts, {deepest: (b"abc", False)})

    def test_what_cannot_be_put_ends_it(self):
        write(self.work / "tests/in.txt", "abc")
        (self.work / "tests/link").symlink_to("in.txt")
        os.mkfifo(self.work / "pipe")
        write(self.work / ("deep" + "/d" * 65) / "in.txt", "abc")
        cases = {
            "missing": "--put missing: No such file or directory",
            "tests": "--put tests/link: no regular file or folder",
            "pipe": "--put pipe: no regular file or folder",
            "deep": f"--put deep{'/d' * 65}: folders more than 64 deep",
        }
        for name, message in cases.items():
            with self.subTest(name=name):
                self.start_broker(lambda connection: connection.recv(fake.MAX))
                done = self.exec("--put", name, "./prog")
                (self.work / "broker").unlink()
                self.assertEqual(
                    (done.returncode, done.stderr.decode()), (125, f"cupel-exec: {message}\n")
                )

    def test_files_are_got(self):
        large = os.urandom(150000)
        answers = [
            fake.file(large[:60000]),
            fake.frame(fake.MORE, fake.data(large[60000:120000])),
            fake.frame(fake.MORE, fake.data(large[120000:])),
            fake.file(b"", index=1),
            fake.frame(fake.REPORT, fake.data(b'{"a":')),
            fake.frame(fake.MORE, fake.data(b" 1}\n")),
            fake.exited(1),
        ]
        write(self.work / "report.json", "what was there before, and is longer")
        request, _, done = self.asked(
            *("--get", "out/large:got", "--get", "empty", "--report", "report.json", "./prog"),
            answers=answers,
        )
        self.assertEqual((request.gets, request.report), (["out/large", "empty"], True))
        self.assertEqual((self.work / "got").read_bytes(), large)
        self.assertEqual((self.work / "empty").read_bytes(), b"")
        self.assertEqual((self.work / "report.json").read_text(), '{"a": 1}\n')
        self.assertEqual((done.returncode, done.stderr), (1, b""))

    def test_a_file_that_is_not_there_is_told_and_not_what_was_there_before(self):
        for code, why in (
            (-2, "No such file or directory"),
            (-22, "no regular file"),
            (-27, "too large"),
            (-40, "there is a link on the way to it"),
        ):
            with self.subTest(code=code):
                write(self.work / "out", "of the call before")
                answers = [fake.file(b"", code=code), fake.exited(0)]
                _, _, done = self.asked("--get", "out", "./prog", answers=answers)
                self.assertFalse((self.work / "out").exists())
                self.assertEqual(done.returncode, 0)
                self.assertEqual(done.stderr.decode(), f"cupel-exec: --get out: {why}\n")

    def test_what_was_there_before_is_gone_also_if_the_call_fails(self):
        for name in ("out", "report"):
            write(self.work / name, "of the call before")
        write(self.work / "data", "both ways")
        request, _, done = self.asked(
            *("--put", "data", "--get", "data:out", "--report", "report", "--get", "x:data"),
            "./prog",
            answers=[fake.exited(127, "no such folder")],
        )
        self.assertEqual(request.puts, {"data": (b"both ways", False)})
        self.assertEqual(sorted(os.listdir(self.work)), [])
        self.assertEqual(done.returncode, 127)

    def test_a_file_may_be_got_to_standard_output(self):
        answers = [fake.output(b"out\n"), fake.file(b"file\n"), fake.exited(0)]
        _, _, done = self.asked("--get", "x:/dev/stdout", "./prog", answers=answers)
        self.assertEqual(done.stdout, b"out\nfile\n")

    def test_a_file_that_cannot_be_written_fails_the_call(self):
        _, _, done = self.asked(
            "--get", "out:none/out", "./prog", answers=[fake.file(b"x")]
        )
        self.assertEqual(
            (done.returncode, done.stderr),
            (125, b"cupel-exec: write none/out: No such file or directory\n"),
        )

    def test_a_refusal_ends_it_also_when_not_all_was_heard(self):
        (self.work / "large").write_bytes(bytes(5000000))

        def serve(connection):
            connection.send(fake.frame(fake.REFUSED, fake.text("files of more than 1 MiB")))
            time.sleep(1)  # without reading

        self.start_broker(serve)
        done = self.exec("--put", "large", "./prog")
        self.assertEqual(
            (done.returncode, done.stderr), (125, b"cupel-exec: files of more than 1 MiB\n")
        )

    def test_an_answer_that_breaks_the_protocol_fails_the_call(self):
        broken = {
            "empty": b"x",
            "magic": fake.u32(0) + fake.exited(0)[4:],
            "request": fake.frame(fake.CALL),
            "status": fake.exited(256),
            "stream": fake.output(b"x", 2),
            "more of nothing": fake.frame(fake.MORE, fake.data(b"x")),
            "no such file": fake.file(b"x", index=1),
            "no report": fake.frame(fake.REPORT, fake.data(b"x")),
            "truncated": fake.exited(0)[:-1],
        }
        for name, answer in broken.items():
            with self.subTest(name=name):
                _, _, done = self.asked("--get", "out", "./prog", answers=[answer])
                self.assertEqual(done.returncode, 125)
                self.assertRegex(done.stderr, b"^cupel-exec: cupel (broke|sent)[^\n]*\n$")

    def test_a_connection_that_ends_fails_the_call(self):
        self.start_broker(fake.take_request)
        done = self.exec("./prog")
        self.assertEqual(
            (done.returncode, done.stderr), (125, b"cupel-exec: cupel ended the call\n")
        )

    def test_what_was_answered_counts_though_input_was_not_read(self):
        def serve(connection):
            fake.take_request(connection)
            time.sleep(0.2)  # input lies in the socket
            connection.send(fake.output(b"out"))
            connection.send(fake.exited(4))

        self.start_broker(serve)
        done = self.exec("./prog", stdin=b"not read")
        self.assertEqual((done.returncode, done.stdout), (4, b"out"))

    def test_without_a_broker_nothing_runs(self):
        done = self.exec("./prog")
        self.assertEqual(
            (done.returncode, done.stderr),
            (
                125,
                b"cupel-exec: connect to broker, which only a harness has: "
                b"No such file or directory\n",
            ),
        )

    def end_of_connection(self, end):
        """Whether the broker sees the connection end when end(process) is called."""
        ended = []

        def serve(connection):
            fake.take_request(connection)
            connection.send(fake.output(b"started\n"))
            try:
                while connection.recv(fake.MAX):
                    connection.send(fake.output(b"x"))
            except OSError:
                pass
            ended.append(True)

        broker = self.start_broker(serve)
        process = self.start("./prog", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"started\n")
        end(process)
        process.stdin.close()
        status = process.wait(10)
        process.stdout.close()
        broker.join()
        return status, ended

    def test_signals_end_the_call(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):
            with self.subTest(signal=number):
                status, ended = self.end_of_connection(lambda p, n=number: p.send_signal(n))
                (self.work / "broker").unlink()
                self.assertEqual((status, ended), (-number, [True]))

    def test_a_reader_that_leaves_ends_the_call(self):
        def leave(process):
            process.stdout.close()
            process.stdin.write(b"go on\n")
            process.stdin.flush()

        self.assertEqual(self.end_of_connection(leave), (-signal.SIGPIPE, [True]))

    def test_wrong_usage_is_told(self):
        cases = {
            (): "expected a command; see /cupel/exec --help",
            ("--env", "=x", "./prog"): "--env =x: expected NAME=VALUE",
            ("--env", "x", "./prog"): "--env x: expected NAME=VALUE",
            ("--put", ":x", "./prog"): "--put :x: expected a name, or two with a colon between",
            ("--get", "x:", "./prog"): "--get x:: expected a name, or two with a colon between",
            ("--get", "x") * 65 + ("./prog",): "--get x: more files than a call gives back",
        }
        for args, message in cases.items():
            with self.subTest(args=args):
                done = self.exec(*args)
                self.assertEqual(done.returncode, 125)
                self.assertEqual(done.stderr.decode(), f"cupel-exec: {message}\n")
        self.assertEqual(self.exec("--nonsense", "./prog").returncode, 125)

    def test_help_goes_to_standard_output(self):
        done = self.exec("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b"--put FILE[:NAME]", done.stdout)


if __name__ == "__main__":
    support.main()
