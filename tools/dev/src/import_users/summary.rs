//! What an import of accounts did.

use std::fmt;

use shared::users::store::import::TakenOver;

use super::row::Read;

/// What an import of accounts did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsersSummary {
    /// Whether nothing was written.
    pub is_trial: bool,
    /// Accounts that are here now.
    pub made: usize,
    /// Addresses that had an account, which was left as it is.
    pub were_there: usize,
    /// Rows that were not taken. The command fails where there is one.
    pub refused: usize,
    /// Of the accounts made, those of staff who are not staff here.
    pub rights_left_out: usize,
    /// Of the accounts made, those whose password nobody here can check.
    pub passwords_unknown: usize,
}

impl UsersSummary {
    /// Counts a row; or why it was refused after all.
    pub(super) fn add(&mut self, read: &Read, became: TakenOver) -> Result<(), String> {
        match became {
            TakenOver::Made => {
                self.made += 1;
                self.rights_left_out += usize::from(read.had_rights);
                self.passwords_unknown += usize::from(read.password_is_unknown);
            }
            TakenOver::WasThere => self.were_there += 1,
            TakenOver::UsernameTaken => {
                return Err(format!("the username \"{}\" belongs to another account", read.user.username));
            }
        }
        Ok(())
    }
}

impl fmt::Display for UsersSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_trial {
            writeln!(f, "Nothing was written. It would be:")?;
        }
        writeln!(f, "accounts  {:>6} created {:>6} there already", self.made, self.were_there)?;
        write!(f, "rows      {:>6} refused", self.refused)?;
        if self.rights_left_out > 0 {
            write!(f, "\n{} who work there do not work here; --with-staff takes that over", self.rights_left_out)?;
        }
        if self.passwords_unknown > 0 {
            write!(f, "\n{} have a password of an unknown kind and must ask for a link", self.passwords_unknown)?;
        }
        Ok(())
    }
}
