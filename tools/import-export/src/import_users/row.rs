//! A row of Django's user table.

use shared::mail::address;
use shared::time::Timestamp;
use shared::users::store::import::ImportedUser;
use shared::users::{MAX_USERNAME, normalize_email};

use super::columns::Row;

/// Maximum length of an address in characters.
const MAX_EMAIL: usize = 254;

/// Prefixes of the password hashes that log-in can verify. `!` means no password.
const KNOWN_HASHES: [&str; 4] = ["pbkdf2_sha256$", "argon2$", "$argon2", "!"];

/// A parsed row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    /// The account to create.
    pub(super) user: ImportedUser,
    /// True if the user was staff in the old shop and is not imported as staff.
    pub(super) had_rights: bool,
    /// True if the user must set a new password.
    pub(super) password_is_unknown: bool,
}

/// Parses a row, or returns why it is not an account. The reason never contains the password.
pub(super) fn read(row: &Row, with_staff: bool, now: Timestamp) -> Result<Read, String> {
    if let Some((column, _)) = row.iter().find(|(_, value)| value.as_ref().is_some_and(|text| text.contains('\0'))) {
        return Err(format!("\"{column}\" contains a NUL character"));
    }
    let email = address(text(row, "email"))?;
    // A custom user model may have no username.
    let username = match row.get("username") {
        Some(name) => name.as_deref().unwrap_or_default().trim().to_owned(),
        None => email.clone(),
    };
    if username.is_empty() || username.chars().count() > MAX_USERNAME {
        return Err(format!("\"username\" must have 1 to {MAX_USERNAME} characters"));
    }
    let password_hash = Some(text(row, "password")).filter(|hash| !hash.is_empty()).unwrap_or("!").to_owned();
    let is_superuser = flag(row, "is_superuser", false)?;
    let is_staff = flag(row, "is_staff", false)? || is_superuser;
    Ok(Read {
        had_rights: is_staff && !with_staff,
        password_is_unknown: !KNOWN_HASHES.iter().any(|known| password_hash.starts_with(known)),
        user: ImportedUser {
            name: name(row),
            is_active: flag(row, "is_active", true)?,
            is_staff: is_staff && with_staff,
            is_superuser: is_superuser && with_staff,
            created_at: moment(row, "date_joined")?.unwrap_or(now),
            last_login_at: moment(row, "last_login")?,
            email,
            username,
            password_hash,
        },
    })
}

fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).and_then(Option::as_deref).unwrap_or_default()
}

fn address(text: &str) -> Result<String, String> {
    let email = normalize_email(text);
    let is_valid = address::to_ascii(&email).is_some() && email.chars().count() <= MAX_EMAIL;
    match (email.is_empty(), is_valid) {
        (true, _) => Err("\"email\" is empty".to_owned()),
        (false, true) => Ok(email),
        (false, false) => Err(format!("\"email\" is {email:?}, to which no mail can be sent; correct it")),
    }
}

fn name(row: &Row) -> String {
    let (first, last) = (text(row, "first_name").trim(), text(row, "last_name").trim());
    match format!("{first} {last}").trim() {
        "" => text(row, "name").trim().to_owned(),
        name => name.to_owned(),
    }
}

fn flag(row: &Row, column: &str, missing: bool) -> Result<bool, String> {
    match text(row, column).to_lowercase().as_str() {
        "" => Ok(missing),
        "t" | "true" | "1" => Ok(true),
        "f" | "false" | "0" => Ok(false),
        other => Err(format!("\"{column}\" is {other:?}: it must be true or false")),
    }
}

/// PostgreSQL writes `2024-01-31 09:08:07.123456+00`, Django `2024-01-31T09:08:07.123Z`. Without a zone it is UTC.
fn moment(row: &Row, column: &str) -> Result<Option<Timestamp>, String> {
    let text = text(row, column).trim();
    if text.is_empty() {
        return Ok(None);
    }
    let zone = text.get(19..).and_then(|rest| rest.find(['+', '-', 'Z']).and_then(|at| rest.get(at..)));
    let written = text.replacen(' ', "T", 1);
    let written = match zone {
        None => format!("{written}Z"),
        Some("Z") => written,
        Some(zone) if zone.len() == 3 => format!("{written}:00"),
        Some(_) => written,
    };
    let read = serde_json::from_value(serde_json::Value::String(written)).ok();
    read.map(Some).ok_or_else(|| format!("\"{column}\" is {text:?}, which is not a date and time"))
}
