"""The documents: links lead somewhere, and what is said about deploying exists in the template, the scripts and AWS's API."""

import re
import tomllib
import unittest

import botocore.session
from botocore import xform_name

from stack import ROOT, SETS, Stack, read

# Without the changelog, which also names what is gone.
PAGES = sorted(page for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")] if page.name != "CHANGELOG.md")
TEMPLATE = read("template.yaml")
ROLES = read(".github/deploy-role.yaml")

# Folders that are there only while they are needed.
NOT_ALWAYS = {"migrations/functions/previous"}

# What a person who deploys reads: about parameters, outputs and commands.
GUIDES = {name: (ROOT / "docs" / name).read_text() for name in ("deploying.md", "operating.md", "costs.md")}

# Commands of the AWS CLI that are not operations of an API.
CLI_ONLY = {
    "cloudformation deploy": {"stack-name", "template-file", "capabilities", "parameter-overrides", "s3-bucket", "s3-prefix", "no-execute-changeset", "no-fail-on-empty-changeset", "role-arn"},
    "ec2-instance-connect ssh": {"instance-id", "connection-type", "local-forwarding"},
    "logs tail": {"since"},
    "rds generate-db-auth-token": {"hostname", "port", "username"},
    "s3 cp": {"no-progress"},
    "s3 mb": set(),
}
# Options that the CLI adds to those of an operation.
ADDED = {"ec2 authorize-security-group-ingress": {"port", "protocol", "source-group"}}
# Names of the CLI that the API does not have.
API = {"deploy": "codedeploy", "s3api": "s3"}
GLOBAL = {"cli-read-timeout", "output", "query", "region"}


def code(text):
    """Yields the parts of a page that are code."""
    yield from re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE))


def section(page, title):
    """Returns one section of a page, without those that follow."""
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDES[page], re.DOTALL | re.MULTILINE)[1]


def rows(text):
    """Returns the first two cells of each row of the tables in a text, without heads."""
    return [tuple(cell.strip() for cell in line.split(" | ")[:2]) for line in text.replace("\n|", "\n| ").splitlines() if line.startswith("| ") and "---" not in line]


def anchors(page):
    """Returns the anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def commands(text):
    """Yields service, command and options of each call of the AWS CLI that a text shows."""
    text = re.sub(r"\\\n *", " ", text)
    for call in re.findall(r"(?<!tool in )\b(?:aws|ask) ([a-z][a-z0-9-]* [a-z][a-z0-9-]+(?: [^\n|`;]*)?)", text):
        service, command, rest = (*call.split(" ", 2), "")[:3]
        # Options inside of quotation marks and of $(…) belong to something else.
        rest = re.sub(r"\$\([^)]*\)|\"[^\"]*\"|'[^']*'", "", rest.split(" # ")[0])
        yield service, command, re.findall(r"--([a-z][a-z0-9-]*)", rest)


class Links(unittest.TestCase):
    def test_links_lead_to_a_file_and_a_heading(self):
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (page.parent / path) if path else page
                self.assertTrue(file.exists(), f"{page.name}: {target}")
                if anchor:
                    self.assertIn(anchor, anchors(file), f"{page.name}: {target}")

    def test_files_that_are_named_exist(self):
        for page in PAGES:
            if page.name == "CONTRIBUTING.md":  # it shows how to add one
                continue
            for text in code(page.read_text()):
                for path in re.findall(r"(?<![\w./$-])((?:\.ci|\.github|docs|events|functions|migrations|shared|tools)/[\w./-]*\w)(?![\w<*{$-])", text):
                    self.assertTrue(path in NOT_ALWAYS or (ROOT / path).exists(), f"{page.name}: {path}")


class Parameters(unittest.TestCase):
    def test_every_parameter_is_explained_and_no_other(self):
        named = {name for first, _ in rows(section("deploying.md", "The parameters").split("\n### ")[0]) for name in re.findall(r"`(\w+)`", first)}
        self.assertEqual(named, set(TEMPLATE["Parameters"]))

    def test_values_are_of_parameters_that_exist_and_allow_them(self):
        known = {**TEMPLATE["Parameters"], **ROLES["Parameters"]}
        for page, text in GUIDES.items():
            for part in code(text):
                for name, value in re.findall(r"(?:^|parameter-overrides |\s)([A-Z][a-z]\w+)=([\w.-]*)", part):
                    if name.endswith("Enabled") or name in {"Allow", "Key"}:  # arguments of AWS's own
                        continue
                    self.assertIn(name, known, f"{page}: {part}")
                    allowed = list(map(str, known[name].get("AllowedValues", [])))
                    if value and allowed:
                        self.assertIn(value, allowed, f"{page}: {name}")

    def test_the_stages_name_parameters_that_exist(self):
        stages = tomllib.loads((ROOT / "samconfig.toml").read_text())
        for stage in ("staging", "production"):
            overrides = stages[stage]["deploy"]["parameters"]["parameter_overrides"]
            self.assertLessEqual({one.split("=")[0] for one in overrides}, set(TEMPLATE["Parameters"]), stage)

    def test_only_what_a_deployment_fills_in_is_empty(self):
        stages = tomllib.loads((ROOT / "samconfig.toml").read_text())
        asked = section("deploying.md", "Ten steps")
        for stage in ("staging", "production"):
            for one in stages[stage]["deploy"]["parameters"]["parameter_overrides"]:
                name, _, value = one.partition("=")
                if value == '""':
                    self.assertIn(f"`{name}`", asked, stage)


class Outputs(unittest.TestCase):
    def test_outputs_exist(self):
        known = {*TEMPLATE["Outputs"], *ROLES["Outputs"]}
        for page, text in GUIDES.items():
            for name in re.findall(r"(?:\(output |outputs? `)(\w+)", text):
                self.assertIn(name, known, page)

    def test_resources_exist(self):
        known = {name for parameters in SETS for name in Stack(**parameters).resources}
        for page, text in GUIDES.items():
            for name in re.findall(r"\(id (\w+)\)", text):
                self.assertIn(name, known, page)

    def test_what_is_said_of_the_instance_is_said_of_the_cluster_too(self):
        for page, text in GUIDES.items():
            for part in re.split(r"^## ", text, flags=re.MULTILINE):
                if "(id Database)" in part:
                    self.assertIn("(id AuroraCluster)", part, f"{page}: {part.splitlines()[0]}")
            self.assertEqual("modify-db-instance" in text, "modify-db-cluster" in text, page)

    def test_every_alarm_has_its_row(self):
        alarms = {name for parameters in SETS for name in Stack(**parameters).of_type("AWS::CloudWatch::Alarm")}
        versions = {name for name in alarms if name.endswith("VersionAlarm")}
        named = {name for first, _ in rows(section("operating.md", "Alarms")) for name in re.findall(r"`(…?\w+)`", first)}
        self.assertEqual(named, alarms - versions | {"…VersionAlarm"})


class Architecture(unittest.TestCase):
    def test_the_picture_says_when_a_message_is_dead(self):
        tries = Stack().properties("OrderEvents")["RedrivePolicy"]["maxReceiveCount"]
        self.assertIn(f"dead letters after {tries} tries", (ROOT / "docs/architecture.md").read_text())


class Commands(unittest.TestCase):
    def test_commands_of_aws_have_these_options(self):
        session = botocore.session.get_session()
        scripts = {name: (ROOT / ".ci" / name).read_text() for name in ("change-set", "deploy", "preflight")}
        shown = {page: "\n".join(code(text)) for page, text in GUIDES.items()}
        for page, text in {**shown, **scripts}.items():
            for service, command, options in commands(text):
                if f"{service} {command}" in CLI_ONLY:
                    known = CLI_ONLY[f"{service} {command}"]
                elif command == "wait":
                    continue
                else:
                    model = session.get_service_model(API.get(service, service))
                    operation = {xform_name(name, "-"): name for name in model.operation_names}.get(command)
                    self.assertIsNotNone(operation, f"{page}: aws {service} {command}")
                    shape = model.operation_model(operation).input_shape
                    members = shape.members if shape else {}
                    known = {xform_name(name, "-") for name in members}
                    known |= {f"no-{xform_name(name, '-')}" for name, member in members.items() if member.type_name == "boolean"}
                    known |= {"max-items"} | ADDED.get(f"{service} {command}", set())  # the CLI turns pages itself
                self.assertLessEqual(set(options), known | GLOBAL, f"{page}: aws {service} {command}")

    def test_the_variables_of_the_shell_are_set_somewhere(self):
        # Every page uses what deploying.md sets.
        first = "\n".join(code(GUIDES["deploying.md"]))
        for page, text in GUIDES.items():
            shown = "\n".join(code(text))
            known = set(re.findall(r"(?:^|[\s;(])([A-Z][A-Z_]+)=|for (\w+) in|read -\w+ '[^']*' (\w+)", f"{first}\n{shown}", re.MULTILINE))
            known = {name for names in known for name in names if name}
            self.assertLessEqual(set(re.findall(r"\$\{?([A-Za-z_]\w+)", shown)), known, page)

    def test_the_scripts_have_these_arguments(self):
        for page in PAGES:
            for text in code(page.read_text()):
                for script, rest in re.findall(r"\.ci/([\w-]+)((?: [\w./$\"-]+)*)", text):
                    source = (ROOT / ".ci" / script)
                    for flag in re.findall(r"--[a-z-]+", rest) if source.is_file() else []:
                        self.assertIn(flag, source.read_text(), f"{page.name}: .ci/{script}")
                    if script == "deploy" and rest:
                        self.assertIn(rest.split()[0], {"package", "ship", "back", "--help"}, page.name)

    def test_a_stack_that_stands_is_not_deleted_for_a_test_that_failed(self):
        advice = [line for line in section("deploying.md", "Ten steps").splitlines() if "CREATE_COMPLETE" in line or "delete-stack" in line]
        self.assertEqual(["delete-stack" in line for line in advice], [False, True])
        self.assertIn("repeat step 8", advice[0])

    def test_a_restored_shop_is_tested_once_it_may_answer(self):
        text = section("operating.md", "Backup and restore")
        stopped, shipped, started = (text.index(part) for part in ("put-function-concurrency", "ship STAGE --replace-data", "delete-function-concurrency"))
        self.assertTrue(stopped < shipped < started < text.index(".ci/smoke"))
        self.assertIn("--replace-data --without-smoke`", text)
        self.assertIn("`TrafficShift=AllAtOnce`", text[stopped:shipped])

    def test_cargo_dev_has_these_commands(self):
        source = (ROOT / "tools/dev/src/cli/mod.rs").read_text()
        variants = re.search(r"enum Command \{(.*?)^\}", source, re.DOTALL | re.MULTILINE)[1]
        known = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() for name in re.findall(r"^    ([A-Z]\w+)", variants, re.MULTILINE)}
        for page in PAGES:
            for text in code(page.read_text()):
                for command in re.findall(r"cargo dev ([a-z][a-z0-9-]*)", text):
                    self.assertIn(command, known, page.name)

    def test_the_variables_of_github_are_those_of_the_workflow(self):
        used = set(re.findall(r"vars\.(\w+)", (ROOT / ".github/workflows/deploy.yml").read_text()))
        self.assertEqual(set(re.findall(r"gh variable set (\w+)", GUIDES["deploying.md"])), used)


if __name__ == "__main__":
    unittest.main()
