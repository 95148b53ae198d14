"""The boundary of `.github/deploy-role.yaml`: the roles of a stack have it and need no more, and no pipeline makes a role without it."""

import re
import unittest

from iam import allows, listed
from stack import ACCOUNT, SETS, Stack, Template, read

REGION, NUMBER = ACCOUNT["AWS::Region"], ACCOUNT["AWS::AccountId"]


def deploy_role(stack_name, **parameters):
    """Returns the stack of the pipeline's roles for a stack of this name."""
    return Template(read(".github/deploy-role.yaml"), {"StackName": stack_name, "Stage": "staging", "Repository": "owner/name", **parameters})


def boundary(stack_name, **parameters):
    return deploy_role(stack_name, **parameters).properties("Boundary")["PolicyDocument"]["Statement"]


def attribute(stack, name, attribute):
    """Returns an attribute of a resource as an account would give it."""
    kind = stack.resources[name]["Type"]
    service = f"{stack.account['AWS::Region']}:{NUMBER}"
    return {
        ("AWS::RDS::DBCluster", "DBClusterResourceId"): "cluster-ABC",
        ("AWS::RDS::DBInstance", "DbiResourceId"): "db-ABC",
        ("AWS::RDS::DBProxy", "DBProxyArn"): f"arn:aws:rds:{service}:db-proxy:prx-0a1b2c",
        ("AWS::S3::Bucket", "Arn"): f"arn:aws:s3:::shop-{name.lower()}-a1b2c3",
        ("AWS::SES::ConfigurationSet", "Ref"): "shop",
        ("AWS::SQS::Queue", "Arn"): f"arn:aws:sqs:{service}:shop-{name}-A1B2C3",
    }[kind, attribute]


def made(stack, node):
    """Returns a part of a stack as a text, with the names that an account would give."""
    if isinstance(node, str):
        return node
    (function, argument), = node.items()
    if function == "Ref":
        return attribute(stack, argument, "Ref")
    if function == "Fn::GetAtt":
        return attribute(stack, *argument)
    if function == "Fn::Select":
        return made(stack, argument[1])[int(argument[0])]
    if function == "Fn::Split":
        return made(stack, argument[1]).split(argument[0])
    text, values = argument if isinstance(argument, list) else (argument, {})
    name = lambda match: made(stack, values[match[1]]) if match[1] in values else attribute(stack, *f"{match[1]}.Ref".split(".")[:2])
    return re.sub(r"\$\{([\w.]+)\}", name, text)


def written(stack, role):
    """Yields each action and resource that the policies of a role, as the template writes them, allow."""
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            resources = [one for part in listed(statement["Resource"]) for one in listed(made(stack, part))]
            yield from ((action, resource) for action in listed(statement["Action"]) for resource in resources)


# What the roles need of AWS's own policies, which allow more.
LOGS = [(f"logs:{action}", "arn:aws:logs:{region}:{number}:log-group:/aws/lambda/shop-orders:log-stream:x") for action in ("CreateLogStream", "PutLogEvents")]
INTERFACES = ["AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "UnassignPrivateIpAddresses"]
TRACES = ["GetSamplingRules", "GetSamplingStatisticSummaries", "GetSamplingTargets", "PutTelemetryRecords", "PutTraceSegments"]
QUEUES = [(f"sqs:{action}", "arn:aws:sqs:{region}:{number}:shop-OrderEvents-A1B2C3") for action in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")]
ALIASES = [(f"lambda:{action}", "arn:aws:lambda:{region}:{number}:function:shop-orders:live") for action in ("GetAlias", "GetProvisionedConcurrencyConfig", "UpdateAlias")]
ATTACHED = {
    "AWSCodeDeployRoleForLambda": [*ALIASES, ("cloudwatch:DescribeAlarms", "*")],
    "AWSLambdaBasicExecutionRole": LOGS,
    "AWSLambdaSQSQueueExecutionRole": [*LOGS, *QUEUES],
    "AWSLambdaVPCAccessExecutionRole": [*LOGS, *((f"ec2:{action}", "*") for action in INTERFACES)],
    "AWSXrayWriteOnlyAccess": [(f"xray:{action}", "*") for action in TRACES],
}


class Roles(unittest.TestCase):
    def stacks(self):
        return [Stack(**parameters) for parameters in SETS]

    def test_every_role_has_the_boundary_that_is_set(self):
        seen = set()
        for stack in self.stacks():
            boundary = stack.parameters["PermissionsBoundary"] or None
            for name, role in stack.of_type("AWS::IAM::Role").items():
                self.assertEqual(role["Properties"].get("PermissionsBoundary"), boundary, name)
                seen.add((name, boundary is None))
        # Each role was there with and without one.
        names = {name for stack in self.stacks() for name in stack.of_type("AWS::IAM::Role")}
        self.assertEqual(seen, {(name, without) for name in names for without in (True, False)})
        self.assertLess({"TrafficRole", "DatabaseProxyRole", "OrdersRole", "MigrateRole"}, names)

    def test_no_other_identity_is_made(self):
        for stack in self.stacks():
            kinds = {one["Type"] for one in stack.resources.values() if one["Type"].startswith("AWS::IAM::")}
            self.assertEqual(kinds, {"AWS::IAM::Role"})

    def test_what_the_policies_of_the_roles_allow_is_inside(self):
        for stack in self.stacks():
            region = stack.account["AWS::Region"]
            policy = Template(
                read(".github/deploy-role.yaml"),
                {"StackName": "shop", "Stage": "staging", "Repository": "owner/name", "AuthSecret": "shop/auth"},
                stack.account,
            ).properties("Boundary")["PolicyDocument"]["Statement"]
            seen = 0
            for name, role in stack.of_type("AWS::IAM::Role").items():
                attached = [one.split("/")[-1] for one in role["Properties"].get("ManagedPolicyArns", [])]
                needed = [(action, arn.format(region=region, number=NUMBER)) for one in attached for action, arn in ATTACHED[one]]
                for action, resource in [*written(stack, role["Properties"]), *needed]:
                    seen += 1
                    resource = resource.replace(REGION, region)  # the secret of all sets is in one region
                    self.assertTrue(allows(policy, action, resource, aws__RequestedRegion=region), f"{name}: {action} on {resource}")
            self.assertGreater(seen, 100)

    def test_the_boundary_has_nothing_that_no_role_uses(self):
        used = {action for stack in self.stacks() for role in stack.of_type("AWS::IAM::Role").values() for action, _ in written(stack, role["Properties"])}
        used |= {action for needed in ATTACHED.values() for action, _ in needed}
        for statement in boundary("shop"):
            for pattern in listed(statement["Action"]):
                self.assertTrue(any(allows([{"Effect": "Allow", "Action": pattern, "Resource": "*"}], action, "x") for action in used), pattern)


class OtherStacks(unittest.TestCase):
    """A template can give a role `*` on `*`; what is left of it is the boundary."""

    def test_a_role_of_staging_reaches_nothing_of_production_that_has_a_name(self):
        policy = boundary("shop-staging")
        for action, resource in [
            ("lambda:UpdateAlias", f"arn:aws:lambda:{REGION}:{NUMBER}:function:shop-production-orders"),
            ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{REGION}:{NUMBER}:function:shop-production-orders"),
            ("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{NUMBER}:shop-production-OrderEvents-A1B2C3"),
            ("s3:GetObject", "arn:aws:s3:::shop-production-uploadbucket-a1b2c3/imports/1"),
            ("s3:PutObject", "arn:aws:s3:::packages/releases/0/production"),
            ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{NUMBER}:secret:shop/auth-production-AbCdEf"),
            ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{NUMBER}:secret:shop/edge-secret-AbCdEf"),
            ("logs:PutLogEvents", f"arn:aws:logs:{REGION}:{NUMBER}:log-group:/aws/lambda/shop-production-orders:log-stream:x"),
            ("ses:SendEmail", f"arn:aws:ses:{REGION}:{NUMBER}:configuration-set/shop-production"),
            ("rds:DeleteDBInstance", f"arn:aws:rds:{REGION}:{NUMBER}:db:shop-production-database"),
            ("cloudformation:CreateChangeSet", f"arn:aws:cloudformation:{REGION}:{NUMBER}:stack/shop-production/1"),
            ("sts:AssumeRole", f"arn:aws:iam::{NUMBER}:role/shop-production-cloudformation"),
        ]:
            self.assertFalse(allows(policy, action, resource, aws__RequestedRegion=REGION), f"{action} on {resource}")
        own = f"arn:aws:secretsmanager:{REGION}:{NUMBER}:secret:shop/auth-staging-AbCdEf"
        self.assertTrue(allows(policy, "secretsmanager:GetSecretValue", own))

    def test_the_boundary_allows_nothing_on_iam_and_makes_nothing(self):
        makes = re.compile(r"(?i):(add|attach|create|delete|modify|pass|put|set|update)")
        harmless = {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "lambda:UpdateAlias", "logs:CreateLogStream", "logs:PutLogEvents"}
        harmless |= {"s3:DeleteObject", "s3:PutObject", "sqs:DeleteMessage", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
        for action in [action for statement in boundary("shop-staging") for action in listed(statement["Action"])]:
            self.assertNotRegex(action, r"^(\*|(iam|sts|cloudformation|apigateway|cloudfront|rds|route53|kms):)")
            self.assertNotRegex(action, r":\*")
            self.assertTrue(action in harmless or not makes.search(action), action)

    def test_what_runs_in_a_function_makes_no_network_interfaces(self):
        function = f"arn:aws:lambda:{REGION}:{NUMBER}:function:shop-staging-orders"
        for action in INTERFACES:
            keys = {"aws__RequestedRegion": REGION, "lambda__SourceFunctionArn": function}
            self.assertFalse(allows(boundary("shop-staging"), f"ec2:{action}", "*", **keys), action)

    def test_only_what_has_no_name_is_allowed_on_any_resource(self):
        open_ones = {one["Sid"] for one in boundary("shop-staging") if any("shop-staging" not in arn and "auth-staging" not in arn for arn in listed(one["Resource"]))}
        self.assertEqual(open_ones, {"AlarmsThatStopIt", "Database", "Interfaces", "Mail", "Traces"})


class Pipeline(unittest.TestCase):
    """What CloudFormation may do with roles for the pipeline of staging."""

    def setUp(self):
        self.made = deploy_role("shop-staging")
        names = [one["Ref"] for one in self.made.properties("CloudFormation")["ManagedPolicyArns"]]
        self.statements = [one for name in names for one in self.made.properties(name)["PolicyDocument"]["Statement"]]
        self.boundary = {"Ref": "Boundary"}  # its ARN, which only an account knows
        self.role = f"arn:aws:iam::{NUMBER}:role/shop-staging-OrdersRole-A1B2C3"
        self.policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

    def may(self, action, role=None, **keys):
        return allows(self.statements, f"iam:{action}", role or self.role, **keys)

    def test_a_role_is_made_and_changed_with_the_boundary_only(self):
        for action in ("CreateRole", "PutRolePolicy", "AttachRolePolicy", "PutRolePermissionsBoundary"):
            keys = {"iam__PolicyARN": self.policy} if action == "AttachRolePolicy" else {}
            self.assertTrue(self.may(action, iam__PermissionsBoundary=self.boundary, **keys), action)
            self.assertFalse(self.may(action, **keys), f"{action} without a boundary")
            other = "arn:aws:iam::aws:policy/AdministratorAccess"
            self.assertFalse(self.may(action, iam__PermissionsBoundary=other, **keys), f"{action} with another boundary")

    def test_no_role_loses_its_boundary(self):
        for keys in ({}, {"iam__PermissionsBoundary": self.boundary}):
            self.assertFalse(self.may("DeleteRolePermissionsBoundary", **keys))
        every = [*self.statements, {"Effect": "Allow", "Action": "*", "Resource": "*"}]
        self.assertFalse(allows(every, "iam:DeleteRolePermissionsBoundary", self.role))

    def test_no_policy_of_others_is_attached(self):
        keys = {"iam__PermissionsBoundary": self.boundary, "iam__PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}
        self.assertFalse(self.may("AttachRolePolicy", **keys))

    def test_the_roles_of_the_pipeline_and_of_other_stacks_stay_as_they_are(self):
        keys = {"iam__PermissionsBoundary": self.boundary, "iam__PolicyARN": self.policy}
        for role in ("shop-staging-cloudformation", "shop-staging-deployer", "shop-production-OrdersRole-A1B2C3"):
            arn = f"arn:aws:iam::{NUMBER}:role/{role}"
            for action in ("AttachRolePolicy", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy", "UpdateAssumeRolePolicy"):
                self.assertFalse(self.may(action, arn, **keys), f"{action} on {role}")

    def test_the_boundary_and_other_identities_cannot_be_changed(self):
        arn = f"arn:aws:iam::{NUMBER}:policy/shop-staging-boundary"
        self.assertEqual(self.made.properties("Boundary")["ManagedPolicyName"], arn.split("/")[1])
        keys = {"iam__PermissionsBoundary": self.boundary}
        for action in ("CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion"):
            self.assertFalse(self.may(action, arn, **keys), action)
        for action in ("CreateUser", "CreateAccessKey", "PutUserPolicy", "AttachUserPolicy", "AddUserToGroup", "CreateInstanceProfile", "CreateLoginProfile"):
            self.assertFalse(self.may(action, f"arn:aws:iam::{NUMBER}:user/shop-staging-x", **keys), action)


if __name__ == "__main__":
    unittest.main()
