"""A report that was cut off, anywhere, is not taken for the whole."""

import reports
import support


class Prefixes(support.TestCase):
    def test_no_part_of_a_sample_passes_for_it(self):
        for path in reports.samples():
            with self.subTest(sample=path.name):
                done = reports.run("--prefixes", reports.kind_of(path), path)
                self.assertEqual(done.stderr, "")
                self.assertEqual(done.returncode, 0)

    def test_the_check_sees_a_part_that_passes_for_the_whole(self):
        path = self.folder() / "a.tap"
        path.write_text("1..1\nok 1 - a\n# a comment\nok 2\n")  # not valid as a whole
        self.assertIn("more tests than", reports.run("tap", path).stderr)
        path.write_text("TAP version 13\n1..0\n" + "x" * 20 + "\n")
        done = reports.run("--prefixes", "tap", path)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    support.main()
