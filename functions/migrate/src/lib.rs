//! Brings the database up to date and prepares the roles that the functions log in as, at each deployment or when it is invoked by hand.
//!
//! The event is `{"action": "apply", "released_at": …, "currency": …}` or
//! `{"action": "create_superuser", "email": …, "username": …, "password": …}`. An empty event means `apply` without the time of the release.
//! Without a currency in the event, the shop gets the one in `SHOP_CURRENCY`, and keeps its own if there is neither.
//!
//! The function connects to the database directly, never through a pooler, as the role that owns the tables.

mod apply;
mod create_superuser;
mod currency;
mod roles;

use std::sync::Arc;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::app::db::Connector;
use shared::app::{Clock, Environment, Rng, SystemClock, SystemRng, currency};
use shared::money::Currency;

pub use apply::{Applied, Release, apply, apply_release};
pub use create_superuser::{NewSuperuser, Superuser, create_superuser};
pub use roles::Roles;

/// State of the function.
pub struct Migrate {
    /// Connector to the database as the owner of its tables.
    pub connector: Connector,
    /// Currency of the shop, unless an event names another; `None` to keep the one that it has.
    pub currency: Option<Currency>,
    /// The source of the current time.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and secrets.
    pub rng: Arc<dyn Rng>,
}

/// The action that an event names.
#[derive(Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
enum Task {
    Apply(Release),
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
            currency: currency(environment)?,
            clock: Arc::new(SystemClock),
            rng: Arc::new(SystemRng),
        })
    }
}

/// Performs the action that the event names.
pub async fn handle(migrate: &Migrate, event: Value) -> anyhow::Result<Done> {
    match task(event)? {
        Task::Apply(release) => {
            let release = Release { currency: release.currency.or(migrate.currency), ..release };
            apply_release(&migrate.connector, release).await.map(Done::Apply)
        }
        Task::CreateSuperuser(new) => create_superuser(&migrate.connector, &*migrate.rng, migrate.clock.now(), new)
            .await
            .map(Done::CreateSuperuser),
    }
}

fn task(event: Value) -> anyhow::Result<Task> {
    let is_empty = event.is_null() || event.as_object().is_some_and(serde_json::Map::is_empty);
    if is_empty {
        return Ok(Task::Apply(Release::default()));
    }
    serde_json::from_value(event).context("the event names no action of `migrate`")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn release(event: Value) -> Release {
        let Task::Apply(release) = task(event).unwrap() else { panic!("another action") };
        release
    }

    #[test]
    fn an_empty_event_means_apply() {
        for event in [json!(null), json!({}), json!({"action": "apply"})] {
            assert_eq!(release(event), Release::default());
        }
        let event = json!({"action": "apply", "released_at": 1, "currency": "JPY"});
        assert_eq!(release(event), Release { released_at: Some(1), currency: "JPY".parse().ok() });
    }

    #[test]
    fn an_unknown_event_is_refused() {
        for event in [
            json!({"action": "drop"}),
            json!({"acton": "apply"}),
            json!({"action": "apply", "x": 1}),
            json!({"action": "apply", "currency": "XAU"}),
            json!("apply"),
        ] {
            assert!(task(event.clone()).is_err(), "{event}");
        }
    }
}
