//! Accounts.

pub mod api_keys;
pub mod kept;
pub mod links;
pub mod passwords;
pub mod permissions;
pub mod store;
pub mod tokens;
pub mod totp;

mod actor;
mod client_info;

pub use actor::Actor;
pub use client_info::ClientInfo;
pub use permissions::{Permission, Permissions};

/// How long a username may be, in characters.
pub const MAX_USERNAME: usize = 150;

/// What belongs to one account alone and has an owner already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The username.
    Username,
    /// The address; `Ana@x.io` and `ana@x.io` are the same one.
    Email,
}

impl Taken {
    /// What the database says with an error: `None` where it is about something else.
    pub fn of(error: &sqlx::Error) -> Option<Self> {
        match error.as_database_error()?.constraint()? {
            "user_username_unique" => Some(Self::Username),
            "user_email_unique" => Some(Self::Email),
            _ => None,
        }
    }

    /// The field it is.
    pub fn field(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
        }
    }

    /// What its sender is told.
    pub fn message(self) -> String {
        format!("user with this {} already exists.", self.field())
    }
}

/// An address as it is kept: its domain in small letters. What stands before the @ is its owner's own.
pub fn kept_address(email: &str) -> String {
    match email.trim().rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => email.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_domain_of_an_address_is_put_in_small_letters() {
        assert_eq!(kept_address(" Ana.B@Example.COM "), "Ana.B@example.com");
    }
}
