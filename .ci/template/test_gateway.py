"""The HTTP API as API Gateway gets it."""

import unittest

from stack import SETS, Stack


def cors(**parameters):
    return Stack(**parameters).properties("HttpApi")["Body"]["x-amazon-apigateway-cors"]


class Cors(unittest.TestCase):
    def test_the_gateway_gets_the_whole_configuration(self):
        for parameters in SETS:
            configuration = cors(**parameters)
            self.assertEqual(set(configuration), {"allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge"}, parameters)
            self.assertIn("PATCH", configuration["allowMethods"])
            self.assertIn("idempotency-key", configuration["allowHeaders"])
            self.assertIn("etag", configuration["exposeHeaders"])
            self.assertEqual(configuration["maxAge"], 86400)

    def test_origins_are_a_list(self):
        self.assertEqual(cors(CorsOrigins="https://a.example.com")["allowOrigins"], ["https://a.example.com"])
        several = cors(CorsOrigins="https://a.example.com,http://localhost:3000")["allowOrigins"]
        self.assertEqual(several, ["https://a.example.com", "http://localhost:3000"])

    def test_what_the_gateway_refuses_is_refused_before_anything_is_changed(self):
        for origins in ["", "https://a.example.com, https://b.example.com", "https://a.example.com/", "a.example.com", "https://a.example.com,"]:
            self.assertNotEqual(Stack(CorsOrigins=origins).refused, [], origins)


class Routes(unittest.TestCase):
    def test_every_route_with_its_own_limit_exists(self):
        stack = Stack()
        paths = stack.properties("HttpApi")["Body"]["paths"]
        routes = {f"{'ANY' if method == 'x-amazon-apigateway-any-method' else method.upper()} {path}" for path, methods in paths.items() for method in methods}
        limited = next(iter(stack.of_type("AWS::ApiGatewayV2::Stage").values()))["Properties"]["RouteSettings"]
        self.assertLessEqual(set(limited), routes)


class Edge(unittest.TestCase):
    SECRET = {"EdgeSecret": "shop/edge-secret", "PublicUrl": "https://shop.example.com"}

    def test_with_a_domain_the_api_answers_to_no_other_name(self):
        for parameters in SETS:
            servers = Stack(**parameters).properties("HttpApi")["Body"]["servers"]
            closed = [server["x-amazon-apigateway-endpoint-configuration"]["disableExecuteApiEndpoint"] for server in servers]
            self.assertEqual(closed, ["DomainName" in parameters and "UseEdge" not in parameters], parameters)

    def test_the_functions_get_the_secret_of_the_edge_only_where_there_is_one(self):
        resolved = "{{resolve:secretsmanager:shop/edge-secret:SecretString}}"
        for stack, expected in [(Stack(), ""), (Stack(**self.SECRET), resolved)]:
            variables = stack.properties("Auth")["Environment"]["Variables"]
            self.assertEqual(variables["EDGE_SECRET"], expected)

    def test_an_edge_has_an_address(self):
        self.assertNotEqual(Stack(EdgeSecret="shop/edge-secret").refused, [])
        self.assertEqual(Stack(**self.SECRET).refused, [])

    def test_the_output_is_where_clients_reach_the_api(self):
        self.assertIn("execute-api", str(Stack().outputs["ApiUrl"]["Value"]))
        domain = {"DomainName": "api.example.com", "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/x"}
        self.assertEqual(Stack(**domain).outputs["ApiUrl"]["Value"], "https://api.example.com")
        self.assertEqual(Stack(**domain, **self.SECRET).outputs["ApiUrl"]["Value"], "https://shop.example.com")


class Domain(unittest.TestCase):
    def test_the_output_is_what_the_domain_leads_to_wherever_its_record_is_written(self):
        for parameters in SETS:
            stack = Stack(**parameters)
            target = stack.outputs.get("DomainTarget", {}).get("Value")
            name = ["EdgeCdn", "DomainName"] if "UseEdge" in parameters else ["ApiDomain", "RegionalDomainName"]
            self.assertEqual(target, {"Fn::GetAtt": name} if "DomainName" in parameters else None, parameters)
            if "ApiDomainRecord" in stack.resources:
                self.assertEqual(stack.properties("ApiDomainRecord")["AliasTarget"]["DNSName"], target)
            if "DomainRecord" in stack.outputs:
                self.assertEqual(stack.outputs["DomainRecord"]["Value"], {"Fn::Sub": ["api.example.com CNAME ${Target}", {"Target": target}]})


class Throttles(unittest.TestCase):
    def test_the_alarm_counts_what_the_gateway_itself_refuses(self):
        stack = Stack()
        alarm, count = stack.properties("GatewayThrottlesAlarm"), stack.properties("ThrottledRequests")
        metric = count["MetricTransformations"][0]
        self.assertEqual((alarm["Namespace"], alarm["MetricName"]), (metric["MetricNamespace"], metric["MetricName"]))
        stage = next(iter(stack.of_type("AWS::ApiGatewayV2::Stage").values()))
        written = stage["Properties"]["AccessLogSettings"]["Format"]
        for field in ["status", "integrationStatus"]:
            self.assertIn(f'"{field}":"$context.{field}"', written)
            self.assertIn(f"$.{field} = ", count["FilterPattern"])


if __name__ == "__main__":
    unittest.main()
