//! Options of accounts, which `AUTH_OPTIONS` switches on. Those that Djoser and simplejwt have are called as they are there.

use crate::environment::{Environment, EnvironmentError};

const AUTH_OPTIONS: &str = "AUTH_OPTIONS";

/// The options in `AUTH_OPTIONS`: names, separated by commas or spaces. An option that is not named is off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuthOptions {
    /// `SEND_ACTIVATION_EMAIL`: a new account is inactive until its owner opens the link in a mail. A changed email address is confirmed
    /// the same way.
    pub send_activation_email: bool,
    /// `USER_CREATE_PASSWORD_RETYPE`: registering requires `re_password`.
    pub user_create_password_retype: bool,
    /// `SET_PASSWORD_RETYPE`: changing the password requires `re_new_password`.
    pub set_password_retype: bool,
    /// `PASSWORD_RESET_CONFIRM_RETYPE`: setting a password by a link requires `re_new_password`.
    pub password_reset_confirm_retype: bool,
    /// `SET_USERNAME_RETYPE`: changing the email address requires `re_new_email`.
    pub set_username_retype: bool,
    /// `USERNAME_RESET_CONFIRM_RETYPE`: setting an email address by a link requires `re_new_email`.
    pub username_reset_confirm_retype: bool,
    /// `PASSWORD_RESET_SHOW_EMAIL_NOT_FOUND`: a request for a link says whether the account exists. It says so to everyone.
    pub password_reset_show_email_not_found: bool,
    /// `USERNAME_RESET_SHOW_EMAIL_NOT_FOUND`: the same for links that change the email address.
    pub username_reset_show_email_not_found: bool,
    /// `ROTATE_REFRESH_TOKENS`: a refresh token can be used once and is replaced at each use. It is off because clients written for
    /// Djoser keep their first refresh token.
    pub rotate_refresh_tokens: bool,
    /// `STAFF_NEEDS_SECOND_FACTOR`: staff have their permissions only in sign-ins that a second factor has proven, and their API keys work only
    /// while they have one. All functions obey it.
    pub staff_needs_second_factor: bool,
}

impl AuthOptions {
    /// Returns true if requests for links say whether the account exists. As in Djoser, either option does this for both kinds of links:
    /// otherwise a client could ask for the other kind instead.
    pub fn shows_email_not_found(self) -> bool {
        self.password_reset_show_email_not_found || self.username_reset_show_email_not_found
    }

    /// Reads `AUTH_OPTIONS`. Fails on unknown options instead of ignoring them.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let mut options = Self::default();
        let names = environment.get(AUTH_OPTIONS).unwrap_or_default();
        for name in names.split([',', ' ']).filter(|name| !name.is_empty()) {
            let option = match name {
                "SEND_ACTIVATION_EMAIL" => &mut options.send_activation_email,
                "USER_CREATE_PASSWORD_RETYPE" => &mut options.user_create_password_retype,
                "SET_PASSWORD_RETYPE" => &mut options.set_password_retype,
                "PASSWORD_RESET_CONFIRM_RETYPE" => &mut options.password_reset_confirm_retype,
                "SET_USERNAME_RETYPE" => &mut options.set_username_retype,
                "USERNAME_RESET_CONFIRM_RETYPE" => &mut options.username_reset_confirm_retype,
                "PASSWORD_RESET_SHOW_EMAIL_NOT_FOUND" => &mut options.password_reset_show_email_not_found,
                "USERNAME_RESET_SHOW_EMAIL_NOT_FOUND" => &mut options.username_reset_show_email_not_found,
                "ROTATE_REFRESH_TOKENS" => &mut options.rotate_refresh_tokens,
                "STAFF_NEEDS_SECOND_FACTOR" => &mut options.staff_needs_second_factor,
                _ => return Err(EnvironmentError::UnknownOption(AUTH_OPTIONS, name.to_owned())),
            };
            *option = true;
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(names: &str) -> Result<AuthOptions, EnvironmentError> {
        AuthOptions::from_environment(&Environment::from_iter([(AUTH_OPTIONS, names)]))
    }

    #[test]
    fn only_the_named_options_are_on() {
        let some = options("SET_PASSWORD_RETYPE, ROTATE_REFRESH_TOKENS").unwrap();
        assert_eq!(
            some,
            AuthOptions { set_password_retype: true, rotate_refresh_tokens: true, ..AuthOptions::default() }
        );
        assert_eq!(options("").unwrap(), AuthOptions::default());
    }

    #[test]
    fn an_unknown_option_is_refused() {
        assert!(options("SET_PASSWORD_RETYPE,ROTATE").is_err());
    }
}
