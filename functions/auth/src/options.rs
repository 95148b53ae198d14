//! What a shop may have otherwise, by the names that Djoser and simplejwt give it.

use shared::app::Environment;

/// `AUTH_OPTIONS`: names, separated by commas or blanks. What is not named is off, as it is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `SEND_ACTIVATION_EMAIL`: a new account is good once its owner has opened a link in a mail; so is one with a new address.
    pub send_activation_email: bool,
    /// `USER_CREATE_PASSWORD_RETYPE`: `re_password` when registering.
    pub user_create_password_retype: bool,
    /// `SET_PASSWORD_RETYPE`: `re_new_password` when changing a password.
    pub set_password_retype: bool,
    /// `PASSWORD_RESET_CONFIRM_RETYPE`: `re_new_password` when choosing another by a link.
    pub password_reset_confirm_retype: bool,
    /// `SET_USERNAME_RETYPE`: `re_new_email` when changing an address.
    pub set_username_retype: bool,
    /// `USERNAME_RESET_CONFIRM_RETYPE`: `re_new_email` when choosing another by a link.
    pub username_reset_confirm_retype: bool,
    /// `PASSWORD_RESET_SHOW_EMAIL_NOT_FOUND`: who asks for a link is told whether there is such an account. So is everybody else.
    pub password_reset_show_email_not_found: bool,
    /// `USERNAME_RESET_SHOW_EMAIL_NOT_FOUND`: likewise.
    pub username_reset_show_email_not_found: bool,
    /// `ROTATE_REFRESH_TOKENS`: a refresh token is good once and comes back as another. Off, because a client that was written for
    /// Djoser keeps its first.
    pub rotate_refresh_tokens: bool,
}

impl Options {
    /// Either option shows it for both kinds of links, as in Djoser: who may not ask at one door asks at the other.
    pub(crate) fn shows_email_not_found(self) -> bool {
        self.password_reset_show_email_not_found || self.username_reset_show_email_not_found
    }

    /// An error for a name that is none: a wish that is not heard would be worse.
    pub fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        let mut options = Self::default();
        let names = environment.get("AUTH_OPTIONS").unwrap_or_default();
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
                _ => anyhow::bail!("AUTH_OPTIONS has {name}, which is no option"),
            };
            *option = true;
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(names: &str) -> anyhow::Result<Options> {
        Options::from_environment(&Environment::from_iter([("AUTH_OPTIONS", names)]))
    }

    #[test]
    fn what_is_named_is_on_and_nothing_else_is() {
        let some = options("SET_PASSWORD_RETYPE, ROTATE_REFRESH_TOKENS").unwrap();
        assert_eq!(some, Options { set_password_retype: true, rotate_refresh_tokens: true, ..Options::default() });
        assert_eq!(options("").unwrap(), Options::default());
    }

    #[test]
    fn a_name_that_is_none_is_a_mistake() {
        assert!(options("SET_PASSWORD_RETYPE,ROTATE").is_err());
    }
}
