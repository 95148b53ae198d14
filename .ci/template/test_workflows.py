"""The workflows: nothing runs in them that strangers can replace."""

import json
import re
import unittest

import yaml

from stack import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def jobs(page):
    """Yields the name and the definition of each job of a workflow."""
    yield from yaml.safe_load(page.read_text())["jobs"].items()


class Workflows(unittest.TestCase):
    def test_actions_are_pinned_to_a_commit_whose_version_is_named(self):
        for page in WORKFLOWS:
            for action in re.findall(r"uses: (.+)", page.read_text()):
                if not action.startswith("./"):
                    self.assertRegex(action, r"^[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", page.name)

    def test_a_job_that_may_sign_in_installs_python_packages_by_their_hashes(self):
        signing = 0
        for page in WORKFLOWS:
            for name, job in jobs(page):
                if job.get("permissions", {}).get("id-token") != "write":
                    continue
                signing += 1
                for step in job["steps"]:
                    for line in step.get("run", "").splitlines():
                        if re.search(r"\bpip\b.* install", line):
                            self.assertIn(" --no-deps --require-hashes ", line, f"{page.name}: {name}")
                        self.assertNotRegex(line, r"\b(cargo|npm|gem|go) install\b", f"{page.name}: {name}")
        self.assertEqual(signing, 3)

    def test_every_package_has_a_hash(self):
        lines = (ROOT / ".ci/tools/requirements.txt").read_text().replace("\\\n", " ").splitlines()
        packages = [line for line in lines if line and not line.lstrip().startswith("#")]
        for package in packages:
            self.assertRegex(package, r"^[a-z0-9.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}")
        names = {package.split("==")[0] for package in packages}
        self.assertLessEqual({"aws-sam-cli", "cargo-lambda", "ziglang"}, names)

    def test_jobs_have_no_more_rights_than_they_name(self):
        for page in WORKFLOWS:
            workflow = yaml.safe_load(page.read_text())
            self.assertIn(workflow["permissions"], ({}, {"contents": "read"}), page.name)
            for name, job in jobs(page):
                self.assertNotIn("write-all", str(job.get("permissions")), f"{page.name}: {name}")


class Environments(unittest.TestCase):
    """What docs/deploying.md lets into the environments is what the workflow sends there."""

    text = (ROOT / "docs/deploying.md").read_text()

    def test_no_environment_is_made_that_admits_every_branch(self):
        made = re.findall(r"gh api --method PUT \S*/environments/(\S+?)\"? (.*)\n(.*)", self.text)
        self.assertEqual([stage for stage, _, _ in made], ["staging", "production"])
        for stage, rest, body in made:
            self.assertEqual(rest, "--input - <<'JSON'", stage)
            settings = json.loads(body.replace("…", "1"))
            self.assertEqual(settings["deployment_branch_policy"], {"protected_branches": False, "custom_branch_policies": True}, stage)
            self.assertEqual("reviewers" in settings, stage == "production")

    def test_they_admit_what_the_workflow_runs_for_and_no_more(self):
        workflow = yaml.safe_load((ROOT / ".github/workflows/deploy.yml").read_text())
        pushed = workflow[True]["push"]  # YAML reads `on` as true
        branches, tags = ([(name, kind) for name in pushed[f"{kind}{ending}"]] for kind, ending in (("branch", "es"), ("tag", "s")))
        # A release goes back by hand, from the branch.
        self.assertIn("workflow_dispatch", workflow[True])
        admitted = {"staging": branches, "production": [*branches, *tags]}
        shown = re.findall(r"--method POST \S*/environments/(\w+)/deployment-branch-policies -f name='?([^' ]+)'? -f type=(\w+)", self.text)
        self.assertEqual(shown, [(stage, *one) for stage, all_of in admitted.items() for one in all_of])

    def test_preflight_expects_the_same(self):
        script = (ROOT / ".ci/preflight").read_text()
        self.assertIn("refs='main (branch)'", script)
        self.assertIn("refs+=', v* (tag)'", script)


if __name__ == "__main__":
    unittest.main()
