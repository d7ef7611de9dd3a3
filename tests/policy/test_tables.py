"""What each shipped policy does with every call on each architecture is as tables/NAME.txt says,
and no rule that denies can be taken away without a difference.

usage: test_tables.py POLICY_TABLE POLICIES [--update | unittest options]
--update writes the tables anew: `ninja -C BUILD policy_tables` does it. Read the difference.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TABLES = pathlib.Path(__file__).parent / "tables"
PRINTER = POLICIES = None


def names():
    return sorted(path.stem for path in POLICIES.glob("*.json"))


def table(folder, name):
    return subprocess.run([PRINTER, folder, name], text=True, capture_output=True, timeout=60,
                          check=True).stdout


def expected(name):
    path = TABLES / f"{name}.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def update():
    TABLES.mkdir(exist_ok=True)
    for path in TABLES.glob("*.txt"):
        path.unlink()
    for name in names():
        (TABLES / f"{name}.txt").write_text(table(POLICIES, name), encoding="utf-8")


class Tables(unittest.TestCase):
    maxDiff = None

    def test_each_policy_has_its_table(self):
        for name in names():
            with self.subTest(policy=name):
                self.assertEqual(table(POLICIES, name), expected(name))
        self.assertEqual(sorted(path.stem for path in TABLES.glob("*.txt")), names())

    def test_without_any_rule_that_denies_a_table_differs(self):
        """And not only in the table of a child: in that of the policy which has the rule."""
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "policies"
            shutil.copytree(POLICIES, copy)
            for name in names():
                path = copy / f"{name}.json"
                text = path.read_text(encoding="utf-8")
                rules = json.loads(text).get("syscalls", {}).get("rules", [])
                for index, rule in enumerate(rules):
                    if "deny" not in rule:
                        continue
                    mutant = json.loads(text)
                    del mutant["syscalls"]["rules"][index]
                    path.write_text(json.dumps(mutant), encoding="utf-8")
                    with self.subTest(policy=name, rule=index, denies=rule["deny"]):
                        self.assertNotEqual(table(copy, name), expected(name))
                path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    PRINTER, POLICIES = sys.argv[1], pathlib.Path(sys.argv[2])
    if sys.argv[3:] == ["--update"]:
        update()
    else:
        unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
