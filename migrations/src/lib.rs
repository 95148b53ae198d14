//! The schema of the database, and the one way to apply it: for `migrate`, `cargo dev`, `cargo prepare` and the tests.
//!
//! It has three parts. The numbered files hold tables, constraints and indexes; each is applied once and never changed afterwards.
//! `functions/` holds the current text of each SQL function, with the triggers that call it, one file for each; it is applied whenever
//! its text differs from what the database has. `docs/decisions.md` says why. `roles.sql` grants each function's role what the function uses.

mod roles;

use std::borrow::Cow;
use std::sync::LazyLock;

use anyhow::Context as _;
use sqlx::migrate::{Migrate as _, MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, SqlSafeStr as _};

pub use roles::{GRANTS, ROLES, quoted_roles, role_of};

/// Everything as sqlx's migrator, for `#[sqlx::test]`: the numbered files, and all functions and the privileges of the roles as one last migration.
///
/// For databases that live as long as a test. [`Schema::apply`] refuses such a database as newer than itself.
pub static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let schema = Schema::current();
    let functions = AssertSqlSafe(schema.functions_sql(None) + &roles::sql()).into_sql_str();
    let last = Migration::new(i64::MAX, Cow::Borrowed("functions"), MigrationType::Simple, functions, false);
    Migrator::with_migrations(schema.migrator.iter().cloned().chain([last]).collect())
});

/// Removes everything from the database of a test that needs an empty one: `cargo dev test` makes those of tests with all tables.
pub async fn empty(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(
        "drop schema public cascade; create schema public authorization pg_database_owner; grant usage on schema public to public",
    )
    .execute(connection)
    .await
    .map(drop)
}

/// An SQL function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Path below `functions/`. Its last part is the name of the function.
    pub file: Cow<'static, str>,
    /// `create or replace function`, then the triggers that call the function.
    pub sql: Cow<'static, str>,
}

/// Migrations and functions that belong together.
#[derive(Debug)]
pub struct Schema {
    migrator: Migrator,
    functions: Vec<Function>,
    /// True if the roles of the functions get their privileges. A schema made for a test has not the tables of the shop that they are for.
    has_roles: bool,
}

impl Schema {
    /// The schema of this version of the code.
    pub fn current() -> Self {
        let functions: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/functions.rs"));
        let functions = functions.iter().map(|&(file, sql)| Function { file: file.into(), sql: sql.into() }).collect();
        Self { migrator: sqlx::migrate!("../migrations"), functions, has_roles: true }
    }

    /// A schema made of these parts, for tests.
    pub fn new(migrations: Vec<Migration>, functions: Vec<Function>) -> Self {
        Self { migrator: Migrator::with_migrations(migrations), functions, has_roles: false }
    }

    /// The numbered migrations, in order.
    pub fn migrations(&self) -> &[Migration] {
        &self.migrator.migrations
    }

    /// The functions, in the order of their files.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// Brings a database up to date: the migrations that it lacks, the functions whose text differs, and the privileges of the roles, in one
    /// transaction. Safe to repeat, and safe when two run at once: the second waits for the first.
    ///
    /// `released_at` orders releases: the time of the commit, in seconds since 1970. A database that is newer is refused. Without it
    /// only the migrations tell which of the two is newer.
    ///
    /// On an error nothing has changed, with one exception: a migration that begins with `-- no-transaction` commits what came before it.
    pub async fn apply(&self, connection: &mut PgConnection, released_at: Option<i64>) -> anyhow::Result<Applied> {
        // The lock belongs to the session. sqlx takes it again inside, which is counted.
        connection.lock().await?;
        connection.ensure_migrations_table(&self.migrator.table_name).await?;
        let before = versions(connection, &self.migrator).await?;
        let mut migrations = Vec::new();

        let mut tx = connection.begin().await?;
        // Compares what has been applied with what we have.
        self.run_to(&mut tx, before.last().copied().unwrap_or(0)).await?;
        for migration in self.migrations().iter().filter(|migration| !before.contains(&migration.version)) {
            if migration.no_tx {
                tx.commit().await?;
                self.run_to(connection, migration.version).await?;
                tx = connection.begin().await?;
            } else {
                self.run_to(&mut tx, migration.version).await?;
                // A deferred check that is still waiting would keep the next migration from altering its table.
                sqlx::raw_sql("set constraints all immediate; set constraints all deferred").execute(&mut *tx).await?;
            }
            migrations.push(migration.version);
        }
        let functions = AssertSqlSafe(self.functions_sql(released_at));
        sqlx::raw_sql(functions).execute(&mut *tx).await.map_err(explain_function)?;
        if self.has_roles {
            sqlx::raw_sql(AssertSqlSafe(roles::sql()))
                .execute(&mut *tx)
                .await
                .context("migrations/roles.sql could not be applied")?;
        }
        let version = versions(&mut tx, &self.migrator).await?.last().copied().unwrap_or_default();
        tx.commit().await?;
        connection.unlock().await?;
        Ok(Applied { migrations, version })
    }

    async fn run_to(&self, connection: &mut PgConnection, version: i64) -> anyhow::Result<()> {
        self.migrator.run_direct(Some(version), connection, false).await.map_err(explain)
    }

    /// `apply_functions.sql` for these functions.
    fn functions_sql(&self, released_at: Option<i64>) -> String {
        let rows: Vec<String> = self
            .functions
            .iter()
            .map(|function| format!("({}, {})", literal(&function.file), literal(&function.sql)))
            .collect();
        // An empty list of values is no SQL.
        let rows = if rows.is_empty() { "(null, null)".to_owned() } else { rows.join(",\n") };
        let released_at = released_at.map_or_else(|| "null".to_owned(), |seconds| seconds.to_string());
        include_str!("apply_functions.sql").replacen("{released_at}", &released_at, 1).replacen("{functions}", &rows, 1)
    }
}

/// Result of [`Schema::apply`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The migrations that this run applied, in order.
    pub migrations: Vec<i64>,
    /// The newest migration in the database.
    pub version: i64,
}

async fn versions(connection: &mut PgConnection, migrator: &Migrator) -> anyhow::Result<Vec<i64>> {
    let applied = connection.list_applied_migrations(&migrator.table_name).await?;
    Ok(applied.into_iter().map(|migration| migration.version).collect())
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Says what to do, where sqlx says only what is wrong.
fn explain(error: MigrateError) -> anyhow::Error {
    let advice = if let MigrateError::VersionMissing(version) = error {
        format!(
            "the database is newer than this program: it has migration {version}, so deploy the version that brought it"
        )
    } else if let MigrateError::VersionMismatch(version) = error {
        format!("migration {version} was changed after it was applied: restore it, and write a new one instead")
    } else {
        "the migrations could not be applied".to_owned()
    };
    anyhow::Error::new(error).context(advice)
}

/// Leads with the database's message, which names the file.
fn explain_function(error: sqlx::Error) -> anyhow::Error {
    let message = error.as_database_error().map(|database| database.message().to_owned());
    match message {
        Some(message) => anyhow::Error::new(error).context(message),
        None => anyhow::Error::new(error).context("the functions could not be applied"),
    }
}
