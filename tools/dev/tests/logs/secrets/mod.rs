//! Nothing secret is logged: not by requests that succeed, not by requests that fail, and at no level. The test does everything
//! that handles a secret, and then searches the log for each secret.

mod accounts;
mod database;
mod environment;
mod mailed_link;
mod shopping;

use std::collections::BTreeMap;

use migrate::Migrate;
use serde_json::Value;
use shared::testing::{RecordedLogs, TestApp};
use sqlx::PgPool;

use accounts::{create_superuser, sign_in, use_tokens};
use database::use_a_missing_database;
use environment::{a_client, an_environment};
use mailed_link::open_a_mailed_link;
use shopping::{check_out, use_the_staff_pages};

const WRONG_PASSWORD: &str = "a loud harbour at dusk";
const SUPERUSER_PASSWORD: &str = "who may do everything";
const AWS_SECRET: &str = "wJalrXUtnFEMIK7MDENGbPxRfiCYSECRETKEY";
const EDGE_SECRET: &str = "a-cdn-proves-by-this-that-it-is-the-edge";
const AWS_SESSION: &str = "FwoGZXIvYXdzESESSIONTOKEN";

/// Secrets that must not be in the log, by their descriptions.
#[derive(Default)]
struct Secrets(BTreeMap<&'static str, String>);

impl Secrets {
    fn add(&mut self, what: &'static str, secret: impl ToString) -> String {
        assert!(secret.to_string().len() >= 8, "{what} would be found anywhere");
        self.0.insert(what, secret.to_string());
        secret.to_string()
    }

    /// Adds a token, and its signature as a second secret.
    fn add_token(&mut self, what: [&'static str; 2], answer: &Value) -> String {
        let token = self.add(what[0], answer.as_str().unwrap());
        self.add(what[1], token.rsplit('.').next().unwrap());
        token
    }

    #[track_caller]
    fn are_not_in(&self, log: &str) {
        let mut leaks = Vec::new();
        for (what, secret) in &self.0 {
            // The secret unchanged, and as JSON or a debug print would escape it.
            for form in [secret.clone(), serde_json::to_string(secret).unwrap(), format!("{secret:?}")] {
                let form = form.trim_matches('"');
                leaks.extend(log.lines().find(|line| line.contains(form)).map(|line| format!("{what}: {line:.600}")));
            }
        }
        assert!(leaks.is_empty(), "in the log is {}", leaks.join("\n"));
    }
}

/// Asserts that `migrate` fails, and logs its error as `lambda_runtime` does.
async fn migrate_fails(migrate: &Migrate, event: Value) {
    let error = migrate::handle(migrate, event).await.unwrap_err();
    tracing::error!("{error:#}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn nothing_secret_is_logged(db: PgPool) {
    let (logs, mut secrets) = (RecordedLogs::start(), Secrets::default());
    let test = TestApp::without_routes(db);
    let environment = an_environment(&mut secrets);
    let client = a_client(test.app.db.clone(), &environment);

    // The client goes through the edge. A request that goes around it is refused and logged too.
    let around = client.clone().header("x-origin-verify", &format!("{EDGE_SECRET}, {EDGE_SECRET}"));
    around.get("/auth/users/me/").await.expect(403);
    create_superuser(&test, &mut secrets).await;
    let (access, refresh) = sign_in(&client, &mut secrets).await;
    use_tokens(&client, &mut secrets, &access, &refresh).await;
    check_out(&test, &client, &mut secrets, &access).await;
    use_the_staff_pages(&client, &mut secrets).await;
    open_a_mailed_link(&test, &client, &environment, &mut secrets).await;
    use_a_missing_database(&environment, &mut secrets, &access).await;
    tracing::trace!("the end");

    // An empty or incomplete log has no secret either, so these assertions prove that the log is complete.
    assert_eq!(logs.with_message("the end").len(), 1, "down to the finest level");
    let answered = logs.with_message("answered");
    let count = |route: &str, status: u16| {
        answered.iter().filter(|line| line["route"] == route && line["status"] == status).count()
    };
    assert_eq!((count("/auth/users/", 201), count("/auth/users/", 400)), (1, 1));
    assert_eq!(
        (count("/auth/jwt/create/", 200), count("/auth/jwt/create/", 400), count("/auth/jwt/create/", 401)),
        (2, 2, 1)
    );
    assert_eq!((count("/api/v1/orders/", 201), count("/api/v1/orders/", 409)), (1, 1));
    assert_eq!((count("/admin/session/", 204), count("/admin/", 200), count("/auth/users/me/", 503)), (1, 1, 2));
    assert_eq!(count("/auth/pages/password/reset/{uid}/{token}/", 200), 2);
    assert_eq!(logs.with_message("event left to the relay").len(), 2, "a queue that fails says so");
    assert_eq!(logs.with_message("message returned to the queue").len(), 1, "and so does mail");
    assert_eq!(logs.with_message("what does not start").len(), 3);
    secrets.are_not_in(&logs.text());
}
