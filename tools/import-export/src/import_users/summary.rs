//! Result of an import of accounts.

use std::fmt;

use shared::users::store::import::ImportOutcome;

use super::row::Read;

/// Result of an import of accounts, or of a dry run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsersSummary {
    /// True for a dry run, which writes nothing.
    pub is_dry_run: bool,
    /// Number of accounts created.
    pub created: usize,
    /// Addresses that already had an account, which was not changed.
    pub existing: usize,
    /// Rows that were not imported. The command fails if there is one.
    pub rows_failed: usize,
    /// Accounts created without the staff rights that they had.
    pub rights_dropped: usize,
    /// Accounts created with a password that cannot be verified here.
    pub passwords_unknown: usize,
}

impl UsersSummary {
    /// Counts a row, or returns why it failed.
    pub(super) fn add(&mut self, read: &Read, became: ImportOutcome) -> Result<(), String> {
        match became {
            ImportOutcome::Created => {
                self.created += 1;
                self.rights_dropped += usize::from(read.had_rights);
                self.passwords_unknown += usize::from(read.password_is_unknown);
            }
            ImportOutcome::EmailTaken => self.existing += 1,
            ImportOutcome::UsernameTaken => {
                return Err(format!("the username \"{}\" belongs to another account", read.user.username));
            }
        }
        Ok(())
    }
}

impl fmt::Display for UsersSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_dry_run {
            writeln!(f, "Dry run, nothing was written. An import would do this:")?;
        }
        writeln!(f, "accounts  {:>6} created {:>6} existing", self.created, self.existing)?;
        write!(f, "rows      {:>6} failed", self.rows_failed)?;
        if self.rights_dropped > 0 {
            write!(f, "\n{} were staff and are not staff here; --with-staff keeps that", self.rights_dropped)?;
        }
        if self.passwords_unknown > 0 {
            write!(f, "\n{} have an unknown password hash and must reset their password", self.passwords_unknown)?;
        }
        Ok(())
    }
}
