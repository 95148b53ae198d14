//! Environment variables: the template declares for a function those that it reads.
//!
//! The tests search the source for variables: a text in capitals, such as `"DATABASE_URL"`, is the name of one.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::borders::sources;
use crate::functions::{all, workspace};
use crate::template::{functions, template};

/// Calls in the code of functions, and the variables that `shared` reads in each call.
const READ_FOR: &[(&[&str], &[&str])] = &[
    (&["lambda::serve(", "lambda::serve_without_database(", "lambda::run_job("], &["RUST_LOG", "STACK_NAME"]),
    (&["lambda::serve(", "lambda::serve_without_database("], &["PUBLIC_URL", "EDGE_SECRET"]),
    (&["lambda::serve("], &["TOKEN_PUBLIC_KEYS", "SHOP_OPTIONS", "AUTH_OPTIONS"]),
    (&["lambda::serve(", "currency(environment)"], &["SHOP_CURRENCY"]),
    (
        &["lambda::serve(", "Db::from_environment(", "Connector::from_environment("],
        &[
            "DATABASE_URL",
            "DATABASE_HOST",
            "DATABASE_PORT",
            "DATABASE_NAME",
            "DATABASE_USER",
            "DATABASE_AUTH",
            "DATABASE_CA",
        ],
    ),
    (&["reading_from_replica("], &["READER_DATABASE_URL", "READER_DATABASE_HOST"]),
    (&["TokenSigner::from_environment("], &["TOKEN_SIGNING_KEY"]),
    (&["Sqs::from_environment("], &["ORDER_EVENTS_QUEUE_URL", "AWS_ENDPOINT_URL_SQS"]),
    (&["SqsJobs::from_environment("], &["CATALOGUE_JOBS_QUEUE_URL", "AWS_ENDPOINT_URL_SQS"]),
    (&["S3::private_from_environment("], &["UPLOADS_BUCKET", "AWS_ENDPOINT_URL_S3"]),
    (&["S3::images_from_environment("], &["IMAGES_BUCKET", "AWS_ENDPOINT_URL_S3"]),
];

/// Variables that Lambda sets itself, so that the template must not declare them.
const BY_LAMBDA: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_LOG_LEVEL",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_XRAY_DAEMON_ADDRESS",
    "_X_AMZN_TRACE_ID",
];

/// Mark of a line that names an option of accounts or of the shop: `"SET_PASSWORD_RETYPE" => &mut options.set_password_retype,`.
const OPTION: &str = "=> &mut options.";

/// Returns the names of the variables in a file, without its tests.
fn names(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    // `env!` reads the compiler's environment, and the options that AUTH_OPTIONS and SHOP_OPTIONS may name are not variables.
    let lines = lines.filter(|line| !line.contains("env!(") && !line.contains(OPTION));
    let quoted = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
    quoted.filter(|text| is_name(text)).map(str::to_owned).collect()
}

fn is_name(text: &str) -> bool {
    text.len() > 3
        && text.contains('_')
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && text.chars().any(|c| c.is_ascii_uppercase())
}

/// Returns the source files below a folder, without the test kit.
fn below(folder: &str) -> Vec<String> {
    let kit = "shared/src/testing/";
    let found: Vec<String> = sources()
        .into_iter()
        .filter(|(name, _)| name.starts_with(folder) && !name.starts_with(kit))
        .map(|(_, text)| text)
        .collect();
    assert!(!found.is_empty(), "{folder}");
    found
}

/// Returns the variables that a function reads, without those that Lambda sets itself.
fn read_by(function: &str) -> BTreeSet<String> {
    let source = below(&format!("functions/{function}/src/"));
    let mut read: BTreeSet<String> = source.iter().flat_map(|text| names(text)).collect();
    for (calls, variables) in READ_FOR {
        if calls.iter().any(|call| source.iter().any(|text| text.contains(call))) {
            read.extend(variables.iter().map(|name| (*name).to_owned()));
        }
    }
    read.retain(|name| !BY_LAMBDA.contains(&name.as_str()));
    read
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().map(|entries| entries.keys().cloned().collect()).unwrap_or_default()
}

/// Returns the variables that are declared for all functions.
fn for_all() -> BTreeSet<String> {
    keys(&template()["Globals"]["Function"]["Environment"]["Variables"])
}

#[test]
fn every_variable_that_shared_reads_belongs_to_a_listed_call() {
    let read: BTreeSet<String> = below("shared/src/").iter().flat_map(|text| names(text)).collect();
    let unexplained: Vec<&String> = read.iter().filter(|name| !BY_LAMBDA.contains(&name.as_str())).collect();
    let explained: BTreeSet<&str> = READ_FOR.iter().flat_map(|(_, variables)| variables.iter().copied()).collect();
    assert_eq!(unexplained, explained.iter().collect::<Vec<_>>());
}

#[test]
fn every_listed_call_is_made_by_a_function() {
    let sources = below("functions/");
    for call in READ_FOR.iter().flat_map(|(calls, _)| *calls) {
        assert!(sources.iter().any(|text| text.contains(call)), "{call}");
    }
}

#[test]
fn every_variable_that_a_function_reads_is_declared_for_it() {
    for function in functions() {
        let mut declared = for_all();
        declared.extend(keys(&function.property("Environment")["Variables"]));
        let missing: Vec<String> = read_by(&function.binary()).difference(&declared).cloned().collect();
        assert_eq!(missing, Vec::<String>::new(), "{}", function.name);
    }
}

#[test]
fn no_variable_is_declared_for_a_function_that_does_not_read_it() {
    for function in functions() {
        let declared = keys(&function.property("Environment")["Variables"]);
        let needless: Vec<String> = declared.difference(&read_by(&function.binary())).cloned().collect();
        assert_eq!(needless, Vec::<String>::new(), "{}", function.name);
    }
    // A variable that few functions read is declared for those functions only.
    for name in for_all() {
        let readers = all().iter().filter(|function| read_by(function).contains(&name)).count();
        assert!(2 * readers > all().len(), "{name} is read by {readers}");
    }
}

#[test]
fn no_variable_that_lambda_sets_is_declared() {
    for function in functions() {
        let mut declared = for_all();
        declared.extend(keys(&function.property("Environment")["Variables"]));
        assert!(!declared.iter().any(|name| BY_LAMBDA.contains(&name.as_str())), "{declared:?}");
    }
}

/// Returns every value that a conditional value of the template may have.
fn choices(value: &Value) -> Vec<&Value> {
    match value["Fn::If"].as_array() {
        Some(parts) => parts.iter().skip(1).flat_map(choices).collect(),
        None => vec![value],
    }
}

#[test]
fn the_links_in_mails_have_a_base_url_even_if_parameters_are_empty() {
    let functions = functions();
    let notifications = functions.iter().find(|function| function.binary() == "notifications").unwrap();
    let url = &notifications.property("Environment")["Variables"]["PUBLIC_URL"];
    let choices = choices(url);
    assert_eq!(choices.len(), 3, "{url}");
    for choice in choices {
        assert!(
            choice["Ref"] == "PublicUrl" || choice["Fn::Sub"].as_str().is_some_and(|url| url.starts_with("https://")),
            "{choice}"
        );
    }
}

#[test]
fn the_template_names_every_option() {
    for (file, parameter, known) in [
        ("shared/src/users/options.rs", "AuthOptions", "SEND_ACTIVATION_EMAIL"),
        ("shared/src/shop/options.rs", "ShopOptions", "CARTS_PER_HOUR"),
    ] {
        let source = std::fs::read_to_string(workspace().join(file)).unwrap();
        let options = source.lines().filter(|line| line.contains(OPTION)).filter_map(|line| line.split('"').nth(1));
        let options: BTreeSet<&str> = options.collect();
        assert!(options.contains(known), "{options:?}");
        let parameter = template()["Parameters"][parameter].clone();
        let description = parameter["Description"].as_str().unwrap();
        let words = description.split(|c: char| !c.is_ascii_uppercase() && c != '_').filter(|word| word.contains('_'));
        assert_eq!(words.collect::<BTreeSet<_>>(), options);
    }
}

/// `sam local --env-vars` silently ignores a variable that is not declared.
#[test]
fn every_variable_of_the_sample_for_sam_local_is_declared() {
    let sample = std::fs::read_to_string(workspace().join("env.example.json")).unwrap();
    let sample: Value = serde_json::from_str(&sample).unwrap();
    let functions = functions();
    let declared = |name: &str| {
        let function = functions.iter().find(|function| function.name == name).unwrap();
        for_all().into_iter().chain(keys(&function.property("Environment")["Variables"])).collect::<BTreeSet<_>>()
    };
    for (section, variables) in sample.as_object().unwrap() {
        let declared: BTreeSet<String> = match section.as_str() {
            "Parameters" => functions.iter().flat_map(|function| declared(&function.name)).collect(),
            function => declared(function),
        };
        assert!(keys(variables).is_subset(&declared), "{section}");
    }
}

#[test]
fn a_variable_is_found_in_the_source_and_not_in_its_tests() {
    let text = r##"
        //! Reads the variable "NOT_THIS".
        environment.get("THIS_ONE").or(environment.get("AND_THIS")); // "https://x" and the rest
        const VERSION: &str = env!("NOT_THIS");
        #[cfg(test)]
"##;
    assert_eq!(names(text).into_iter().collect::<Vec<_>>(), ["AND_THIS", "THIS_ONE"]);
    assert!(names("a(\"ONE_1\");\n#[cfg(test)]\nmod tests {\n b(\"TWO_2\") }").contains("ONE_1"));
    assert!(!names("a(\"ONE_1\");\n#[cfg(test)]\nmod tests {\n b(\"TWO_2\") }").contains("TWO_2"));
}
