//! The second factor as a condition for permissions, where the shop requires it of its staff (`STAFF_NEEDS_SECOND_FACTOR`).

/// The step that a member of staff must take before they have their permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorStep {
    /// Set up a second factor and confirm it.
    SetUp,
    /// Log in with a code. The account has a second factor, but this sign-in began without it, so that the one who began it may know no more than
    /// the password.
    LogIn,
}

impl SecondFactorStep {
    /// Returns the step that is left; `None` if there is none.
    pub(super) fn left(has_device: bool, has_second_factor: bool) -> Option<Self> {
        match (has_device, has_second_factor) {
            (true, true) => None,
            (true, false) => Some(Self::LogIn),
            (false, _) => Some(Self::SetUp),
        }
    }

    /// Text for people, which says what to do.
    pub fn detail(self) -> &'static str {
        match self {
            Self::SetUp => {
                "This shop requires a second factor of its staff. Set yours up with POST /auth/totp/ and confirm it with \
                 POST /auth/totp/confirm/, or sign in at /admin/."
            }
            Self::LogIn => "You have logged in without your second factor. Log in again, with a code as `otp`.",
        }
    }

    /// Code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::SetUp => "second_factor_required",
            Self::LogIn => "second_factor_log_in_required",
        }
    }
}
