//! `template.yaml`, as far as API Gateway's routes go.

use yaml_serde::Value;

use crate::functions::workspace;

/// One route and the function that it leads to, by the name of its binary.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub function: String,
    /// `/auth` or `/auth/{proxy+}`.
    pub path: String,
    pub method: String,
}

/// Every function's binary.
pub(crate) fn binaries() -> Vec<String> {
    functions().map(|function| binary(&function)).collect()
}

/// Every route of the HTTP API.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for resource in functions() {
        let Some(events) = resource["Properties"]["Events"].as_mapping().cloned() else { continue };
        for event in events.values().filter(|event| event["Type"].as_str() == Some("HttpApi")) {
            let text = |name: &str| event["Properties"][name].as_str().unwrap().to_owned();
            routes.push(Route { function: binary(&resource), path: text("Path"), method: text("Method") });
        }
    }
    routes
}

/// The function that API Gateway asks for a path: a route without a variable first, then the longest greedy one. A slash at the
/// end makes no difference to a route without a variable, and a greedy variable is not empty.
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

/// The resources that are functions. CloudFormation's own tags (`!Ref`, `!Sub`) are read as what they are on.
fn functions() -> impl Iterator<Item = Value> {
    let text = std::fs::read_to_string(workspace().join("template.yaml")).unwrap();
    let template: Value = yaml_serde::from_str(&text).unwrap();
    let resources = template["Resources"].as_mapping().unwrap().clone();
    resources
        .into_iter()
        .map(|(_, resource)| resource)
        .filter(|resource| resource["Type"].as_str() == Some("AWS::Serverless::Function"))
}

fn binary(resource: &Value) -> String {
    resource["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap().to_owned()
}
