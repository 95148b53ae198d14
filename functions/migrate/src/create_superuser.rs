//! Creates a superuser, who has every permission: the first member of the staff, because only staff can add others.

use anyhow::{Context as _, bail, ensure};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use shared::app::Rng;
use shared::app::db::{Connector, Db, PoolSettings};
use shared::audit::{self, AuditRecord, Kind};
use shared::ids::UserId;
use shared::locale::Locale;
use shared::mail::address;
use shared::time::Timestamp;
use shared::users::store::{NewUser, insert, proven};
use shared::users::{ClientInfo, MAX_USERNAME, Taken, normalize_email, passwords, username_problem};

/// A superuser to create.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSuperuser {
    /// Email address to log in with.
    pub email: String,
    /// Unique name of the account.
    pub username: String,
    /// Password, which must follow the same rules as any other.
    #[serde(deserialize_with = "secret")]
    pub password: String,
}

/// Reads a text. The error does not show the value, as an error of serde would, because errors are logged and the value may be the password.
fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let Value::String(text) = Value::deserialize(deserializer)? else {
        return Err(D::Error::custom("the password is not a text"));
    };
    Ok(text)
}

/// The superuser that was created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Superuser {
    /// Id of the account.
    pub id: UserId,
    /// Email address as it is stored, with its domain in lower case.
    pub email: String,
    /// Unique name of the account.
    pub username: String,
}

/// Creates the account. Fails if an account with this address or name exists, because giving an existing account every permission by accident would
/// be worse than an error.
pub async fn create_superuser(
    connector: &Connector,
    rng: &dyn Rng,
    now: Timestamp,
    new: NewSuperuser,
) -> anyhow::Result<Superuser> {
    let email = normalize_email(&new.email);
    let username = new.username.trim().to_owned();
    ensure!(address::to_ascii(&email).is_some(), "the email address is not valid: no mail can be sent to it");
    ensure!((1..=MAX_USERNAME).contains(&username.chars().count()), "a username has 1 to {MAX_USERNAME} characters");
    ensure!(!email.contains('\0') && !username.contains('\0'), "null characters are not allowed");
    if let Some(problem) = username_problem(&username) {
        bail!(problem);
    }
    let problems = passwords::problems(&new.password, &username, &email);
    ensure!(problems.is_empty(), "{}", problems.join(" "));

    let mut salt = [0; 16];
    rng.fill_random(&mut salt);
    let password_hash = passwords::hash(new.password, salt).await?;
    let user = NewUser {
        email: email.clone(),
        username: username.clone(),
        password_hash,
        is_staff: true,
        is_superuser: true,
        locale: Locale::DEFAULT,
    };
    let db = Db::new(connector.clone(), PoolSettings { max_connections: 1 });
    let mut tx = db.begin().await.context("the database cannot be reached")?;
    let inserted = insert(&mut tx, user, now).await;
    let id = match inserted {
        Ok(id) => id,
        Err(error) => match Taken::from_error(&error) {
            Some(taken) => bail!(taken.message()),
            None => return Err(error.into()),
        },
    };
    // The operator knows who reads this address.
    proven::prove(&mut tx, id, &email, now).await?;
    let entry = AuditRecord::by_nobody(Kind::SuperuserCreated, Some(id));
    audit::store::record(&mut tx, entry, &ClientInfo::default(), now).await?;
    tx.commit().await?;
    tracing::info!(user_id = id.0, "a superuser was created");
    Ok(Superuser { id, email, username })
}
