//! Links that were mailed, and what the outside world and the audit log heard.

use serde_json::{Value, json};
use shared::app::Clock as _;
use shared::ids::UserId;
use shared::testing::TestApp;
use shared::users::links::{Purpose, token, uid};
use shared::users::store::links;

/// The two halves of a link.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) uid: String,
    pub(crate) token: String,
}

impl Link {
    /// As a body, with these fields besides.
    pub(crate) fn with(&self, more: Value) -> Value {
        let mut body = json!({"uid": self.uid, "token": self.token});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }
}

/// A link, as the mail to this account has it.
pub(crate) async fn a_link(app: &TestApp, user: UserId, purpose: Purpose) -> Link {
    let email: String =
        sqlx::query_scalar("select email from users where id = $1").bind(user).fetch_one(&app.db).await.unwrap();
    let now = app.clock.now();
    let token = token(app.random_uuid().into_bytes(), now);
    let mut tx = app.app.db.begin().await.unwrap();
    links::insert(&mut tx, links::NewLink { user, email: &email, purpose, token: &token }, now).await.unwrap();
    tx.commit().await.unwrap();
    Link { uid: uid(user), token }
}

/// What was written for the outside world, as `kind whom`, sorted. All of it was sent, too.
pub(crate) async fn news(app: &TestApp) -> Vec<String> {
    assert_eq!(app.count("select count(*) from outbox where sent_at is null").await, 0, "something was not sent");
    sqlx::query_scalar("select kind || ' ' || coalesce(payload->>'email', payload->>'user_id') from outbox order by 1")
        .fetch_all(&app.db)
        .await
        .unwrap()
}

/// What the audit log has, as `kind about by`, in order; without the log-ins.
pub(crate) async fn log(app: &TestApp) -> Vec<String> {
    sqlx::query_scalar(
        "select concat_ws(' ', kind, user_id, actor_user_id) from audit_log where kind <> 'logged_in' order by id",
    )
    .fetch_all(&app.db)
    .await
    .unwrap()
}
