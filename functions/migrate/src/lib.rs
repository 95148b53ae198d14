//! Brings the database up to date and prepares the role that the functions log in as, at each deployment or when it is invoked by hand.
//!
//! The event is `{"action": "apply", "released_at": …}` or
//! `{"action": "create_superuser", "email": …, "username": …, "password": …}`. An empty event means `apply` without the time of the release.
//!
//! The function connects to the database directly, never through a pooler, as the role that owns the tables.

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

/// State of the function.
pub struct Migrate {
    /// Connector to the database as the owner of its tables.
    pub connector: Connector,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and secrets.
    pub rng: Arc<dyn Rng>,
}

/// The action that an event names.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum Task {
    Apply {
        /// Time of the release's commit, in seconds since 1970; `None` if the event does not name it.
        released_at: Option<i64>,
    },
    CreateSuperuser(NewSuperuser),
}

/// The outcome of an action.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Done {
    /// The database is up to date.
    Apply(Applied),
    /// The superuser was created.
    CreateSuperuser(Superuser),
}

impl Migrate {
    /// Reads the same variables as every function; here they name the database itself and the owner of its tables.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        Ok(Self {
            connector: Connector::from_environment(environment)?,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
        })
    }
}

/// Performs the action that the event names.
pub async fn handle(migrate: &Migrate, event: Value) -> anyhow::Result<Done> {
    match task(event)? {
        Task::Apply { released_at } => apply_release(&migrate.connector, released_at).await.map(Done::Apply),
        Task::CreateSuperuser(new) => create_superuser(&migrate.connector, &*migrate.rng, migrate.clock.now(), new)
            .await
            .map(Done::CreateSuperuser),
    }
}

fn task(event: Value) -> anyhow::Result<Task> {
    let is_empty = event.is_null() || event.as_object().is_some_and(serde_json::Map::is_empty);
    if is_empty {
        return Ok(Task::Apply { released_at: None });
    }
    serde_json::from_value(event).context("the event names no action of `migrate`")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_empty_event_means_apply() {
        for event in [json!(null), json!({}), json!({"action": "apply"})] {
            assert!(matches!(task(event).unwrap(), Task::Apply { released_at: None }));
        }
        let event = json!({"action": "apply", "released_at": 1});
        assert!(matches!(task(event).unwrap(), Task::Apply { released_at: Some(1) }));
    }

    #[test]
    fn an_unknown_event_is_refused() {
        for event in
            [json!({"action": "drop"}), json!({"acton": "apply"}), json!({"action": "apply", "x": 1}), json!("apply")]
        {
            assert!(task(event.clone()).is_err(), "{event}");
        }
    }
}
