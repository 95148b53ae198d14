//! At deploy, and when somebody asks: brings the database up to date and prepares the role that the functions log in as.
//!
//! `{"action": "apply", "released_at": …}`, which without the time of the release is also what an empty event means, or
//! `{"action": "create_superuser", "email": …, "username": …, "password": …}`.
//!
//! It talks to the database itself, never through a pooler, and as the role that owns the tables.

mod app_role;
mod apply;
mod create_superuser;

use std::sync::Arc;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::app::db::Connector;
use shared::app::{Clock, Environment, Rng, SystemClock, SystemRng};

pub use app_role::AppRole;
pub use apply::{Applied, apply, apply_release};
pub use create_superuser::{NewSuperuser, Superuser, create_superuser};

/// What the function has.
pub struct Migrate {
    /// The way to the database, as the owner of its tables.
    pub connector: Connector,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and secrets.
    pub rng: Arc<dyn Rng>,
}

/// What to do.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum Task {
    Apply {
        /// Time of the release's commit, in seconds since 1970.
        released_at: Option<i64>,
    },
    CreateSuperuser(NewSuperuser),
}

/// What was done.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Done {
    /// The database is up to date.
    Apply(Applied),
    /// There is one more who may do everything.
    CreateSuperuser(Superuser),
}

impl Migrate {
    /// The same variables as every function's, naming the database itself and its owner.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            connector: Connector::from_environment(environment)?,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
        })
    }
}

/// Does what the event says.
pub async fn handle(migrate: &Migrate, event: Value) -> anyhow::Result<Done> {
    match task(event)? {
        Task::Apply { released_at } => apply_release(&migrate.connector, released_at).await.map(Done::Apply),
        Task::CreateSuperuser(new) => create_superuser(&migrate.connector, &*migrate.rng, migrate.clock.now(), new)
            .await
            .map(Done::CreateSuperuser),
    }
}

fn task(event: Value) -> anyhow::Result<Task> {
    let nothing_said = event.is_null() || event.as_object().is_some_and(serde_json::Map::is_empty);
    if nothing_said {
        return Ok(Task::Apply { released_at: None });
    }
    serde_json::from_value(event).context("the event says nothing that migrate can do")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_that_says_nothing_means_apply() {
        for event in [json!(null), json!({}), json!({"action": "apply"})] {
            assert!(matches!(task(event).unwrap(), Task::Apply { released_at: None }));
        }
        let event = json!({"action": "apply", "released_at": 1});
        assert!(matches!(task(event).unwrap(), Task::Apply { released_at: Some(1) }));
    }

    #[test]
    fn an_event_that_says_something_else_is_refused() {
        for event in
            [json!({"action": "drop"}), json!({"acton": "apply"}), json!({"action": "apply", "x": 1}), json!("apply")]
        {
            assert!(task(event.clone()).is_err(), "{event}");
        }
    }
}
