//! Deployment of the functions, timeouts, logs and alarms: the numbers and names in the template that must agree with one another
//! and with the code.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use shared::app::metrics::{DIMENSION, Metric, NAMESPACE};
use shared::money::Currency;

use crate::functions::workspace;
use crate::template::{Resource, events, functions, resource, resources_of, template};

/// SES counts the mails of the last 24 hours.
const SECONDS_OF_QUOTA: u64 = 24 * 60 * 60;
/// Timeout of the HTTP API in seconds; a longer timeout of a function does not extend it.
const GATEWAY_SECONDS: u64 = 30;

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Returns the timeout of a function in seconds.
fn timeout(function: &Resource) -> u64 {
    let own = function.property("Timeout");
    if own.is_null() { number(&template()["Globals"]["Function"]["Timeout"]) } else { number(own) }
}

fn function(binary: &str) -> Resource {
    functions().into_iter().find(|function| function.binary() == binary).unwrap()
}

fn with_routes() -> Vec<Resource> {
    functions().into_iter().filter(|function| !events(function, "HttpApi").is_empty()).collect()
}

/// Returns the seconds of a private `const NAME: Duration = Duration::from_secs(N);` in a file.
fn constant(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(workspace().join(file)).unwrap();
    let line = format!("const {name}: Duration = Duration::from_secs(");
    let seconds = text.split(&line).nth(1).and_then(|rest| rest.split(')').next());
    seconds.and_then(|seconds| seconds.parse().ok()).unwrap_or_else(|| panic!("{file} has no {name}"))
}

#[test]
fn the_visibility_timeout_is_at_least_six_times_the_timeout_of_the_consumer() {
    let template = template();
    for consumer in functions() {
        for event in events(&consumer, "SQS") {
            let properties = &event["Properties"];
            let queue = resource(&template, properties["Queue"]["Fn::GetAtt"][0].as_str().unwrap());
            let window = properties["MaximumBatchingWindowInSeconds"].as_u64().unwrap_or_default();
            let visibility = number(queue.property("VisibilityTimeout"));
            assert!(visibility >= 6 * timeout(&consumer) + window, "{}: {visibility}", queue.name);

            assert_eq!(properties["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]));
            // A parameter sets the concurrency, and its minimum is the minimum of SQS.
            let parameter = properties["ScalingConfig"]["MaximumConcurrency"]["Ref"].as_str().unwrap();
            assert_eq!(template["Parameters"][parameter]["MinValue"], 2);

            let redrive = queue.property("RedrivePolicy");
            let tries = number(&redrive["maxReceiveCount"]);
            assert!(tries >= 5, "a poll that was throttled counts as a receive");
            assert!(
                tries * visibility < number(queue.property("MessageRetentionPeriod")),
                "a message dies before it expires"
            );
            let is_mail = consumer.binary() == "notifications";
            assert!(!is_mail || tries * visibility > SECONDS_OF_QUOTA, "mails wait for the quota of the next day");
            let dead = resource(&template, redrive["deadLetterTargetArn"]["Fn::GetAtt"][0].as_str().unwrap());
            let kept = number(dead.property("MessageRetentionPeriod"));
            assert!(kept > number(queue.property("MessageRetentionPeriod")), "a message keeps its age when it dies");
        }
    }
    assert_eq!(events(&function("notifications"), "SQS").len(), 1);
}

/// Each step gives up before the step that waits for it.
#[test]
fn an_inner_timeout_is_shorter_than_an_outer_one() {
    let targets = resource(&template(), "DatabaseProxyTargets");
    let borrow = number(&targets.property("ConnectionPoolConfigurationInfo")["ConnectionBorrowTimeout"]);
    let request = constant("shared/src/app/service.rs", "REQUEST_TIMEOUT");
    assert!(borrow < request, "{borrow} {request}");
    for function in with_routes() {
        let timeout = timeout(&function);
        assert!(request < timeout && timeout < GATEWAY_SECONDS, "{}: {timeout}", function.name);
    }
}

#[test]
fn a_job_stops_by_itself_before_lambda_stops_it() {
    let limits = notifications::Limits::default();
    // The last mail may take all its time, and a record that is being tried when the time is over is given up at once.
    assert!(limits.with_batch + limits.with_mailer + Duration::from_secs(5) <= limits.with_database);
    assert!((limits.with_database + Duration::from_secs(2)).as_secs() <= timeout(&function("notifications")));
    let limits = outbox_relay::Limits::default();
    let relay = limits.with_run + limits.with_queue + Duration::from_secs(5);
    assert!(relay.as_secs() <= timeout(&function("outbox-relay")));
    let limits = scheduler::Limits::default();
    let jobs = u32::try_from(scheduler::TimedJob::ALL.len()).unwrap();
    // A job that is stopped has its transaction rolled back, which takes half a second at most.
    let scheduler = (limits.with_job + Duration::from_millis(500)) * jobs + Duration::from_secs(5);
    assert!(scheduler.as_secs() <= timeout(&function("scheduler")), "{scheduler:?}");
    assert!(limits.with_queue < limits.with_job);
    // A chunk is a few statements, each of which may take as long as the database allows: five seconds.
    let worker = transfer_worker::Limits::default().run_time + Duration::from_secs(45);
    assert!(worker.as_secs() <= timeout(&function("transfer-worker")));
    let lease = u64::try_from(shared::transfers::LEASE_SECONDS).unwrap();
    assert!(lease >= timeout(&function("transfer-worker")), "nobody takes a file from a worker that may still live");
}

/// A path can contain the id of a cart or the token of a link, and each is enough to use the cart or the link.
#[test]
fn the_access_log_has_no_paths() {
    let api = resource(&template(), "HttpApi");
    let format = api.property("AccessLogSettings")["Format"].as_str().unwrap().to_owned();
    assert!(format.contains("$context.routeKey") && !format.contains("$context.path"), "{format}");
}

#[test]
fn every_log_group_has_a_retention_period() {
    let template = template();
    for logs in resources_of(&template, "AWS::Logs::LogGroup") {
        assert_eq!(logs.property("RetentionInDays"), &json!({ "Ref": "LogRetentionDays" }), "{}", logs.name);
    }
    // A log group that Lambda creates itself is kept forever.
    for function in functions() {
        let logs = function.property("LoggingConfig")["LogGroup"]["Ref"].as_str().unwrap();
        let logs = resource(&template, logs);
        let name = function.property("FunctionName")["Fn::Sub"].as_str().unwrap();
        assert_eq!(logs.property("LogGroupName")["Fn::Sub"], format!("/aws/lambda/{name}"));
    }
}

#[test]
fn every_function_but_migrate_is_deployed_by_its_alias() {
    let template = template();
    for function in functions() {
        let preference = function.property("DeploymentPreference");
        if function.binary() == "migrate" {
            assert!(function.property("AutoPublishAlias").is_null() && preference.is_null());
            assert!(function.property("Events").is_null(), "nothing but a person or a pipeline calls it");
            continue;
        }
        assert_eq!(function.property("AutoPublishAlias"), "live", "{}", function.name);
        assert_eq!(function.property("AutoPublishAliasAllProperties"), true, "{}", function.name);
        assert_eq!(preference["Type"], json!({ "Ref": "TrafficShift" }), "{}", function.name);
        let alarms = preference["Alarms"]["Fn::If"].as_array().unwrap();
        assert_eq!((&alarms[0], &alarms[2]), (&json!("ShiftsGradually"), &json!([])), "{}", function.name);
        let watched = alarms[1].as_array().unwrap();
        watches_the_new_version(&template, &function, &watched[0]);
        // Lambda does not count a response with status 500 as an error.
        let has_routes = !events(&function, "HttpApi").is_empty();
        let by_name = &resource(&template, "ServerErrorsAlarm").property("AlarmName").clone();
        assert_eq!(watched.get(1), has_routes.then_some(by_name), "{}", function.name);
    }
}

/// Asserts that the alarm watches the errors of the new version, as the alias `live` invokes it.
fn watches_the_new_version(template: &Value, function: &Resource, alarm: &Value) {
    let alarm = resource(template, alarm["Ref"].as_str().unwrap());
    let name = &function.name;
    assert_eq!((alarm.property("Namespace"), alarm.property("MetricName")), (&json!("AWS/Lambda"), &json!("Errors")));
    let dimensions = json!([
        { "Name": "FunctionName", "Value": { "Ref": name } },
        { "Name": "Resource", "Value": { "Fn::Sub": format!("${{{name}}}:live") } },
        { "Name": "ExecutedVersion", "Value": { "Fn::GetAtt": [name, "Version.Version"] } },
    ]);
    assert_eq!(alarm.property("Dimensions"), &dimensions, "{name}");
}

/// Returns the names of the metrics that the code writes.
fn written() -> BTreeSet<String> {
    Metric::ALL.iter().map(|metric| metric.as_str().to_owned()).collect()
}

#[test]
fn every_alarm_on_a_metric_of_the_shop_watches_one_that_the_code_writes() {
    let written = written();
    let mut watched = BTreeSet::new();
    for alarm in resources_of(&template(), "AWS::CloudWatch::Alarm") {
        if alarm.property("Namespace") == NAMESPACE {
            watched.insert(alarm.property("MetricName").as_str().unwrap().to_owned());
            let stack = json!([{ "Name": DIMENSION, "Value": { "Ref": "AWS::StackName" } }]);
            assert_eq!(alarm.property("Dimensions"), &stack, "{}", alarm.name);
        }
    }
    assert!(watched.is_subset(&written), "{watched:?} {:?}", written);
    assert!(watched.contains("OutboxOldestSeconds") && watched.contains("MailsFailed"), "{watched:?}");
}

#[test]
fn the_dashboard_shows_every_metric_of_the_shop() {
    let written = written();
    let mut shown = BTreeSet::new();
    for widget in dashboard()["widgets"].as_array().unwrap() {
        for metric in widget["properties"]["metrics"].as_array().unwrap() {
            if metric[0] == NAMESPACE {
                assert_eq!((&metric[2], &metric[3]), (&json!(DIMENSION), &json!("AWS::StackName")), "{metric}");
                shown.insert(metric[1].as_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(shown, written);
}

/// Returns the dashboard as CloudWatch gets it. The first choice of its condition, or its name, replaces each `${name}`.
fn dashboard() -> Value {
    let body = resource(&template(), "Dashboard").property("DashboardBody")["Fn::Sub"].clone();
    let text = filled(body[0].as_str().unwrap(), |name| {
        let chosen = &body[1][name]["Fn::If"][1];
        let chosen = chosen.as_str().or(chosen["Fn::Sub"].as_str());
        chosen.map_or_else(|| name.to_owned(), |chosen| filled(chosen, str::to_owned))
    });
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// Returns the text of a `!Sub` in which a value replaces each `${name}`.
fn filled(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap();
        filled.push_str(&value(name));
        filled.push_str(rest);
    }
    filled
}

/// Their actions are tested on the transformed template, in `.ci/template/`.
#[test]
fn every_alarm_says_what_it_means_and_what_to_do() {
    let alarms = resources_of(&template(), "AWS::CloudWatch::Alarm");
    assert!(alarms.len() > 20, "{}", alarms.len());
    for alarm in alarms {
        let description = alarm.property("AlarmDescription").as_str().unwrap();
        let sentences = description.split_terminator(['.', ';']).count();
        assert!(sentences >= 2, "{}: {description}", alarm.name);
        assert!(!alarm.property("TreatMissingData").is_null(), "{}", alarm.name);
    }
}

#[test]
fn an_alarm_watches_the_throttles_of_every_function() {
    let mut watched = BTreeSet::new();
    for name in ["ThrottlesAlarm", "JobThrottlesAlarm"] {
        let alarm = resource(&template(), name);
        let metrics = alarm.property("Metrics").as_array().unwrap();
        assert!(metrics.len() <= 10, "CloudWatch takes no more: {name}");
        let of_metric = |metric: &Value| metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"].clone();
        watched.extend(metrics.iter().filter_map(|metric| of_metric(metric).as_str().map(str::to_owned)));
    }
    assert_eq!(watched, functions().into_iter().map(|function| function.name).collect());
}

#[test]
fn every_parameter_is_in_a_group() {
    let template = template();
    let groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"].as_array().unwrap();
    let mut grouped: Vec<&str> = groups
        .iter()
        .flat_map(|group| group["Parameters"].as_array().unwrap())
        .map(|name| name.as_str().unwrap())
        .collect();
    grouped.sort_unstable();
    let mut parameters: Vec<&str> = template["Parameters"].as_object().unwrap().keys().map(String::as_str).collect();
    parameters.sort_unstable();
    assert_eq!(grouped, parameters);
}

/// Returns the parameters that `samconfig.toml` sets for a stage, each as `"Name=value",` on its own line.
fn set_for(stage: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(workspace().join("samconfig.toml")).unwrap();
    let section = text.split(&format!("[{stage}.deploy.parameters]")).nth(1).unwrap();
    let lines = section.lines().skip(1).take_while(|line| !line.starts_with('['));
    let quoted = lines.filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
    let pairs = quoted.map(|pair| pair.split_once('=').unwrap());
    let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.replace("\\\"", ""))).collect();
    assert!(pairs.len() > 3, "{pairs:?}");
    pairs
}

#[test]
fn a_stack_may_have_every_currency_that_the_functions_take() {
    let parameters = template()["Parameters"].clone();
    let may = parameters["ShopCurrency"]["AllowedValues"].as_array().unwrap();
    let may: Vec<&str> = may.iter().map(|code| code.as_str().unwrap()).collect();
    let letters = || (b'A'..=b'Z').map(char::from);
    let words = letters().flat_map(|one| {
        letters().flat_map(move |two| letters().map(move |three| String::from_iter([one, two, three])))
    });
    let known: Vec<String> = words.filter(|word| word.parse::<Currency>().is_ok()).collect();
    assert_eq!(may, known);
}

#[test]
fn a_stage_sets_existing_parameters_to_allowed_values() {
    let parameters = template()["Parameters"].clone();
    for stage in ["staging", "production"] {
        let set = set_for(stage);
        for (name, value) in &set {
            let parameter = &parameters[name];
            assert!(parameter.is_object(), "{stage} sets {name}");
            // `samconfig.toml` writes numbers as texts.
            let is_it = |one: &Value| one.as_str().map_or_else(|| one.to_string(), str::to_owned) == *value;
            let may = parameter["AllowedValues"].as_array();
            assert!(may.is_none_or(|may| may.iter().any(is_it)), "{stage}: {name}={value}");
        }
        assert!(set.contains(&("Stage".to_owned(), stage.to_owned())), "{stage}");
        // A stage sets every parameter without a default; otherwise only a failed deployment would show that it is missing.
        for (name, parameter) in parameters.as_object().unwrap() {
            let named = set.iter().any(|(set, _)| set == name);
            assert!(named || !parameter["Default"].is_null(), "{stage} does not set {name}");
        }
    }
    let shift = set_for("production").into_iter().find(|(name, _)| name == "TrafficShift");
    assert!(shift.is_some_and(|(_, how)| how != "AllAtOnce"), "production moves traffic step by step");
    assert!(
        set_for("production").contains(&("KeepDatabase".to_owned(), "true".to_owned())),
        "production keeps its database"
    );
}
