//! `template.yaml`, read as CloudFormation reads it: its short tags in their long form, and API Gateway's routes.

use serde_json::{Map, Value, json};
use yaml_serde::Value as Yaml;

use crate::functions::workspace;

/// One resource of the template.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// Name of the resource in the template.
    pub name: String,
    pub json: Value,
}

impl Resource {
    pub(crate) fn property(&self, name: &str) -> &Value {
        &self.json["Properties"][name]
    }

    /// Returns the binary of a function, which is also the name of its folder.
    pub(crate) fn binary(&self) -> String {
        self.json["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap().to_owned()
    }
}

/// One route and the function that it leads to, by the name of its binary.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub function: String,
    /// Path such as `/auth` or `/auth/{proxy+}`.
    pub path: String,
    pub method: String,
}

/// Returns the parsed `template.yaml`.
pub(crate) fn template() -> Value {
    read(&std::fs::read_to_string(workspace().join("template.yaml")).unwrap())
}

/// Parses a template, with `!Ref X` as `{"Ref": "X"}`, `!Sub X` as `{"Fn::Sub": "X"}` and so on.
pub(crate) fn read(text: &str) -> Value {
    long_form(yaml_serde::from_str(text).unwrap())
}

/// Returns the resources of one type, such as `AWS::SQS::Queue`.
pub(crate) fn resources_of(template: &Value, kind: &str) -> Vec<Resource> {
    let all = template["Resources"].as_object().unwrap();
    let of_kind = all.iter().filter(|(_, resource)| resource["Type"] == kind);
    of_kind.map(|(name, json)| Resource { name: name.clone(), json: json.clone() }).collect()
}

/// Returns the resource with this name.
pub(crate) fn resource(template: &Value, name: &str) -> Resource {
    let json = template["Resources"][name].clone();
    assert!(json.is_object(), "there is no {name}");
    Resource { name: name.to_owned(), json }
}

/// Returns the resources that are functions.
pub(crate) fn functions() -> Vec<Resource> {
    let functions = resources_of(&template(), "AWS::Serverless::Function");
    assert!(functions.len() > 5, "{functions:?}");
    functions
}

/// Returns the binary of every function.
pub(crate) fn binaries() -> Vec<String> {
    functions().iter().map(Resource::binary).collect()
}

/// Returns the events of one type that invoke a function: `HttpApi`, `SQS`, `Schedule`.
pub(crate) fn events(function: &Resource, kind: &str) -> Vec<Value> {
    let events = function.property("Events").as_object().cloned().unwrap_or_default();
    events.into_iter().map(|(_, event)| event).filter(|event| event["Type"] == kind).collect()
}

/// Returns every route of the HTTP API.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for function in functions() {
        for event in events(&function, "HttpApi") {
            let text = |name: &str| event["Properties"][name].as_str().unwrap().to_owned();
            routes.push(Route { function: function.binary(), path: text("Path"), method: text("Method") });
        }
    }
    routes
}

/// Returns the function to which API Gateway sends a path. A route without a variable comes first, then the longest greedy one. A
/// slash at the end makes no difference to a route without a variable, and a greedy variable is not empty.
pub(crate) fn routed_to(routes: &[Route], path: &str) -> Option<String> {
    let exact = routes.iter().find(|route| route.path == path.trim_end_matches('/'));
    let greedy = || {
        let matching = routes.iter().filter(|route| {
            let prefix = route.path.strip_suffix("{proxy+}");
            prefix.and_then(|prefix| path.strip_prefix(prefix)).is_some_and(|rest| !rest.is_empty())
        });
        matching.max_by_key(|route| route.path.len())
    };
    exact.or_else(greedy).map(|route| route.function.clone())
}

fn long_form(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let value = long_form(tagged.value);
            match tag.trim_start_matches('!') {
                name @ ("Ref" | "Condition") => json!({ name: value }),
                "GetAtt" => json!({ "Fn::GetAtt": attribute(value) }),
                name => json!({ format!("Fn::{name}"): value }),
            }
        }
        Yaml::Sequence(items) => items.into_iter().map(long_form).collect(),
        Yaml::Mapping(entries) => {
            let entries = entries.into_iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), long_form(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        plain @ (Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_)) => {
            serde_json::to_value(plain).unwrap()
        }
    }
}

/// Splits `Queue.Arn`, the short form of `!GetAtt`, into a list of the resource and the attribute.
fn attribute(value: Value) -> Value {
    match value.as_str().and_then(|text| text.split_once('.')) {
        Some((resource, attribute)) => json!([resource, attribute]),
        None => value,
    }
}

#[test]
fn a_short_tag_is_read_in_its_long_form() {
    let read = read("{ A: !Ref X, B: !GetAtt X.Y.Z, C: !If [D, !Sub 'x-${E}', !Ref AWS::NoValue], F: !Condition G }");
    let expected = json!({
        "A": { "Ref": "X" },
        "B": { "Fn::GetAtt": ["X", "Y.Z"] },
        "C": { "Fn::If": ["D", { "Fn::Sub": "x-${E}" }, { "Ref": "AWS::NoValue" }] },
        "F": { "Condition": "G" },
    });
    assert_eq!(read, expected);
}
