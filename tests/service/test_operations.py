"""docs/operations.md and the examples that it names: what they say agrees with the units, with
what cupel --help says, with the metrics that there are, and with each other."""

import json
import re
import shlex
import subprocess
import unittest
from urllib.parse import parse_qs, urlsplit

import support
import units
from service import Hand, Service
from support import SCHEMAS, SOURCE

try:
    import yaml
except ImportError:
    yaml = None

DOCS = SOURCE / "docs"
EXAMPLES = DOCS / "examples"
PAGE = (DOCS / "operations.md").read_text()
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
METRIC = re.compile(r"\bcupel_[a-z_]+\b")
DRAIN = units.seconds(units.option(units.command("cupel-worker.service"), "--drain"))


def load(path):
    if yaml is None:
        raise unittest.SkipTest("python3-yaml is not installed")
    return list(yaml.safe_load_all((EXAMPLES / path).read_text()))


def anchors(text):
    """Of the headings of a page, as its readers' programs make them."""
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


class Case(support.TestCase):
    def check_command(self, words):
        """Of cupel: there is one of that name, and it has these options."""
        done = self.cupel(words[0], "--help")
        self.assertEqual(done.returncode, 0, f"cupel {words[0]}: {done.stderr}")
        known = OPTION.findall(done.stdout)
        for word in words[1:]:
            if word.startswith("--"):
                self.assertIn(word.split("=")[0], known, words)
        if len(words) > 1 and words[1].isalpha() and words[1].islower():  # cupel jobs cancel
            self.assertIn(f"{words[0]} {words[1]}", done.stdout)


class Page(Case):
    def commands(self):
        """Command lines of cupel in blocks and in the text."""
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.M | re.S)
        lines = [line for kind, text in blocks if not kind for line in text.splitlines()]
        lines += re.findall(r"`((?:runuser -u cupel -- )?cupel [^`]+)`", PAGE)
        for line in lines:
            for part in line.split("|"):
                found = re.match(r"\s*(?:runuser -u cupel -- |xargs .*?)?cupel ([a-z]+.*)", part)
                if found:
                    yield shlex.split(found[1])

    def test_commands_are_those_of_cupel(self):
        commands = list(self.commands())
        self.assertGreater(len(commands), 10)
        for words in commands:
            with self.subTest(command=words):
                self.check_command(words)

    def test_passwords_are_no_arguments(self):
        self.assertIn('"$CUPEL_QUEUE"', PAGE)
        for text in (PAGE, (EXAMPLES / "cupel.env").read_text()):
            (url,) = re.findall(r"^#?CUPEL_QUEUE=(postgresql:.*)$", text, re.M)
            self.assertIsNone(urlsplit(url).password)
            self.assertIn("passfile", parse_qs(urlsplit(url).query))

    def test_links_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)]+)\)", PAGE):
            path, _, anchor = target.partition("#")
            text = (DOCS / path).read_text() if path.endswith(".md") else PAGE
            with self.subTest(target=target):
                self.assertTrue((DOCS / path).exists())
                if anchor:
                    self.assertIn(anchor, anchors(text))

    def test_a_proxy_tells_the_service_what_it_has_to_know(self):
        (block,) = re.findall(r"^```nginx\n(.*?)^```$", PAGE, re.M | re.S)
        told = dict(re.findall(r"^ *proxy_set_header (\S+) (\S+);$", block, re.M))
        self.assertEqual(told, {"Host": "$http_host", "X-Forwarded-For": "$remote_addr",
                                "X-Forwarded-Proto": "$scheme"})

    def test_times_are_those_of_the_unit(self):
        stop = units.settings("cupel-worker.service")["TimeoutStopSec"][0]
        self.assertIn(f"drains for up to {DRAIN} s", PAGE)
        self.assertIn(f"`TimeoutStopSec` ({units.seconds(stop)} s)", PAGE)

    def test_units_are_there(self):
        for name in set(re.findall(r"\bcupel-[a-z]+\.(?:service|timer)\b", PAGE)):
            self.assertTrue((units.FOLDER / name).exists(), name)

    def test_variables_are_those_of_the_units(self):
        text = (EXAMPLES / "cupel.env").read_text()
        names = set(re.findall(r"^#?(CUPEL_[A-Z_]+)=", text, re.M))
        used = {"CUPEL_QUEUE"}
        for unit in ("worker", "serve", "prune"):
            line = units.settings(f"cupel-{unit}.service")["ExecStart"][0]
            used |= set(re.findall(r"\bCUPEL_[A-Z_]+\b", line))
        self.assertEqual(names, used)


class Alerts(Case):
    def rules(self):
        (document,) = load("alerts.yml")
        return [rule for group in document["groups"] for rule in group["rules"]]

    def test_each_tells_what_it_is_about_and_where_help_is(self):
        for rule in self.rules():
            with self.subTest(alert=rule["alert"]):
                self.assertIn(rule["labels"]["severity"], ("page", "ticket"))
                page, _, anchor = rule["annotations"]["runbook"].partition("#")
                self.assertEqual(page, "operations.md")
                self.assertIn(anchor, anchors(PAGE))
                self.assertEqual(rule["expr"].count("("), rule["expr"].count(")"))

    def series(self):
        """{name: names of labels} of what a service tells of jobs in each state."""
        service = Service(self, f"sqlite://{self.folder()}/queue.db")
        service.read_token()
        hand = Hand(self, service.queue)
        for end in ("finish exited - - -", "fail no disk", None, None):
            service.ask("POST", "/v1/jobs", {"kind": "run", "course": "c1", "command": ["true"],
                                             "attempts": 1})  # fmt: skip
            if end:
                hand.lease()
                hand.ask(end)
        hand.lease()
        text = service.ask("GET", "/metrics").bytes.decode()
        found = re.findall(r"^(\w+)(?:{(.*)})? ", text, re.M)
        return {name: set(re.findall(r"(\w+)=", labels)) for name, labels in found}

    def values(self):
        """{label: values that it can have}, where those are known."""
        job = json.loads((DOCS / "openapi.json").read_text())["components"]["schemas"]["job"]
        known = {key: set(job["properties"][key]["enum"]) for key in ("kind", "state", "priority")}
        result, run = (json.loads((SCHEMAS / f"{name}.schema.json").read_text())["properties"]
                       for name in ("result", "run"))  # fmt: skip
        layers = run["enforcement"]["properties"]
        known["status"] = {*result["status"]["enum"], *run["status"]["enum"], "passed", "refused"}
        known["layer"] = set(layers)
        known["by"] = {by for layer in layers.values() for by in layer.get("enum", ())}
        return known

    def expressions(self):
        for rule in self.rules():
            yield rule["expr"]
        for one in load("kubernetes/autoscale.yaml"):
            yield one["spec"]["triggers"][0]["metadata"]["query"]

    def test_their_labels_and_values_are_those_of_the_metrics(self):
        series, known = self.series(), self.values()
        seen = set()
        for text in self.expressions():
            with self.subTest(expression=text):
                names = set(METRIC.findall(text))
                labels = {"instance"}.union(*(series[name] for name in names))
                for group in re.findall(r"\bby \(([^)]*)\)", text) if names else ():
                    self.assertLessEqual(set(group.split(", ")), labels)
                for name, matchers in re.findall(r"\b(cupel_\w+){([^}]*)}", text):
                    for label, values in re.findall(r'(\w+)[=!]~?"([^"]*)"', matchers):
                        self.assertIn(label, series[name])
                        self.assertLessEqual(set(values.split("|")), known[label])
                        seen.add(label)
        self.assertGreater(len(seen), 4)

    def test_their_metrics_are_there(self):
        text = "".join(p.read_text() for p in (SOURCE / "src/service").glob("metrics*.c"))
        known = set(METRIC.findall(text))
        examples = (EXAMPLES / name for name in ("alerts.yml", "kubernetes/autoscale.yaml"))
        used = set(METRIC.findall("".join(p.read_text() for p in examples) + PAGE))
        used = {re.sub(r"_(sum|count)$", "", name) for name in used}
        self.assertGreater(len(used), 5)
        self.assertEqual(used - known - {"cupel_schema"}, set())  # which is a table


class Kubernetes(Case):
    def objects(self):
        paths = sorted((EXAMPLES / "kubernetes").glob("*.yaml"))
        found = [o for path in paths for o in load(path.relative_to(EXAMPLES))]
        for one in found:
            self.assertLessEqual({"apiVersion", "kind", "metadata"}, set(one))
        return {(o["kind"], o["metadata"]["name"]): o for o in found}

    def pod(self, name):
        deployment = self.objects()["Deployment", name]["spec"]
        template = deployment["template"]
        self.assertEqual(deployment["selector"]["matchLabels"], template["metadata"]["labels"])
        (container,) = template["spec"]["containers"]
        return template["spec"], container

    def check_narrow(self, pod, container):
        self.assertTrue(pod["securityContext"]["runAsNonRoot"])
        self.assertFalse(pod["automountServiceAccountToken"])
        context = container["securityContext"]
        self.assertFalse(context["allowPrivilegeEscalation"])
        self.assertTrue(context["readOnlyRootFilesystem"])
        self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
        self.assertIn("memory", container["resources"]["limits"])
        self.assertEqual(container["envFrom"], [{"secretRef": {"name": "cupel"}}])
        self.assertIn("CUPEL_QUEUE", self.objects()["Secret", "cupel"]["stringData"])
        mounts = {m["name"] for m in container["volumeMounts"]}
        self.assertEqual(mounts, {v["name"] for v in pod["volumes"]})
        self.check_command(container["args"])

    def test_workers_may_drain_and_make_sandboxes(self):
        pod, container = self.pod("cupel-worker")
        self.check_narrow(pod, container)
        drain = units.seconds(units.option(container["args"], "--drain"))
        self.assertEqual(drain, DRAIN)
        self.assertGreaterEqual(pod["terminationGracePeriodSeconds"], drain + 20)
        self.assertFalse(pod["hostUsers"])
        self.assertEqual(container["securityContext"]["procMount"], "Unmasked")
        profile = pod["securityContext"]["seccompProfile"]
        self.assertEqual(profile["type"], "Localhost")
        limit = container["resources"]["limits"]["memory"]
        asked = units.option(container["args"], "--memory")
        self.assertGreater(int(limit.removesuffix("Gi")), int(asked.removesuffix("GiB")))

    def test_services_are_asked_how_they_are(self):
        pod, container = self.pod("cupel-serve")
        self.check_narrow(pod, container)
        self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/healthz")
        self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/readyz")
        service = self.objects()["Service", "cupel-serve"]["spec"]
        self.assertEqual(service["selector"], {"app": "cupel-serve"})
        (port,) = container["ports"]
        self.assertEqual(service["ports"][0]["targetPort"], port["name"])
        listen = units.option(container["args"], "--listen")
        self.assertEqual(listen.rsplit(":", 1)[1], str(port["containerPort"]))

    def test_workers_grow_by_their_slots(self):
        scaled = self.objects()["ScaledObject", "cupel-worker"]["spec"]
        self.assertIn(("Deployment", scaled["scaleTargetRef"]["name"]), self.objects())
        (trigger,) = scaled["triggers"]
        _, container = self.pod("cupel-worker")
        slots = units.option(container["args"], "--slots")
        self.assertEqual(trigger["metadata"]["threshold"], slots)

    def test_workers_stay_where_nothing_is_known_of_the_queue(self):
        scaled = self.objects()["ScaledObject", "cupel-worker"]["spec"]
        (trigger,) = scaled["triggers"]
        self.assertEqual(trigger["metadata"]["ignoreNullValues"], "false")
        self.assertNotIn("vector(", trigger["metadata"]["query"])
        self.assertTrue(trigger["metadata"]["query"].endswith('or max(up{job="cupel"} == 1) * 0'))
        self.assertEqual(trigger["metricType"], "AverageValue")  # a fallback takes no other
        self.assertEqual(scaled["fallback"]["behavior"], "currentReplicasIfHigher")


class Image(Case):
    """Not built here, which takes a registry: what goes into it is looked at."""

    def stages(self):
        text = (EXAMPLES / "Containerfile").read_text().replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and line[0] != "#"]
        starts = [i for i, line in enumerate(lines) if line.startswith("FROM ")]
        return [lines[a:b] for a, b in zip(starts, [*starts[1:], None])]

    def packages(self, stage):
        (line,) = [line for line in stage if "apt-get install" in line]
        words = line.split("apt-get install", 1)[1].split("&&")[0].split()
        return {word for word in words if not word.startswith("-")}

    def test_it_is_built_with_what_bootstrap_installs(self):
        text = (SOURCE / "bootstrap").read_text()
        lists = re.findall(r'^(?:build|service)_packages="(.*?)"', text, re.M | re.S)
        self.assertEqual(len(lists), 2)
        self.assertEqual(self.packages(self.stages()[0]), set(" ".join(lists).split()))

    def test_its_programs_find_their_libraries(self):
        support.need("dpkg-query")
        packages = self.packages(self.stages()[1])
        for program in [support.CUPEL, *(support.PREFIX / "libexec/cupel").glob("cupel-*")]:
            dynamic = subprocess.run(["readelf", "--dynamic", "--wide", program], check=True,
                                     capture_output=True, text=True).stdout
            for library in re.findall(r"\(NEEDED\).*\[([^\]]+)\]", dynamic):
                with self.subTest(program=program.name, library=library):
                    self.assertTrue(self.owners(library) & (packages | {"libc6"}))

    def owners(self, library):
        done = subprocess.run(["dpkg-query", "--search", f"*/{library}"], capture_output=True,
                              text=True, check=False)
        return {line.split(":")[0] for line in done.stdout.splitlines()}

    def test_its_commands_pass_shellcheck(self):
        support.need("shellcheck")
        for stage in self.stages():
            for line in stage:
                if line.startswith("RUN "):
                    script = "#!/bin/sh\n" + line.removeprefix("RUN ") + "\n"
                    done = subprocess.run(["shellcheck", "-"], input=script, text=True,
                                          capture_output=True, check=False)
                    self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_it_runs_a_worker_as_an_ordinary_user(self):
        stage = self.stages()[1]
        (user,) = [line.split()[1] for line in stage if line.startswith("USER ")]
        self.assertNotEqual(user.split(":")[0], "0")
        (entry,) = [line for line in stage if line.startswith("ENTRYPOINT ")]
        (words,) = [line for line in stage if line.startswith("CMD ")]
        self.assertEqual(entry, 'ENTRYPOINT ["cupel"]')
        words = re.findall(r'"([^"]+)"', words)
        self.check_command(words)
        self.assertEqual(units.seconds(units.option(words, "--drain")), DRAIN)


if __name__ == "__main__":
    support.main()
