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


if __name__ == "__main__":
    unittest.main()
