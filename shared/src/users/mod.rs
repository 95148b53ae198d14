//! Accounts: who they belong to, how they log in and what they may do.

pub mod api_keys;
pub mod links;
pub mod passwords;
pub mod permissions;
pub mod personal_data;
pub mod store;
pub mod tokens;
pub mod totp;

mod actor;
mod client_info;
mod options;
mod second_factor;
mod username;

pub use actor::{Actor, ActorId, Stamp};
pub use client_info::ClientInfo;
pub use options::AuthOptions;
pub use permissions::{Permission, Permissions};
pub use second_factor::SecondFactorStep;
pub use username::{MAX_USERNAME, read_username, username_key, username_problem};

/// A unique value that belongs to another account already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The username of an account.
    Username,
    /// The email address, compared without regard to case.
    Email,
}

impl Taken {
    /// Returns the value that a database error is about; `None` for other errors.
    pub fn from_error(error: &sqlx::Error) -> Option<Self> {
        match error.as_database_error()?.constraint()? {
            "user_username_unique" | "registration_username_unique" => Some(Self::Username),
            "user_email_unique" => Some(Self::Email),
            _ => None,
        }
    }

    /// Name of the field with the value.
    pub fn field(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
        }
    }

    /// Error text for clients, as Django has it.
    pub fn message(self) -> String {
        format!("user with this {} already exists.", self.field())
    }
}

/// Normalizes an email address for storing: the domain in lower case and in one spelling (`müller.example`, also for
/// `xn--mller-kva.example`), the part before the @ unchanged.
pub fn normalize_email(email: &str) -> String {
    match email.trim().rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", idna::domain_to_unicode(domain).0),
        None => email.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_domain_of_an_address_is_put_in_lower_case() {
        assert_eq!(normalize_email(" Ana.B@Example.COM "), "Ana.B@example.com");
    }

    #[test]
    fn each_domain_has_one_spelling() {
        for spelling in ["müller.example", "MÜLLER.example", "mu\u{308}ller.example", "xn--mller-kva.example"] {
            assert_eq!(normalize_email(&format!("kunde@{spelling}")), "kunde@müller.example");
        }
    }
}
