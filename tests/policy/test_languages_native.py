"""C, C++, Go and Rust: their compilers under policy compile, their programs under native."""

import languages
import support
from support import need

WARNINGS = ("-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE")

C_PROGRAMS = {
    "threads": """posix 28
c 49
timeout 1
cancel 1
schedule 0 1
""",
    "processes": """children 7 0 3 5 piped
group 0 -15 session 0
timers 1 8 1
descriptors 0 1 1
shared 0 42
sockets 0 4 ping 0
limits 0 nice 3 3
refused EAFNOSUPPORT ENOSYS ENOSYS ENOSYS
""",
    "files": """temporary 0 m 8192 1
folders 0 6
watch 0 1
library 9
locale C.UTF-8 1 learner /box
context jump
heap 200
""",
}
CPP = """threads 28 1
files written 4
random 1
slept 1
processors 1
exception 1
"""
GO = """goroutines 499500
command "out\\n" exit status 3
socket "pong\\n" <nil>
inet listen tcp 127.0.0.1:0: socket: address family not supported by protocol
signal user defined signal 1
timer
heap 100 true
panic runtime error: invalid memory address or nil pointer dereference
"""
RUST = """threads 140
command "out\\n" Some(3)
socket 120
inet Some(97)
file "text"
heap 100
parallel true
panic true
"""


class C(languages.LanguageCase):
    def build(self, name, compiler="gcc", flags=()):
        need(compiler)
        program = f"/out/{name}"
        source = f"/src/{name}.c"
        self.check("compile", compiler, *WARNINGS, *flags, "-pthread", "-o", program, source)
        return program

    def test_programs_of_gcc(self):
        denied = ("socket", "shmget", "mq_open", "memfd_create")  # what processes.c tries
        for name, expected in C_PROGRAMS.items():
            with self.subTest(program=name):
                self.check("native", self.build(name), stdout=expected, denied=denied)

    def test_a_program_of_clang_that_is_linked_statically(self):
        program = self.build("threads", "clang", ["-O2", "-static"])
        self.check("native", program, stdout=C_PROGRAMS["threads"])

    def test_a_heap_beyond_the_limit_is_a_verdict(self):
        self.check_memory("native", self.build("files"), memory="64MiB")

    def test_link_time_optimisation_with_several_processes(self):
        need("gcc")
        command = ["gcc", "-O2", "-flto=2", "-D_GNU_SOURCE", "-pthread", "-o", "/out/lto"]
        self.check("compile", *command, "/src/threads.c")
        self.check("native", "/out/lto", stdout=C_PROGRAMS["threads"])

    def test_make_with_several_jobs(self):
        need("make")
        makefile = self.out / "Makefile"
        support.write(makefile, "all: threads files\nthreads files:\n\t$(CC) -o $@ /src/$@.c\n")
        command = ["make", "-s", "-j2", "-C", "/out", "CC=gcc -D_GNU_SOURCE -pthread"]
        self.check("compile", *command)
        self.check("native", "/out/files", stdout=C_PROGRAMS["files"])

    def test_a_project_of_cmake_and_its_tests(self):
        need("cmake")
        need("ninja")
        configure = "cmake -S /src -B b -G Ninja >/dev/null"
        steps = f"{configure} && cmake --build b >/dev/null && ctest --test-dir b"
        tests = self.output("compile", "sh", "-c", steps, denied=["ioctl"])  # FICLONE
        self.assertIn("100% tests passed, 0 tests failed out of 1", tests)


class Cpp(languages.LanguageCase):
    def test_a_program_of_gpp(self):
        need("g++")
        command = ["g++", "-std=c++17", "-pthread", "-o", "/out/library", "/src/library.cpp"]
        self.check("compile", *command)
        self.check("native", "/out/library", stdout=CPP, denied=["sendfile"])  # to copy a file


class Faults(languages.LanguageCase):
    """Tools that find a learner's mistakes: they have nothing against a program without any."""

    def find(self, tool, flags, faults):
        """tool: the command before the program; faults: what it says of each."""
        need("gcc")
        program = "/out/faults-" + "-".join(faults)
        command = ["gcc", "-g", "-pthread", *flags, "-o", program, "/src/faults.c"]
        self.check("compile", *command)
        self.check("native", *tool, program, stdout="end\n")
        for fault, message in faults.items():
            with self.subTest(fault=fault):
                script = " ".join([*tool, program, fault, "2>&1"])
                done, _ = self.boxed("native", "sh", "-c", script)
                self.assertIn(message, done.stdout)

    def test_address_and_undefined_behaviour_sanitizers(self):
        overflow = "AddressSanitizer: heap-buffer-overflow"
        signed = "signed integer overflow: 2 + 2147483646"
        flags = ["-fsanitize=address,undefined"]
        self.find([], flags, {"overflow": overflow, "signed": signed})

    def test_thread_sanitizer(self):
        self.find([], ["-fsanitize=thread"], {"race": "ThreadSanitizer: data race"})

    def test_valgrind(self):
        need("valgrind")
        faults = {"overflow": "Invalid write of size 1", "leak": "are definitely lost"}
        self.find(["valgrind", "--quiet", "--leak-check=full"], [], faults)


class Go(languages.LanguageCase):
    # What it keeps for the next build has no place among what a learner handed in.
    CACHE = ("--env", "GOCACHE=/tmp/go", "--env", "GOFLAGS=-mod=mod", "--chdir", "/src")

    def test_a_program(self):
        need("go")
        build = ["go", "build", "-o", "/out/program", "program.go"]
        self.check("compile", *build, options=self.CACHE)
        self.check("native", "/out/program", stdout=GO, code=4, denied=["socket"])

    def test_its_test_runner(self):
        need("go")
        command = ["go", "test", "program.go", "program_test.go"]
        out = self.output("compile", *command, options=self.CACHE)
        self.assertRegex(out, r"^ok  \tcommand-line-arguments\t[\d.]+s\n$")


class Rust(languages.LanguageCase):
    def test_a_program(self):
        need("rustc")
        self.check("compile", "rustc", "-o", "/out/program", "/src/program.rs")
        self.check("native", "/out/program", stdout=RUST, denied=["socket"])

    def test_its_test_runner(self):
        need("rustc")
        self.check("compile", "rustc", "--test", "-o", "/out/test", "/src/program.rs")
        self.assertIn("1 passed; 0 failed", self.output("native", "/out/test"))


if __name__ == "__main__":
    support.main()
