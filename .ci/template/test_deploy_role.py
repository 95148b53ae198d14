"""The roles of `.github/deploy-role.yaml` may do what a deployment needs: `actions.json` says what that is, and where it is from."""

import fnmatch
import json
import pathlib
import re
import unittest

from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from iam import listed, matches
from stack import ACCOUNT, ROOT, SETS, Stack, read

ACTIONS = json.loads((pathlib.Path(__file__).parent / "actions.json").read_text())
REFERENCE = load_resource(AdditionalSpecs, "Policies.json")
ROLE = read(".github/deploy-role.yaml")["Resources"]


def known(action):
    """Returns what the service authorization reference says of an action; nothing if IAM does not know it."""
    service, _, name = action.partition(":")
    return REFERENCE.get(service.lower(), {}).get("Actions", {}).get(name.lower())


def needed(actions):
    """Returns the actions that IAM judges and that the template uses."""
    unused = [pattern for patterns, _reason in ACTIONS["not_used"] for pattern in patterns]
    return [action for action in actions if known(action) is not None and not matches(action, unused)]


def allowed(statements, everywhere=False):
    """Returns the actions that the statements allow; with `everywhere` those that they allow on every resource."""
    grants = [one for one in statements if one.get("Effect") == "Allow" and (not everywhere or "*" in listed(one["Resource"]))]
    return [action for one in grants for action in listed(one["Action"])]


def statements_of(document):
    """Returns the statements, also those that a condition of the template leaves out."""
    return [choice for one in document["Statement"] for choice in (one["Fn::If"] if "Fn::If" in one else [one]) if "Effect" in choice]


# A stage as docs/deploying.md makes it, without names that only an account knows.
STAGE = {**ACCOUNT, "StackName": "shop-staging", "EdgeSecrets": read(".github/deploy-role.yaml")["Parameters"]["EdgeSecrets"]["Default"]}


def allows(statements, action, arn):
    """Returns true if a statement allows the action on what has this ARN. Conditions are not judged."""

    def patterns(statement):
        for resource in listed(statement["Resource"]):
            text = resource["Fn::Sub"] if isinstance(resource, dict) and "Fn::Sub" in resource else resource
            if isinstance(text, str):
                yield re.sub(r"\$\{([^}]+)\}", lambda match: STAGE.get(match[1], match[0]), text)

    fitting = [one for one in statements if one["Effect"] == "Allow" and matches(action, listed(one["Action"]))]
    return any(fnmatch.fnmatchcase(arn, pattern) for one in fitting for pattern in patterns(one))


def written(node):
    """Returns a policy with every function of CloudFormation replaced by a text that is as long as its result may be."""
    if isinstance(node, list):
        return [written(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "Fn::If" in node:
        return written(node["Fn::If"][1])
    if "Fn::Sub" in node:
        text = node["Fn::Sub"] if isinstance(node["Fn::Sub"], str) else node["Fn::Sub"][0]
        longest = {"AWS::Partition": "aws", "AWS::Region": "ap-southeast-1", "AWS::AccountId": "1" * 12, "StackName": "s" * 20}
        return re.sub(r"\$\{([^}]+)\}", lambda match: longest.get(match[1], "x" * 50), text)
    if "Ref" in node or "Fn::GetAtt" in node:
        return "x" * 80
    return {key: written(item) for key, item in node.items()}


DOCUMENTS = {name: one["Properties"]["PolicyDocument"] for name, one in ROLE.items() if one["Type"] == "AWS::IAM::ManagedPolicy"}
POLICIES = {name: document for name, document in DOCUMENTS.items() if name != "Boundary"}
CLOUDFORMATION = [one for document in POLICIES.values() for one in statements_of(document)]
DEPLOYER = statements_of(ROLE["Deployer"]["Properties"]["Policies"][0]["PolicyDocument"])


class CloudFormationRole(unittest.TestCase):
    def test_the_table_has_every_type_of_resource_and_no_other(self):
        kinds = {resource["Type"] for parameters in SETS for resource in Stack(**parameters).resources.values()}
        self.assertEqual(set(ACTIONS["handlers"]), kinds)

    def test_it_may_do_what_the_handlers_of_its_resources_do(self):
        may = allowed(CLOUDFORMATION)
        for kind, actions in ACTIONS["handlers"].items():
            self.assertNotEqual(needed(actions), [], kind)
            self.assertEqual([action for action in needed(actions) if not matches(action, may)], [], kind)

    def test_its_policies_are_attached_and_as_short_as_iam_requires(self):
        attached = ROLE["CloudFormation"]["Properties"]["ManagedPolicyArns"]
        self.assertEqual([one["Ref"] for one in attached], list(POLICIES))
        for name, document in DOCUMENTS.items():
            # IAM counts the characters without blanks, with the names of the account.
            text = json.dumps(written(document), separators=(",", ":"))
            self.assertLess(len(text), 6_144, name)

    def test_an_action_without_resources_is_allowed_on_all(self):
        may = allowed(CLOUDFORMATION, everywhere=True)
        for kind, actions in ACTIONS["handlers"].items():
            without = [action for action in needed(actions) if not known(action).get("Resources")]
            self.assertEqual([action for action in without if not matches(action, may)], [], kind)

    def test_it_may_use_what_parameters_name_by_an_arn(self):
        certificates = {parameters["CertificateArn"] for parameters in SETS if "CertificateArn" in parameters}
        self.assertEqual({arn.split(":")[3] for arn in certificates}, {"eu-central-1", "us-east-1"})
        for arn in certificates:
            self.assertTrue(allows(CLOUDFORMATION, "acm:DescribeCertificate", arn), arn)
        acl = "arn:aws:wafv2:us-east-1:123456789012:global/webacl"
        self.assertTrue(allows(CLOUDFORMATION, "wafv2:GetWebACL", f"{acl}/own/1"))
        self.assertFalse(allows(CLOUDFORMATION, "wafv2:DeleteWebACL", f"{acl}/own/1"))

    def test_it_may_use_what_the_document_makes_for_the_edge(self):
        text = (ROOT / "docs/deploying.md").read_text()
        [acl] = re.findall(r"create-web-acl .* --name (\S+)", text)
        arn = f"arn:aws:wafv2:us-east-1:123456789012:global/webacl/{acl.replace('$STACK', STAGE['StackName'])}/1"
        for action in needed(ACTIONS["handlers"]["AWS::WAFv2::WebACL"]):
            self.assertTrue(allows(CLOUDFORMATION, action, arn), action)
        self.assertIn("`EdgeSecrets=", text)  # for secrets of other names
        secrets = set(re.findall(r"`?\b(shop/edge-secret[\w/-]*)", text))
        self.assertGreater(len(secrets), 1)
        for secret in secrets:
            arn = f"arn:aws:secretsmanager:eu-central-1:123456789012:secret:{secret}-AbCdEf"
            self.assertTrue(allows(CLOUDFORMATION, "secretsmanager:GetSecretValue", arn), secret)

    def test_every_exception_is_needed(self):
        may = allowed(CLOUDFORMATION)
        missing = [one for actions in ACTIONS["handlers"].values() for one in actions if known(one) is not None and not matches(one, may)]
        for patterns, reason in ACTIONS["not_used"]:
            for pattern in patterns:
                self.assertTrue(any(matches(action, [pattern]) for action in missing), f"{pattern}: {reason}")


class DeployerRole(unittest.TestCase):
    def test_the_table_has_every_command_that_the_script_runs(self):
        code = "".join((ROOT / ".ci" / name).read_text() for name in ("deploy", "change-set"))
        run = re.findall(r"(?:^|\$\(|! |propose |[|&{;] |=1 )\s*(aws [a-z0-9]+ [a-z0-9-]+|sam [a-z]+)", code, re.MULTILINE)
        self.assertEqual(set(ACTIONS["commands"]), set(run))

    def test_it_may_do_what_the_commands_do(self):
        may = allowed(DEPLOYER)
        for command, actions in ACTIONS["commands"].items():
            self.assertEqual([action for action in actions if not matches(action, may)], [], command)
            self.assertEqual([action for action in actions if not known(action)], [], command)

    def test_it_may_change_nothing_by_itself(self):
        may = allowed(DEPLOYER)
        for action in ("rds:DeleteDBInstance", "iam:CreateRole", "s3:DeleteBucket", "cloudformation:DeleteStack", "lambda:CreateFunction"):
            self.assertFalse(matches(action, may), action)


if __name__ == "__main__":
    unittest.main()
