"""Functions, their versions and their queues."""

import json
import unittest

from stack import AUTH_SECRET, SETS, Stack, references


def consumers(stack):
    """Yields each function that a queue invokes, with the name of the queue."""
    for mapping in stack.of_type("AWS::Lambda::EventSourceMapping").values():
        source, target = mapping["Properties"]["EventSourceArn"], mapping["Properties"]["FunctionName"]
        function = next(name for name in stack.of_type("AWS::Lambda::Function") if name in next(iter(references(target))))
        yield function, source["Fn::GetAtt"][0]


def statements_of_role(stack, properties):
    """Returns the statements that the template writes for the role of a function."""
    role = stack.properties(next(iter(references(properties["Role"]))))
    return [one for policy in role.get("Policies", []) for one in policy["PolicyDocument"]["Statement"]]


def sends_to(stack, function):
    """Returns the queues that the role of a function may send to."""
    statements = statements_of_role(stack, stack.properties(function))
    return {queue for one in statements if "sqs:SendMessage" in one["Action"] for queue in references(one["Resource"])}


def statement(name, permission):
    """Returns what a permission adds to the policy of its function, as Lambda writes it."""
    source = permission["SourceArn"]
    source = source["Fn::Sub"][0].replace("${__ApiId__}", "a1b2c3d4e5").replace("${__Stage__}", "*") if "Fn::Sub" in source else "x" * 100
    return {
        "Sid": f"shop-production-{name}-A1B2C3D4E5F6",
        "Effect": "Allow",
        "Principal": {"Service": permission["Principal"]},
        "Action": permission["Action"],
        "Resource": "arn:aws:lambda:ap-southeast-1:123456789012:function:shop-production-transfer-worker:live",
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
    }


class Functions(unittest.TestCase):
    def test_the_policy_of_a_function_is_as_short_as_lambda_requires(self):
        stack = Stack()
        policies = {}
        for name, permission in stack.of_type("AWS::Lambda::Permission").items():
            function = next(iter(references(permission["Properties"]["FunctionName"])))
            policies.setdefault(function, []).append(statement(name, permission["Properties"]))
        for function, statements in policies.items():
            text = json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statements}, separators=(",", ":"))
            self.assertLess(len(text), 20_480, f"{function}: {len(statements)} routes")

    def test_lambda_does_not_stop_a_function_that_sends_messages_to_itself(self):
        stack = Stack()
        chained = {function for function, queue in consumers(stack) if queue in sends_to(stack, function)}
        self.assertEqual(chained, {"TransferWorker"})
        for name, function in stack.of_type("AWS::Lambda::Function").items():
            self.assertEqual(function["Properties"].get("RecursiveLoop"), "Allow" if name in chained else None, name)

    def test_every_function_writes_traces_and_may(self):
        stack = Stack()
        for name, function in stack.of_type("AWS::Lambda::Function").items():
            self.assertEqual(function["Properties"]["TracingConfig"], {"Mode": "Active"}, name)
            role = stack.properties(next(iter(references(function["Properties"]["Role"]))))
            self.assertTrue(any("xray" in str(policy).lower() for policy in role["ManagedPolicyArns"]), name)

    def test_a_gradual_shift_watches_alarms_and_any_other_watches_none(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            for name, group in stack.of_type("AWS::CodeDeploy::DeploymentGroup").items():
                alarms = group["Properties"].get("AlarmConfiguration", {}).get("Alarms", [])
                self.assertEqual(bool(alarms), stack.condition("ShiftsGradually"), f"{name} with {parameters}")

    def test_the_versions_of_a_function_outlive_a_deployment(self):
        for name, version in Stack().of_type("AWS::Lambda::Version").items():
            self.assertEqual(version["DeletionPolicy"], "Retain", name)


class Ways(unittest.TestCase):
    def test_the_rule_that_leads_to_the_endpoints_names_the_same_ones_as_their_group(self):
        stack = Stack()
        rules = {one["FromPort"]: one["Description"] for one in stack.properties("FunctionsGroup")["SecurityGroupEgress"]}
        self.assertEqual(rules[443].lower(), stack.properties("EndpointsGroup")["GroupDescription"].lower())


class Keys(unittest.TestCase):
    """The keys of `auth` are read by `auth` alone, and stand in no configuration."""

    def functions(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            for name, function in stack.of_type("AWS::Lambda::Function").items():
                yield stack, name, function["Properties"]

    def test_no_environment_holds_the_value_of_the_secret(self):
        edge = "{{resolve:secretsmanager:shop/edge-secret:SecretString}}"
        for stack, name, properties in self.functions():
            variables = properties["Environment"]["Variables"]
            resolved = {key for key, value in variables.items() if "{{resolve:" in json.dumps(value)}
            self.assertLessEqual(resolved, {"EDGE_SECRET"}, name)
            self.assertIn(variables["EDGE_SECRET"], ["", edge], name)
            expected = {"AUTH_SECRET_ARN"} if name == "Auth" else set()
            self.assertEqual({key for key, value in variables.items() if AUTH_SECRET in json.dumps(value)}, expected, name)
            self.assertEqual([variables.get(key, "") for key in ("TOKEN_SIGNING_KEY", "TOTP_KEYS")], ["", ""], name)

    def test_auth_alone_may_read_the_secret_and_no_other(self):
        for stack, name, properties in self.functions():
            statements = statements_of_role(stack, properties)
            read = [one["Resource"] for one in statements if "secretsmanager" in json.dumps(one["Action"])]
            self.assertEqual(read, [AUTH_SECRET] if name == "Auth" else [], name)

    def test_the_way_to_the_secret_is_always_there_and_leads_to_no_other(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            endpoint = stack.properties("SecretsEndpoint")
            self.assertEqual(endpoint["ServiceName"], f"com.amazonaws.{stack.account['AWS::Region']}.secretsmanager")
            [statement] = endpoint["PolicyDocument"]["Statement"]
            self.assertEqual((statement["Action"], statement["Resource"]), ("secretsmanager:GetSecretValue", AUTH_SECRET))
            zones = 2 if stack.condition("EndpointsInTwoZones") else 1
            self.assertEqual(len(endpoint["SubnetIds"]), zones)
            [rule] = stack.properties("EndpointsGroup")["SecurityGroupIngress"]
            self.assertEqual((rule["FromPort"], rule["ToPort"]), (443, 443))


if __name__ == "__main__":
    unittest.main()
