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
                self.assertIn(f" of {path.stat().st_size} prefixes", done.stdout)


if __name__ == "__main__":
    support.main()
