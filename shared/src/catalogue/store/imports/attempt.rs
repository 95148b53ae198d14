//! What to do when a batch cannot be written: once more where somebody else was in the way, and one by one where the database refuses
//! something of it, so that one product does not cost the others.

use super::{Saved, Stock, save_all};
use crate::app::db::Tx;
use crate::catalogue::product_import::ProductImport;
use crate::time::Timestamp;

/// How often a batch is tried whose rows somebody else is just writing.
const TRIES: u8 = 8;

/// Whether a batch is written together or one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// With few exchanges. What the database refuses costs the whole transaction.
    All,
    /// Each behind a savepoint, so that it costs the one product.
    Each,
}

/// The tries of one batch, each in a transaction of its own.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// How the next try goes about it.
    pub together: Together,
    left: u8,
}

impl Default for Attempt {
    fn default() -> Self {
        Self { together: Together::All, left: TRIES }
    }
}

impl Attempt {
    /// What to do after this error: try again, or give up with it.
    pub fn again_after(&mut self, error: sqlx::Error) -> sqlx::Result<()> {
        if is_tie(&error) && self.left > 0 {
            self.left -= 1;
            return Ok(());
        }
        if is_about_the_data(&error) && self.together == Together::All {
            *self = Self { together: Together::Each, left: TRIES };
            return Ok(());
        }
        Err(error)
    }
}

/// Writes a batch in one of the two ways. Answers for each entry what that changed, or why it was left out.
pub async fn save(
    tx: &mut Tx,
    entries: &[&ProductImport],
    together: Together,
    (stock, now): (Stock, Timestamp),
) -> sqlx::Result<Vec<Result<Saved, String>>> {
    let for_people = |saved: Result<Saved, super::EntryRefused>| saved.map_err(|refused| refused.to_string());
    if together == Together::All {
        return Ok(save_all(tx, entries, stock, now).await?.into_iter().map(for_people).collect());
    }
    let mut all = Vec::new();
    for entry in entries {
        sqlx::query!("savepoint one_entry").execute(&mut *tx).await?;
        match save_one(tx, entry, stock, now).await {
            Ok(saved) => all.extend(saved.into_iter().map(for_people)),
            Err(error) if is_about_the_data(&error) => {
                sqlx::query!("rollback to savepoint one_entry").execute(&mut *tx).await?;
                all.push(Err(format!("the database refuses it: {error}")));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// Constraints that are judged at the end of a transaction are judged here, or nobody would know whose they are.
async fn save_one(
    tx: &mut Tx,
    entry: &ProductImport,
    stock: Stock,
    now: Timestamp,
) -> sqlx::Result<Vec<Result<Saved, super::EntryRefused>>> {
    let saved = save_all(tx, &[entry], stock, now).await?;
    sqlx::query!("set constraints all immediate").execute(&mut *tx).await?;
    sqlx::query!("set constraints all deferred").execute(&mut *tx).await?;
    Ok(saved)
}

/// Lock timeout, deadlock, serialization failure, two who made the same thing at once, or a product that is no longer as it was read.
fn is_tie(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(error, sqlx::Error::RowNotFound)
        || matches!(code.as_deref(), Some("55P03" | "40P01" | "40001" | "23505" | "23P01"))
}

/// Data exceptions, constraints, limits.
fn is_about_the_data(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.starts_with(class)))
}
