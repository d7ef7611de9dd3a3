"""Layers without seccomp: what namespaces, mounts, Landlock and rlimits do alone. cell_probe loads a
filter that allows everything, so nothing here is stopped by the filter."""

import shutil
import subprocess

import support
from support import write

CELL = support.PREFIX / "libexec/cupel/cupel-cell"
IN_CELL = "/shown/deeds"


class Layers(support.TestCase):
    def setUp(self):
        self.shown = self.folder()
        self.shown.chmod(0o755)
        shutil.copy(support.HELPERS / "deeds", self.shown)

    def probe(self, *commands, options=(), wrap=()):
        """What the commands (lists) printed, and how each ended, as (status, number). wrap: a command
        that executes the probe."""
        arguments = [part for command in commands for part in ("--", *command)]
        done = subprocess.run(
            [*wrap, support.HELPERS / "cell_probe", CELL, f"show={self.shown}", *options, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        ends, output = {}, []
        for line in done.stdout.splitlines():
            if line.startswith("end "):
                _, index, status, number = line.split()
                ends[int(index)] = (status, int(number))
            else:
                output.append(line)
        return output, [ends[i] for i in sorted(ends)]

    def inside(self, *arguments, options=()):
        """How the deed goes in the cell: "done", or the errno."""
        output, ends = self.probe([IN_CELL, *arguments], options=options)
        self.assertIn(ends, [[("exited", 0)], [("exited", 1)]])
        return output[0] if ends[0][1] else "done"

    def outside(self, *arguments, wrap=()):
        """The same without a sandbox; wrap: a command that executes it."""
        done = subprocess.run(
            [*wrap, support.HELPERS / "deeds", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.stdout.strip() if done.returncode else "done"

    def test_user_namespaces_do_not_nest(self):
        self.assertEqual(self.outside("nested_user_namespace"), "done")
        self.assertEqual(self.inside("nested_user_namespace"), "ENOSPC")
        self.assertEqual(self.inside("nested_user_namespace", options=["lanes=2"]), "ENOSPC")

    def test_nothing_can_be_mounted(self):
        folder = self.folder()
        self.assertEqual(
            self.outside("mount_tmpfs", folder, wrap=["unshare", "-Urm"]), "done"
        )
        self.assertEqual(self.inside("mount_tmpfs", "/tmp"), "EPERM")

    def test_the_root_is_read_only(self):
        for path in ("/x", "/usr/x", "/etc/x", "/dev/x", "/proc/self/oom_score_adj"):
            with self.subTest(path):
                answer = self.inside("write_to", path, options=["everything"])
                self.assertIn(answer, ("EROFS", "EACCES"))
        self.assertEqual(self.inside("write_to", "/box/x"), "done")
        self.assertEqual(self.inside("write_to", "/tmp/x"), "done")

    def test_landlock_confines_files_that_are_mounted(self):
        write(self.shown / "secret", "secret\n")
        cat = ["cat", "/shown/secret"]
        self.assertEqual(self.probe(cat), (["secret"], [("exited", 0)]))
        self.assertEqual(self.probe(cat, options=["unlisted"]), ([], [("exited", 1)]))

    def test_limits_cannot_be_raised(self):
        self.assertEqual(self.inside("raise_limit"), "EPERM")

    def test_no_other_uid_can_be_taken(self):
        self.assertEqual(self.outside("become_root", wrap=["unshare", "-Ur"]), "done")
        self.assertEqual(self.inside("become_root"), "EINVAL")  # 0 is not mapped

    def test_init_cannot_be_traced(self):
        self.assertEqual(self.inside("trace_init"), "EPERM")
        output, _ = self.probe(["sh", "-c", "ls /proc; cat /proc/1/environ"])
        self.assertNotIn("1", output)

    def test_processes_of_the_host_cannot_be_signalled(self):
        sleeper = subprocess.Popen(["sleep", "60"])
        self.addCleanup(sleeper.wait)
        self.addCleanup(sleeper.kill)
        self.assertEqual(self.outside("signal_process", str(sleeper.pid)), "done")
        self.assertEqual(self.inside("signal_process", str(sleeper.pid)), "ESRCH")

    def test_shared_memory_does_not_outlive_a_run(self):
        key = "0x63757065"
        made, found = [IN_CELL, "make_shared_memory", key], [IN_CELL, "find_shared_memory", key]
        output, ends = self.probe(["sh", "-c", f"{' '.join(made)} && {' '.join(found)}"])
        self.assertEqual((output, ends), ([], [("exited", 0)]))  # within one run it is there
        output, ends = self.probe(made, found)
        self.assertEqual((output, ends), (["ENOENT"], [("exited", 0), ("exited", 1)]))

    def test_abstract_sockets_of_another_lane_cannot_be_reached(self):
        listen = [IN_CELL, "listen_abstract", "cupel"]
        connect = f"""for _ in $(seq {40 // support.SLOWNESS}); do
            answer=$({IN_CELL} connect_abstract cupel) && exit
            [ "$answer" = ECONNREFUSED ] || break
            sleep 0.02
        done
        echo "$answer"
        exit 1"""
        output, ends = self.probe(["sh", "-c", f"{' '.join(listen)} & {connect}"])
        self.assertEqual((output, ends), ([], [("exited", 0)]))  # within one run it can
        output, ends = self.probe(listen, ["sh", "-c", connect], options=["lanes=2", "together"])
        self.assertEqual((output, ends), (["ECONNREFUSED"], [("exited", 0), ("exited", 1)]))

    def test_loopback_is_down_unless_asked_for(self):
        self.assertEqual(self.outside("connect_loopback"), "done")
        self.assertIn(self.inside("connect_loopback"), ("ENETUNREACH", "EACCES"))
        self.assertEqual(self.inside("connect_loopback", options=["loopback"]), "done")

    def test_a_port_of_a_lane_is_free_in_the_others(self):
        listen = [IN_CELL, "listen_loopback", "7777"]
        output, ends = self.probe(listen, listen, options=["lanes=2", "together", "loopback"])
        self.assertEqual((output, ends), ([], [("exited", 0)] * 2))

    def test_a_lane_that_cannot_be_made_says_what_is_missing(self):
        """Only the cell's own user namespace is allowed here, none for its lanes."""
        one = 'echo 1 > /proc/sys/user/max_user_namespaces; exec "$@"'
        done = subprocess.run(
            ["unshare", "-Ur", "sh", "-c", one, "sh", support.HELPERS / "cell_probe", CELL,
             f"show={self.shown}", "lanes=2", "--", "true", "--", "true"],
            capture_output=True, text=True, timeout=60, check=False,
        )
        self.assertEqual(done.stdout.split("\n")[:2], ["end 0 sandbox_error 0", "end 1 sandbox_error 0"])
        said = "set up a run: unshare user namespace: No space left on device\n"
        self.assertEqual(done.stderr, said * 2)

    def test_each_lane_has_all_its_processes(self):
        # The limit is 16: ten sleepers in each of two lanes are more than one lane may have.
        ten = "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5 & done; wait"
        _, ends = self.probe(["sh", "-c", ten], ["sh", "-c", ten], options=["lanes=2", "together"])
        self.assertEqual(ends, [("exited", 0)] * 2)
        twenty = f"{ten[:-6]} {ten}"
        output, ends = self.probe(["sh", "-c", f"{twenty} 2>&1"], options=["lanes=2"])
        self.assertEqual(output, [])
        self.assertNotEqual(ends, [("exited", 0)])


    def test_a_run_that_signals_init_harms_itself_alone(self):
        """Landlock's scope keeps signals from init; without it they reach init, which ends the run."""
        script = "for i in CHLD KILL STOP; do kill -$i 1; done 2>&1; sleep 0.2; echo on; kill -TERM 1; sleep 5"
        for wrap in ([], [support.HELPERS / "without_landlock"]):
            with self.subTest(wrap):
                output, ends = self.probe(["sh", "-c", script], wrap=wrap)
                self.assertEqual(output[-1], "on")
                if wrap:
                    self.assertEqual(ends, [("signaled", 9)])

    def test_signals_to_init_do_not_hide_that_of_the_supervisor(self):
        """A signal that is pending already is not queued again: floods must not outlive the deadline."""
        flood = "for i in 1 2 3; do while :; do kill -TERM 1; done & done; wait"
        done = subprocess.run(
            [support.HELPERS / "without_landlock", support.CUPEL, "run", "--wall", "300ms", "--",
             "sh", "-c", f"exec 2> /dev/null; {flood}"],
            capture_output=True, text=True, check=False,
        )
        self.assertIn(done.returncode, (124, 137), done.stderr)

    def test_a_kernel_without_landlock_is_told(self):
        command = [support.HELPERS / "without_landlock", support.CUPEL]
        done = subprocess.run([*command, "doctor"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("landlock        fall-back", done.stdout)
        required = [*command, "run", "--require", "landlock", "--", "true"]
        done = subprocess.run(required, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 125)
        self.assertIn("landlock", done.stderr)

    def check_box(self, *options):
        build = "echo old > kept; mkdir folder; echo x > folder/gone; mkfifo pipe"
        test = """set -e
            cat kept; echo more >> kept; echo new > new
            rm -r folder; mkdir folder; echo again > folder/file; ls folder
            mv kept moved; ln -s new link; cat moved folder/file link"""
        output, ends = self.probe(
            ["sh", "-c", build],
            ["sh", "-c", test],
            ["sh", "-c", "ls /tmp; cat kept; ls folder"],
            options=["build", *options],
        )
        self.assertEqual(ends, [("exited", 0)] * 3)
        self.assertEqual(output[:6], ["old", "file", "old", "more", "again", "new"])
        self.assertEqual(output[6:], ["old", "gone"])  # as built, whatever the test before did

    def test_a_run_leaves_nothing_in_the_box(self):
        self.check_box()

    def test_a_copy_of_the_box_does_the_same_as_overlayfs(self):
        self.check_box("copy")


if __name__ == "__main__":
    support.main()
