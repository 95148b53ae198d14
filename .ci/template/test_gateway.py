"""The HTTP API as API Gateway gets it."""

import json
import re
import unittest

from stack import ROOT, SETS, Stack

METHODS = {"get", "post", "put", "patch", "delete"}


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


def routes():
    """Returns the routes as method and path; `ANY` is every method."""
    paths = Stack().properties("HttpApi")["Body"]["paths"]
    return [("ANY" if method == "x-amazon-apigateway-any-method" else method.upper(), path) for path, methods in paths.items() for method in methods]


def limits():
    """Returns the requests a second that the gateway lets through to each route."""
    stage = next(iter(Stack().of_type("AWS::ApiGatewayV2::Stage").values()))["Properties"]
    return {route: stage["RouteSettings"].get(" ".join(route), stage["DefaultRouteSettings"])["ThrottlingRateLimit"] for route in routes()}


def route_of(method, path, greedy_may_be_empty):
    """Returns the route that the gateway chooses: one without a variable, then the longest greedy one, then that of the method."""

    def covers(route):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route).replace(r"\{proxy\+\}", ".*" if greedy_may_be_empty else ".+"))
        return re.fullmatch(pattern, path if greedy_may_be_empty or route.endswith("+}") else path.rstrip("/"))

    fitting = [route for route in routes() if route[0] in (method, "ANY") and covers(route[1])]
    return max(fitting, key=lambda route: (not route[1].endswith("+}"), len(route[1]), route[0] != "ANY"))


def routes_of_operations():
    """Returns the routes that each operation of the API description may take: its path is served with and without a slash at its end."""
    document = json.loads((ROOT / "openapi.json").read_text())
    taken = {}
    for path, operations in document["paths"].items():
        concrete = re.sub(r"\{\w+\}", "1", path).rstrip("/")
        for method in METHODS & set(operations):
            forms = [(concrete, False), (concrete, True), (f"{concrete}/", False), (f"{concrete}/", True)]
            taken[operations[method]["operationId"]] = {route_of(method.upper(), *form) for form in forms}
    return taken


class Routes(unittest.TestCase):
    def test_every_route_with_its_own_limit_exists(self):
        limited = next(iter(Stack().of_type("AWS::ApiGatewayV2::Stage").values()))["Properties"]["RouteSettings"]
        self.assertLessEqual(set(limited), {" ".join(route) for route in routes()})

    def test_refreshes_and_keys_share_their_limits_with_no_other_operation(self):
        taken = routes_of_operations()
        for alone in ("refresh_token", "get_jwks"):
            shared = {name for name, others in taken.items() if name != alone and others & taken[alone]}
            self.assertEqual(shared, set(), alone)

    def test_the_document_says_how_much_strangers_may_ask_for(self):
        text = (ROOT / "docs/costs.md").read_text()
        allowed = limits()
        self.assertIn(f"{len(allowed)} routes take {sum(allowed.values()):,} a second in sum", text)
        account, a_day = 10_000, 86_400
        self.assertGreater(sum(allowed.values()), account)
        price = float(re.search(r"\| \*\*a million\*\* \| \*\*([\d.]+)\*\*", text)[1]) / 1_000_000
        one, most = (int(figure.replace(",", "")) for figure in re.search(r"one route .* some (\d+); .* some ([\d,]+)\.", text).groups())
        self.assertAlmostEqual(one, 200 * a_day * price, delta=0.1 * one)
        self.assertAlmostEqual(most, account * a_day * price, delta=0.1 * most)


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
