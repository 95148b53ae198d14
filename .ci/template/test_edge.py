"""CloudFront in front of the API, which is off by default."""

import re
import unittest

from stack import ROOT, SETS, Stack

EDGE = {
    "UseEdge": "true",
    "EdgeSecret": "shop/edge-secret",
    "DomainName": "api.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x",
}
ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/own/x"


def distribution(**parameters):
    return Stack(**{**EDGE, **parameters}).properties("EdgeCdn")["DistributionConfig"]


class Off(unittest.TestCase):
    def test_it_is_off_by_default(self):
        for parameters in SETS:
            made = {name for name in Stack(**parameters).resources if name.startswith("Edge")}
            self.assertEqual(bool(made), parameters.get("UseEdge") == "true", parameters)

    def test_it_needs_a_secret_a_domain_and_a_certificate(self):
        self.assertEqual(Stack(**EDGE).refused, [])
        for left_out in ("EdgeSecret", "DomainName", "CertificateArn"):
            parameters = {name: value for name, value in EDGE.items() if name != left_out}
            self.assertNotEqual(Stack(**parameters).refused, [], left_out)


class Origin(unittest.TestCase):
    def test_the_api_is_asked_by_its_own_name_with_the_secret(self):
        stack = Stack(**EDGE)
        origin, = stack.properties("EdgeCdn")["DistributionConfig"]["Origins"]
        self.assertEqual(origin["DomainName"], {"Fn::Sub": "${HttpApi}.execute-api.eu-central-1.amazonaws.com"})
        secret = {"HeaderName": "X-Origin-Verify", "HeaderValue": "{{resolve:secretsmanager:shop/edge-secret:SecretString}}"}
        self.assertEqual(origin["OriginCustomHeaders"], [secret])
        self.assertEqual(origin["CustomOriginConfig"]["OriginProtocolPolicy"], "https-only")
        for name in ("Orders", "Auth", "Admin", "Docs"):
            accepted = stack.properties(name)["Environment"]["Variables"]["EDGE_SECRET"]
            self.assertEqual(accepted, secret["HeaderValue"], name)

    def test_while_a_secret_changes_cloudfront_sends_one_and_the_functions_take_two(self):
        header = distribution(EdgeSecretSent="shop/new")["Origins"][0]["OriginCustomHeaders"][0]
        self.assertEqual(header["HeaderValue"], "{{resolve:secretsmanager:shop/new:SecretString}}")

    def test_the_domain_is_that_of_cloudfront_and_not_of_the_api(self):
        stack = Stack(**EDGE, HostedZoneId="Z1")
        self.assertEqual(stack.properties("EdgeCdn")["DistributionConfig"]["Aliases"], ["api.example.com"])
        self.assertFalse({"ApiDomain", "ApiDomainMapping"} & set(stack.resources))
        self.assertEqual(stack.properties("ApiDomainRecord")["AliasTarget"]["DNSName"], {"Fn::GetAtt": ["EdgeCdn", "DomainName"]})
        self.assertEqual(stack.properties("Orders")["Environment"]["Variables"]["PUBLIC_URL"], "https://api.example.com")


class Requests(unittest.TestCase):
    def test_nothing_is_cached_that_does_not_say_so_and_nothing_for_another_caller(self):
        config = Stack(**EDGE).properties("EdgeCache")["CachePolicyConfig"]
        self.assertEqual((config["MinTTL"], config["DefaultTTL"]), (0, 0))
        key = config["ParametersInCacheKeyAndForwardedToOrigin"]
        self.assertLessEqual({"Authorization", "Accept-Language", "Origin"}, set(key["HeadersConfig"]["Headers"]))
        self.assertEqual(key["QueryStringsConfig"], {"QueryStringBehavior": "all"})

    def test_the_functions_get_the_address_of_the_client_and_never_the_name_of_the_host(self):
        stack = Stack(**EDGE)
        headers = stack.properties("EdgeRequests")["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
        self.assertIn("CloudFront-Viewer-Address", headers)
        self.assertNotIn("host", [name.lower() for name in headers])
        self.assertLessEqual(len(headers), 10)
        # What pages of CorsOrigins may send arrives.
        cors = stack.properties("HttpApi")["Body"]["x-amazon-apigateway-cors"]["allowHeaders"]
        key = stack.properties("EdgeCache")["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"]
        arriving = {name.lower() for name in [*headers, *key]}
        self.assertLessEqual(set(cors) - arriving, {"accept", "x-csrftoken", "x-requested-with"})

    def test_the_document_names_these_headers_for_another_cdn(self):
        text = (ROOT / "docs/deploying.md").read_text()
        steps = re.search(r"\*\*One of your own\*\*(.*?)^3\. ", text, re.DOTALL | re.MULTILINE)[1].split("\n2. ")
        named = [{name for name in re.findall(r"`([A-Z][\w-]+)`", step)} for step in steps]
        stack = Stack(**EDGE)
        key = set(stack.properties("EdgeCache")["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]["HeadersConfig"]["Headers"])
        forwarded = set(stack.properties("EdgeRequests")["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"])
        self.assertEqual(named[0] - {"X-Origin-Verify", "OriginCustomHeaders"}, key | forwarded)
        self.assertEqual(named[1], key)

    def test_every_method_passes(self):
        self.assertIn("PATCH", distribution()["DefaultCacheBehavior"]["AllowedMethods"])


class Limits(unittest.TestCase):
    def test_the_stack_makes_the_limit_where_aws_allows_it(self):
        stack = Stack(region="us-east-1", **EDGE)
        self.assertEqual(stack.properties("EdgeCdn")["DistributionConfig"]["WebACLId"], {"Fn::GetAtt": ["EdgeWebAcl", "Arn"]})
        acl = stack.properties("EdgeWebAcl")
        self.assertEqual(acl["Scope"], "CLOUDFRONT")
        rates = {rule["Name"]: rule["Statement"]["RateBasedStatement"] for rule in acl["Rules"]}
        self.assertLess(rates["accounts"]["Limit"], rates["everything"]["Limit"])
        self.assertTrue(all("Block" in rule["Action"] for rule in acl["Rules"]))
        self.assertEqual(rates["accounts"]["ScopeDownStatement"]["ByteMatchStatement"]["SearchString"], "/auth/")

    def test_a_path_that_is_written_in_another_way_meets_the_same_limit(self):
        rules = Stack(region="us-east-1", **EDGE).properties("EdgeWebAcl")["Rules"]
        match = rules[0]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]["ByteMatchStatement"]
        # WAF goes by the priorities, whatever the order of the list. Decoding comes first: `/%2e/auth/` has its dot only then.
        steps = [one["Type"] for one in sorted(match["TextTransformations"], key=lambda one: one["Priority"])]
        self.assertEqual(steps, ["URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"])
        self.assertEqual(len({one["Priority"] for one in match["TextTransformations"]}), len(steps))
        self.assertEqual(match["SearchString"], match["SearchString"].lower())

    def test_elsewhere_it_takes_one_or_has_none(self):
        self.assertNotIn("WebACLId", distribution())
        self.assertNotIn("EdgeWebAcl", Stack(**EDGE).resources)
        self.assertEqual(distribution(EdgeWebAclArn=ACL)["WebACLId"], ACL)
        self.assertNotIn("EdgeWebAcl", Stack(region="us-east-1", **EDGE, EdgeWebAclArn=ACL).resources)


if __name__ == "__main__":
    unittest.main()
