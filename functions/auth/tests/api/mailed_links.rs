//! Mailed links, published events and the audit log, as tests of accounts read them.

use serde_json::{Value, json};
use shared::app::Clock as _;
use shared::ids::UserId;
use shared::testing::TestApp;
use shared::users::links::{MAX_RESET_SECONDS, Purpose, token, uid};
use shared::users::store::{links, registrations};

use crate::{PASSWORD, register};

/// The two parts of a mailed link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) uid: String,
    pub(crate) token: String,
}

impl Link {
    /// Returns the link as a request body with additional fields.
    pub(crate) fn with(&self, more: Value) -> Value {
        let mut body = json!({"uid": self.uid, "token": self.token});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }
}

/// Inserts a link as a mail to this account has it.
pub(crate) async fn a_link(app: &TestApp, user: UserId, purpose: Purpose) -> Link {
    let email: String =
        sqlx::query_scalar("select email from users where id = $1").bind(user).fetch_one(&app.db).await.unwrap();
    let now = app.clock.now();
    let token = token(app.random_uuid().into_bytes(), now);
    let mut tx = app.owner.begin().await.unwrap();
    let expires_at = now.plus_seconds(purpose.lifetime_seconds(MAX_RESET_SECONDS));
    let link = links::NewLink { user, email: &email, purpose, token: &token, expires_at };
    links::insert(&mut tx, link, now).await.unwrap();
    tx.commit().await.unwrap();
    Link { uid: uid(user), token }
}

/// Inserts a link as the mail to a registration has it.
pub(crate) async fn a_registration_link(app: &TestApp, id: UserId) -> Link {
    let now = app.clock.now();
    let token = token(app.random_uuid().into_bytes(), now);
    let mut tx = app.owner.begin().await.unwrap();
    let registration = registrations::find(&mut tx, id).await.unwrap().unwrap();
    registrations::insert_link(&mut tx, id, registration.created_at, &token, now).await.unwrap();
    tx.commit().await.unwrap();
    Link { uid: uid(id), token }
}

/// Registers a user in a shop with activation, and opens the link with the password.
pub(crate) async fn register_and_activate(app: &TestApp, name: &str) -> UserId {
    let id = register(app, name).await;
    let link = a_registration_link(app, id).await;
    app.anonymous().post("/auth/users/activation/", link.with(json!({"password": PASSWORD}))).await.expect(204);
    id
}

/// Returns the events of the outbox as `kind recipient`, sorted, and asserts that all were sent.
pub(crate) async fn published_events(app: &TestApp) -> Vec<String> {
    assert_eq!(app.count("select count(*) from outbox where sent_at is null").await, 0, "an event was not sent");
    sqlx::query_scalar("select kind || ' ' || coalesce(payload->>'email', payload->>'user_id') from outbox order by 1")
        .fetch_all(&app.db)
        .await
        .unwrap()
}

/// Returns the audit log without log-ins, in order, as `kind user actor`.
pub(crate) async fn audit_log(app: &TestApp) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws(' ', kind, user_id, actor_user_id) from audit_log where kind <> 'logged_in' order by id",
    )
    .fetch_all(&app.db)
    .await
    .unwrap()
}
