//! No caller gets further than their permissions. The tests read the API descriptions of the functions, so they cover every new
//! operation: it requires the permission that its `security` names, and none if `security` names none.

use std::collections::BTreeMap;

use axum::Json;
use http::Method;
use serde_json::{Value, json};
use shared::app::App;
use shared::http::{Requires, RequiresUser};
use shared::testing::{Client, TestApp, TestUser};
use shared::users::permissions::{Catalogue, Customers, Orders};
use shared::users::{AuthOptions, Permission, Permissions};
use sqlx::PgPool;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::functions::{Operation, operations, serve};

/// An answer to a caller, reduced to its meaning for permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Status 401: the caller is unknown.
    Unauthorized,
    /// Status 403: the caller is known and lacks the permission.
    Forbidden,
    /// Any other status: the caller has the permission, and the path and the body decide the rest.
    Allowed,
}

/// A caller, the credentials that they send and the answer that they must get.
struct Caller {
    who: &'static str,
    credentials: Option<String>,
    expected: Answer,
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_operation_with_a_permission_is_open_only_to_callers_who_have_it(db: PgPool) {
    let app = TestApp::without_routes(db);
    let mut known = BTreeMap::new();
    let mut count = 0;
    for operation in operations() {
        let Some(needed) = operation.permission() else { continue };
        if !known.contains_key(needed.as_str()) {
            known.insert(needed.as_str(), callers(&app, needed).await);
        }
        let found = breaches(&client_of(&app, operation.function), &operation, &known[needed.as_str()]).await;
        assert!(found.is_empty(), "{found:#?}");
        count += 1;
    }
    assert!(count >= 10, "the documents have {count} operations that name a permission");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_operation_without_a_permission_requires_none_and_accepts_no_key(db: PgPool) {
    let app = TestApp::without_routes(db);
    let staff = app.a_staff_user().await;
    let key = format!("Api-Key {}", app.an_api_key_of(&staff, Permissions::all()).await);
    let mut count = 0;
    for operation in operations().iter().filter(|operation| operation.permission().is_none()) {
        // A new user each time, because the operation before may have deleted the account.
        let found = undeclared(&client_of(&app, operation.function), operation, &app.a_user().await, &key).await;
        assert!(found.is_empty(), "{found:#?}");
        count += 1;
    }
    assert!(count >= 10, "the documents have {count} operations that name none");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn where_staff_need_a_second_factor_no_permission_is_had_without_it(db: PgPool) {
    let app = TestApp::without_routes(db);
    let auth_options = AuthOptions { staff_needs_second_factor: true, ..AuthOptions::default() };
    let strict = App { auth_options, ..app.app.clone() };
    let mut known = BTreeMap::new();
    for operation in operations() {
        let Some(needed) = operation.permission() else { continue };
        if !known.contains_key(needed.as_str()) {
            known.insert(needed.as_str(), callers_by_second_factor(&app, needed).await);
        }
        let client = Client::new(serve(operation.function, &strict, &app.signer).unwrap());
        for (who, credentials, expected) in &known[needed.as_str()] {
            let (status, body) = ask(&client, &operation, Some(credentials)).await;
            let actual = match status {
                401 | 403 => body["code"].as_str().unwrap(),
                _ => "allowed",
            };
            assert_eq!((actual, status >= 500), (*expected, false), "{}: {who}: {status} {body}", operation.id());
        }
    }
    assert!(known.len() >= 3, "{:?}", known.keys());
}

/// Returns a caller for each state of the second factor, with their credentials, and the code of their refusal or `allowed`.
async fn callers_by_second_factor(app: &TestApp, needed: Permission) -> Vec<(String, String, &'static str)> {
    let only = just([needed]);
    let mut callers = Vec::new();
    for (has_device, has_used, of_person, of_key) in [
        (false, false, "second_factor_required", "api_key_not_valid"),
        // Its device was removed after the log-in.
        (false, true, "second_factor_required", "api_key_not_valid"),
        (true, false, "second_factor_log_in_required", "allowed"),
        (true, true, "allowed", "allowed"),
    ] {
        for (kind, user) in [("staff", app.a_staff_user_with(only).await), ("a superuser", app.a_superuser().await)] {
            if has_device {
                app.confirm_device(&user).await;
            }
            if has_used {
                app.use_second_factor(&user).await;
            }
            let who = format!("{kind}, device: {has_device}, used: {has_used}");
            callers.push((who.clone(), format!("Bearer {}", user.token), of_person));
            // No key has `settings`, so such a key is refused whatever its creator has.
            let of_key =
                if needed == Permission::Settings && of_key == "allowed" { "permission_denied" } else { of_key };
            let key = app.an_api_key_of(&user, only).await;
            callers.push((format!("a key of {who}"), format!("Api-Key {key}"), of_key));
        }
    }
    // The requirement is for staff: a customer is refused for the permission alone.
    callers.push(("a customer".to_owned(), format!("Bearer {}", app.a_user().await.token), "permission_denied"));
    callers
}

#[test]
fn the_document_accepts_a_key_for_every_permission_except_settings() {
    for operation in operations() {
        let Some(needed) = operation.permission() else { continue };
        let mut expected = vec![json!({"bearer": [needed.as_str()]})];
        if Permission::FOR_KEYS.contains(&needed) {
            expected.push(json!({"api_key": [needed.as_str()]}));
        }
        assert_eq!(operation.json["security"], Value::Array(expected), "{}", operation.id());
    }
}

/// Returns a client of a function as its Lambda serves it, with the database of the test.
fn client_of(app: &TestApp, function: &str) -> Client {
    Client::new(serve(function, &app.app, &app.signer).unwrap())
}

/// Returns a path to the operation with an id that does not exist.
fn path(operation: &Operation) -> String {
    let segments =
        operation.path.split('/').map(|segment| if segment.starts_with('{') { "999999999" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

async fn ask(client: &Client, operation: &Operation, credentials: Option<&str>) -> (u16, Value) {
    let client = match credentials {
        Some(credentials) => client.clone().header("authorization", credentials),
        None => client.clone(),
    };
    let method: Method = operation.method.parse().unwrap();
    let answer = client.send_json(method, &path(operation), json!({})).await;
    assert!(answer.status != 401 || !answer.header("www-authenticate").is_empty(), "{}", operation.id());
    (answer.status, answer.body)
}

/// Returns a line for each caller who does not get the expected answer.
async fn breaches(client: &Client, operation: &Operation, callers: &[Caller]) -> Vec<String> {
    let mut found = Vec::new();
    for Caller { who, credentials, expected } in callers {
        let (status, body) = ask(client, operation, credentials.as_deref()).await;
        let actual = match status {
            401 => Answer::Unauthorized,
            403 if body["code"] == "permission_denied" => Answer::Forbidden,
            _ => Answer::Allowed,
        };
        if actual != *expected || status >= 500 {
            found.push(format!("{}: {who} must get {expected:?} and gets {status} {body}", operation.id()));
        }
    }
    found
}

/// Returns a line if an operation that names no permission requires one, and a line if it accepts an API key.
async fn undeclared(client: &Client, operation: &Operation, customer: &TestUser, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (status, body) = ask(client, operation, Some(&format!("Bearer {}", customer.token))).await;
    if status == 403 && body["code"] == "permission_denied" {
        found.push(format!("{} is for the staff and does not say so", operation.id()));
    }
    let (status, _) = ask(client, operation, Some(key)).await;
    if operation.is_private() && status != 401 {
        found.push(format!("{} is for people and takes a key: {status}", operation.id()));
    }
    found
}

/// Returns a caller for each way to have the permission or to lack it.
async fn callers(app: &TestApp, needed: Permission) -> Vec<Caller> {
    let (only, others) = (just([needed]), just(Permission::ALL.iter().copied().filter(|other| *other != needed)));
    let mut callers = people(app, only, others).await;
    callers.extend(programs(app, needed, only, others).await);
    callers
}

async fn people(app: &TestApp, only: Permissions, others: Permissions) -> Vec<Caller> {
    let (idle, gone, out) = (app.a_staff_user().await, app.a_staff_user().await, app.a_staff_user().await);
    sqlx::query("update users set is_active = false where id = $1").bind(idle.id).execute(&app.db).await.unwrap();
    sqlx::query("delete from users where id = $1").bind(gone.id).execute(&app.db).await.unwrap();
    let bearer = |who, token: &str, expected| Caller { who, credentials: Some(format!("Bearer {token}")), expected };
    vec![
        Caller { who: "nobody", credentials: None, expected: Answer::Unauthorized },
        bearer("a caller with a forged token", "forged", Answer::Unauthorized),
        bearer("one of the staff who is switched off", &idle.token, Answer::Unauthorized),
        bearer("one whose account is gone", &gone.token, Answer::Unauthorized),
        bearer("one who signed out", &app.a_token_of_an_ended_sign_in(&out).await, Answer::Unauthorized),
        bearer("a customer", &app.a_user().await.token, Answer::Forbidden),
        bearer(
            "one of the staff with no permission",
            &app.a_staff_user_with(Permissions::NONE).await.token,
            Answer::Forbidden,
        ),
        bearer("one with every other permission", &app.a_staff_user_with(others).await.token, Answer::Forbidden),
        bearer("one with just this permission", &app.a_staff_user_with(only).await.token, Answer::Allowed),
        bearer("a superuser", &app.a_superuser().await.token, Answer::Allowed),
    ]
}

async fn programs(app: &TestApp, needed: Permission, only: Permissions, others: Permissions) -> Vec<Caller> {
    let maker = app.a_staff_user().await;
    let (demoted, idle, gone) = (app.a_staff_user().await, app.a_staff_user().await, app.a_staff_user().await);
    let mut keys = Vec::new();
    for (of, scopes) in [
        (&maker, only),
        (&maker, others),
        (&maker, only),
        (&maker, only),
        (&demoted, only),
        (&idle, only),
        (&gone, only),
    ] {
        keys.push(app.an_api_key_of(of, scopes).await);
    }
    let [good, other, revoked, expired, of_demoted, of_idle, of_gone] = keys.try_into().unwrap();
    invalidate(app, &revoked, "update api_keys set revoked_at = created_at where key_sha256 = $1").await;
    invalidate(app, &expired, "update api_keys set expires_at = created_at where key_sha256 = $1").await;
    for (of, sql) in [
        (demoted, "update roles set permissions = $2 where id in (select role_id from user_roles where user_id = $1)"),
        (idle, "update users set is_active = $2::text[] is null where id = $1"),
        (gone, "delete from users where id = $1 and $2::text[] is not null"),
    ] {
        sqlx::query(sql).bind(of.id).bind(others.names()).execute(&app.db).await.unwrap();
    }
    // The beginning of one key with the end of another.
    let forged = format!("{}{}", &good[..37], &other[37..]);
    let key = |who, key: &str, expected| Caller { who, credentials: Some(format!("Api-Key {key}")), expected };
    let is_open = Permission::FOR_KEYS.contains(&needed);
    vec![
        key("a program with just this scope", &good, if is_open { Answer::Allowed } else { Answer::Forbidden }),
        key("a program with every other scope", &other, Answer::Forbidden),
        key("a program with a revoked key", &revoked, Answer::Unauthorized),
        key("a program with an expired key", &expired, Answer::Unauthorized),
        key("a program whose maker lost the permission", &of_demoted, Answer::Unauthorized),
        key("a program whose maker is switched off", &of_idle, Answer::Unauthorized),
        key("a program whose maker is gone", &of_gone, Answer::Unauthorized),
        key("a program with a forged key", &forged, Answer::Unauthorized),
        key("a program with no key to speak of", "shop_", Answer::Unauthorized),
    ]
}

async fn invalidate(app: &TestApp, key: &str, sql: &'static str) {
    let done = sqlx::query(sql).bind(&shared::users::api_keys::sha256(key)[..]).execute(&app.db).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
}

fn just(permissions: impl IntoIterator<Item = Permission>) -> Permissions {
    permissions.into_iter().collect()
}

/// Wrong operations that the tests above would report, and a correct one.
mod planted {
    use super::*;

    #[utoipa::path(get, path = "/planted/good/", operation_id = "good", security(("bearer" = ["customers"]), ("api_key" = ["customers"])), responses((status = 200)))]
    async fn good(_: Requires<Customers>) -> Json<Value> {
        Json(Value::Null)
    }

    #[utoipa::path(get, path = "/planted/open/", operation_id = "open", security(("bearer" = ["customers"])), responses((status = 200)))]
    async fn open(_: shared::http::CurrentUser) -> Json<Value> {
        Json(Value::Null)
    }

    #[utoipa::path(get, path = "/planted/other/", operation_id = "other", security(("bearer" = ["customers"])), responses((status = 200)))]
    async fn other(_: Requires<Catalogue>) -> Json<Value> {
        Json(Value::Null)
    }

    #[utoipa::path(get, path = "/planted/silent/", operation_id = "silent", security(("bearer" = [])), responses((status = 200)))]
    async fn silent(_: RequiresUser<Orders>) -> Json<Value> {
        Json(Value::Null)
    }

    #[utoipa::path(get, path = "/planted/takes-keys/", operation_id = "takes_keys", security(("bearer" = [])), responses((status = 200)))]
    async fn takes_keys(_: Requires<Orders>) -> Json<Value> {
        Json(Value::Null)
    }

    fn router() -> OpenApiRouter<shared::app::App> {
        OpenApiRouter::with_openapi(shared::http::document())
            .routes(routes!(good))
            .routes(routes!(open))
            .routes(routes!(other))
            .routes(routes!(silent))
            .routes(routes!(takes_keys))
    }

    #[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
    async fn an_operation_that_admits_too_many_callers_is_reported(db: PgPool) {
        let app = TestApp::new(db, router());
        let callers = callers(&app, Permission::Customers).await;
        let staff = app.a_staff_user().await;
        let key = format!("Api-Key {}", app.an_api_key_of(&staff, Permissions::all()).await);
        let document = serde_json::to_value(router().into_openapi()).unwrap();
        let mut found = BTreeMap::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            let (path, json) = (path.clone(), item["get"].clone());
            let operation = Operation { function: "planted", method: "GET".to_owned(), path, json };
            let breaches = match operation.permission() {
                Some(_) => breaches(&app.anonymous(), &operation, &callers).await,
                None => undeclared(&app.anonymous(), &operation, &app.a_user().await, &key).await,
            };
            found.insert(operation.id().to_owned(), breaches);
        }
        let has = |id: &str, words: &str| found[id].iter().any(|breach| breach.contains(words));
        assert_eq!(found["good"], Vec::<String>::new());
        assert!(
            has("open", "a customer must get Forbidden") && has("open", "with every other permission"),
            "{found:#?}"
        );
        assert!(has("other", "with every other permission") && has("other", "with just this permission"), "{found:#?}");
        assert!(has("silent", "is for the staff and does not say so"), "{found:#?}");
        assert!(has("takes_keys", "takes a key"), "{found:#?}");
    }
}
