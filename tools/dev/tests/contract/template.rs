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

/// The two ways in which API Gateway may read a slash at the end of a path. Its documentation does not say which it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FinalSlash {
    /// It makes no difference to a route without a variable.
    Ignored,
    /// It begins a greedy variable, which is then empty.
    Greedy,
}

impl Route {
    /// Returns the key by which `RouteSettings` names the route.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// Returns the route that API Gateway chooses. A route without a variable comes first, then the longest greedy one; of two with one path, that
/// of the method comes before `ANY`.
pub(crate) fn route_of<'a>(routes: &'a [Route], method: &str, path: &str, slash: FinalSlash) -> Option<&'a Route> {
    let exact = match slash {
        FinalSlash::Ignored => path.trim_end_matches('/'),
        FinalSlash::Greedy => path,
    };
    let is_match = |route: &Route| match route.path.strip_suffix("/{proxy+}") {
        None => is_same(&route.path, exact),
        Some(prefix) => {
            let rest = path.match_indices('/').map(|(at, _)| path.split_at(at)).find(|(head, _)| is_same(prefix, head));
            rest.is_some_and(|(_, rest)| rest != "/" || matches!(slash, FinalSlash::Greedy))
        }
    };
    let of_method = routes.iter().filter(|route| route.method == method || route.method == "ANY");
    of_method.filter(|route| is_match(route)).max_by_key(|route| {
        let is_exact = !route.path.ends_with("{proxy+}");
        (is_exact, route.path.len(), route.method != "ANY")
    })
}

/// Returns true if a path has the segments of a route. A variable such as `{id}` is one segment.
fn is_same(route: &str, path: &str) -> bool {
    let is_segment = |(name, value): (&str, &str)| name == value || name.starts_with('{') && !value.is_empty();
    route.split('/').count() == path.split('/').count() && route.split('/').zip(path.split('/')).all(is_segment)
}

/// Returns the function to which API Gateway sends a path, for every method and however it reads a slash at the end.
pub(crate) fn routed_to(routes: &[Route], path: &str) -> Option<String> {
    let mut functions = Vec::new();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        for slash in [FinalSlash::Ignored, FinalSlash::Greedy] {
            functions.push(route_of(routes, method, path, slash).map(|route| route.function.clone()));
        }
    }
    functions.dedup();
    assert_eq!(functions.len(), 1, "{path} leads to several functions: {functions:?}");
    functions.swap_remove(0)
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
