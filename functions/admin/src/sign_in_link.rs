//! The link to the sign-in form, with the reason and the way back.

use shared::users::SecondFactorStep;

/// The reasons for which a user must sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum SignInReason {
    /// There is no session cookie.
    #[strum(serialize = "")]
    NotSignedIn,
    /// The session has ended; it lasts as long as an access token.
    Ended,
    /// The user is signed in but not staff.
    NotStaff,
    /// The shop requires a second factor, and the user has none.
    SetUpSecondFactor,
    /// The shop requires a second factor, and the user has signed in without it.
    UseSecondFactor,
}

impl SignInReason {
    /// Returns the reason for which the user takes this step.
    pub(crate) fn second_factor(step: SecondFactorStep) -> Self {
        match step {
            SecondFactorStep::SetUp => Self::SetUpSecondFactor,
            SecondFactorStep::LogIn => Self::UseSecondFactor,
        }
    }

    /// Returns the code for the script of the form.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::NotSignedIn | Self::Ended | Self::NotStaff => "not_staff",
            Self::SetUpSecondFactor => SecondFactorStep::SetUp.code(),
            Self::UseSecondFactor => SecondFactorStep::LogIn.code(),
        }
    }

    fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the explanation for the user, if there is something to explain.
    pub(crate) fn explanation(self) -> Option<&'static str> {
        match self {
            Self::NotSignedIn => None,
            Self::Ended => Some("Your session has ended. Sign in again to continue."),
            Self::NotStaff => Some("This account does not belong to the shop's staff."),
            Self::SetUpSecondFactor => Some("This shop requires a second factor. Sign in to set it up."),
            Self::UseSecondFactor => Some("This shop requires a second factor. Sign in with a code."),
        }
    }
}

/// Returns the path of the form with the way back.
pub(crate) fn sign_in_path(back: &str, reason: SignInReason) -> String {
    let fields = [("back", local(back)), ("reason", reason.as_str())];
    let fields: Vec<_> = fields.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    format!("/admin/sign-in/?{}", serde_urlencoded::to_string(fields).unwrap_or_default())
}

/// Returns the path if it is one of these pages, and the overview's path otherwise, so that no link leads to another site.
pub(crate) fn local(path: &str) -> &str {
    let is_plain = path.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if path.starts_with("/admin/") && is_plain { path } else { "/admin/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_these_pages() {
        for path in ["/admin/", "/admin/orders/?q=ana%40example.com&cursor=x"] {
            assert_eq!(local(path), path);
        }
        for path in [
            "",
            "https://evil.example/admin/",
            "//evil.example/admin/",
            "/\\evil.example",
            "/admin/\\..\\..\\evil",
            "/auth/",
            "javascript:alert(1)",
            "/admin/\r\nset-cookie: a=b",
            "/admin",
        ] {
            assert_eq!(local(path), "/admin/", "{path}");
        }
    }
}
