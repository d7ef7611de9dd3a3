"""The examples of docs/policy.md are policies that load, and commands that run."""

import json
import pathlib
import re
import shlex

import support

REFERENCE = support.SOURCE / "docs/policy.md"


class Reference(support.TestCase):
    def setUp(self):
        self.text = REFERENCE.read_text(encoding="utf-8")
        self.examples = [json.loads(block) for block in
                         re.findall(r"^```json\n(.*?)^```$", self.text, re.M | re.S)]
        self.place = self.folder()
        for example in self.examples:
            support.write(self.place / f"{example['name']}.json", json.dumps(example))

    def explain(self, name, call):
        done = self.cupel("policy", "explain", "--json", self.place / f"{name}.json", call)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [(a["action"], a["when"]) for a in json.loads(done.stdout)["calls"][0]["answers"]]

    def test_each_example_is_a_valid_policy(self):
        self.assertEqual([e["name"] for e in self.examples], ["sockets", "quiet"])
        for example in self.examples:
            self.assertEqual(support.schema_faults(example, "policy"), [])
            done = self.cupel("lint", self.place / f"{example['name']}.json")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertNotRegex(done.stdout + done.stderr, ": (error|warning): ")

    def test_they_mean_what_is_said_of_them(self):
        self.assertEqual(self.explain("sockets", "socket(AF_INET, SOCK_RAW, 1)"),
                         [("errno EPERM", None)])
        self.assertEqual(self.explain("sockets", "socket(AF_INET, SOCK_STREAM, 0)"),
                         [("allow", None)])
        self.assertEqual(self.explain("quiet", "pipe"), [("errno EPERM", None)])
        self.assertEqual(self.explain("quiet", "sysinfo"), [("kill", None)])
        self.assertEqual(self.explain("quiet", "ioctl(0, TCGETS)"), [("log", None)])
        self.assertEqual(self.explain("quiet", "ioctl(0, FIONREAD)"), [("errno ENOTTY", None)])

    def test_each_command_runs(self):
        commands = re.findall(r"^(cupel policy .*)$", self.text, re.M)
        self.assertGreaterEqual(len(commands), 8)
        for command in commands:
            words = shlex.split(command)
            if words[-1].startswith("/") and not pathlib.Path(words[-1]).exists():
                continue
            with self.subTest(command=command):
                done = self.cupel(*words[1:], cwd=self.place)
                self.assertIn(done.returncode, (0, 10, 11) if words[2] == "diff" else (0,))
                self.assertEqual(done.stderr, "")
                self.assertNotEqual(done.stdout, "")

    def test_every_key_of_the_schema_is_there(self):
        schema = json.loads((support.SCHEMAS / "policy.schema.json").read_text())
        keys = set(schema["properties"]) | set(schema["properties"]["limits"]["properties"])
        keys |= set(schema["properties"]["files"]["properties"])
        keys |= set(schema["definitions"]["rule"]["properties"])
        self.assertEqual([key for key in keys if f"`{key}`" not in self.text], [])


if __name__ == "__main__":
    support.main()
