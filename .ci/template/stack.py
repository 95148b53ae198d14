"""A stack as CloudFormation makes it: `template.yaml` after SAM's transform, with one set of parameters.

The parameters decide conditions and functions such as `Fn::If` and `Fn::Join`. What only an account knows stays as it is written: `Ref` and
`Fn::GetAtt` of resources.
"""

import functools
import json
import logging
import os
import pathlib
import re

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

ROOT = pathlib.Path(__file__).resolve().parents[2]
NO_VALUE = object()
ACCOUNT = {
    "AWS::AccountId": "123456789012",
    "AWS::NoValue": NO_VALUE,
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "shop",
    "AWS::URLSuffix": "amazonaws.com",
}
ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]

# The parameters without a default.
AUTH_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/auth-AbCdEf"
REQUIRED = {"AuthSecretArn": AUTH_SECRET, "TokenPublicKeys": "x" * 43, "MailFrom": "orders@example.com"}

# Sets of parameters that take each condition both ways.
SETS = [
    {},
    {"DatabaseEngine": "aurora", "DatabaseInTwoZones": "true", "AuroraMinCapacity": "0", "RelayEvery": "1 hour", "UseProxy": "false"},
    {"DatabaseEngine": "aurora", "DatabaseInTwoZones": "true", "CatalogueReads": "reader"},
    {"DatabaseEngine": "aurora", "DatabaseInTwoZones": "true", "CatalogueReads": "reader", "UseProxy": "false"},
    {"DatabaseEngine": "aurora", "PrivateEndpoints": "two-zones", "DatabaseVersion": "16.9", "DatabaseSnapshot": "shop-restored"},
    {"UseProxy": "false", "PrivateEndpoints": "none", "DatabaseClass": "db.m7g.large"},
    {
        "Stage": "production",
        "PermissionsBoundary": "arn:aws:iam::123456789012:policy/shop-boundary",
        "TrafficShift": "Canary10Percent5Minutes",
        "CorsOrigins": "https://shop.example.com,https://www.example.com",
        "DomainName": "api.example.com",
        "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/x",
        "HostedZoneId": "Z1",
        "MailIdentity": "domain",
        "AlarmMail": "ops@example.com",
        "KeepDatabase": "true",
        "BackupRegion": "eu-west-1",
        "BackupKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/x",
        "NoOrdersHours": "24",
        "PrivateEndpoints": "two-zones",
    },
    {
        "DomainName": "api.example.com",
        "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/x",
        "PublicUrl": "https://cdn.example.com",
        "MailIdentity": "existing",
        "Images": "none",
        "ZoneA": "eu-central-1b",
        "ZoneB": "eu-central-1c",
        "EdgeSecret": "shop/edge-secret",
    },
    {
        "region": "us-east-1",
        "UseEdge": "true",
        "EdgeSecret": "shop/edge-secret",
        "EdgeSecretSent": "shop/edge-secret-new",
        "DomainName": "api.example.com",
        "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x",
        "HostedZoneId": "Z1",
    },
]


def read(name):
    """Returns a template of the project with its short tags in their long form."""
    return yaml_parse((ROOT / name).read_text())


@functools.cache
def _transformed(parameters):
    """Returns the template after SAM's transform. `parameters` are pairs, so that they can be a key."""
    template = read("template.yaml")
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://packages/code/{name}"  # as `sam package` writes it
    # SAM logs that it has no list of its unreleased features.
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)
    return json.loads(json.dumps(Translator({}, Parser()).translate(template, dict(parameters))))


class Template:
    """A template with its parameters, without SAM's transform. `account` is what it is made in."""

    def __init__(self, template, parameters, account=ACCOUNT):
        self.account = account
        self.template = template
        defaults = {name: one.get("Default") for name, one in template["Parameters"].items()}
        self.parameters = {name: str(value) for name, value in {**defaults, **parameters}.items()}
        self.resources = self._existing("Resources")
        self.outputs = self._existing("Outputs")

    def of_type(self, kind):
        """Returns the resources of one type, such as `AWS::SQS::Queue`, by name."""
        return {name: resource for name, resource in self.resources.items() if resource["Type"] == kind}

    def properties(self, name):
        """Returns the properties of a resource."""
        return self.resources[name]["Properties"]

    def condition(self, name):
        """Returns whether a condition holds."""
        return self.value(self.template["Conditions"][name])

    def _existing(self, section):
        there = {
            name: one for name, one in self.template[section].items() if "Condition" not in one or self.condition(one["Condition"])
        }
        return {name: self.value(one) for name, one in there.items()}

    def value(self, node):
        """Returns a part of the template with its functions applied."""
        if isinstance(node, list):
            return [item for item in map(self.value, node) if item is not NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name, argument), = node.items()
            function = getattr(self, "_" + name.removeprefix("Fn::").lower(), None) if name in _FUNCTIONS else None
            if function:
                return function(argument)
        return {key: item for key, item in ((key, self.value(item)) for key, item in node.items()) if item is not NO_VALUE}

    def _ref(self, name):
        return self.parameters.get(name, self.account.get(name, {"Ref": name}))

    def _condition(self, name):
        return self.condition(name) if isinstance(name, str) else {"Condition": self.value(name)}

    def _if(self, parts):
        condition, holds, otherwise = parts
        return self.value(holds if self.condition(condition) else otherwise)

    def _equals(self, pair):
        first, second = map(self.value, pair)
        return str(first) == str(second)

    def _not(self, one):
        return not self.value(one[0])

    def _and(self, all_of):
        return all(map(self.value, all_of))

    def _or(self, any_of):
        return any(map(self.value, any_of))

    def _getazs(self, _region):
        return ZONES

    def _select(self, pair):
        index, items = self.value(pair[0]), self.value(pair[1])
        return items[int(index)] if isinstance(items, list) else {"Fn::Select": [index, items]}

    def _split(self, pair):
        separator, text = pair[0], self.value(pair[1])
        return text.split(separator) if isinstance(text, str) else {"Fn::Split": [separator, text]}

    def _join(self, pair):
        separator, items = pair[0], self.value(pair[1])
        known = all(isinstance(item, str) for item in items)
        return separator.join(items) if known else {"Fn::Join": [separator, items]}

    def _sub(self, argument):
        text, values = argument if isinstance(argument, list) else (argument, {})
        values = {name: self.value(value) for name, value in values.items()}
        # A text that only an account completes stands inside this one.
        values = {name: value["Fn::Sub"] if isinstance(value, dict) and isinstance(value.get("Fn::Sub"), str) else value for name, value in values.items()}

        def known(match):
            value = values.get(match[1], self._ref(match[1]))
            return value if isinstance(value, str) else match[0]

        text = re.sub(r"\$\{([A-Za-z0-9:.]+)\}", known, text)
        left = {name: value for name, value in values.items() if not isinstance(value, str)}
        if "${" not in text:
            return text
        return {"Fn::Sub": [text, left] if left else text}


@functools.cache  # the same parameters make the same stack, and no test changes one
class Stack(Template):
    """The resources and outputs of a stack with these parameters; the others have their defaults. `region` is where it is."""

    def __init__(self, region=ACCOUNT["AWS::Region"], **parameters):
        parameters = {**REQUIRED, **parameters}
        super().__init__(_transformed(tuple(sorted(parameters.items()))), parameters, {**ACCOUNT, "AWS::Region": region})
        self.refused = [*self._refused_values(), *self._refused_by_rules()]

    def _refused_values(self):
        for name, value in self.parameters.items():
            parameter = self.template["Parameters"][name]
            allowed = [str(one) for one in parameter.get("AllowedValues", [])]
            if allowed and value not in allowed:
                yield f"{name} is none of {allowed}"
            if not re.fullmatch(parameter.get("AllowedPattern", ".*"), value):
                yield f"{name} does not match its pattern"

    def _refused_by_rules(self):
        for rule in self.template["Rules"].values():
            if self.value(rule.get("RuleCondition", True)):
                yield from (one["AssertDescription"] for one in rule["Assertions"] if not self.value(one["Assert"]))


_FUNCTIONS = {
    "Ref",
    "Condition",
    *(f"Fn::{name}" for name in ("And", "Equals", "GetAZs", "If", "Join", "Not", "Or", "Select", "Split", "Sub")),
}


def references(node):
    """Yields the names that a part of a stack refers to."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        for key, item in node.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0] if isinstance(item, list) else item.split(".")[0]
            elif key == "Fn::Sub":
                text, values = item if isinstance(item, list) else (item, {})
                names = (name.split(".")[0] for name in re.findall(r"\$\{([A-Za-z0-9:.]+)\}", text))
                yield from (name for name in names if name not in values)
                yield from references(values)
            else:
                yield from references(item)
