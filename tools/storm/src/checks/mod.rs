//! The checks after a storm. Each compares the database with itself, with what was answered, or with the mails that SES accepted.

mod answers;
pub(crate) mod mails;
mod statements;

use sqlx::postgres::PgConnection;

use crate::record::Record;

/// Maximum number of the violations that are shown of one check.
const SHOWN: usize = 10;

/// A property that holds after a storm. `tests/wounds.rs` wounds each one and sees its check fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Check {
    /// The ledger of each variant adds up to what is on hand.
    StockEqualsLedger,
    /// No stock is or was below zero.
    StockIsNotNegative,
    /// Each line of the ledger continues the line before it.
    LedgerIsContinuous,
    /// The backordered units of each variant are those of the lines of orders.
    BackordersEqualLines,
    /// For each variant, the units sold by the ledger are those of the lines of orders.
    SoldEqualsLines,
    /// Each order has lines, and its total is their sum.
    TotalsEqualLines,
    /// No cart became two orders.
    OneOrderPerCart,
    /// A cart is marked as ordered if and only if there is its order.
    OrderedCartsHaveOrders,
    /// No idempotency key has two orders.
    OneOrderPerKey,
    /// Each order has one record of having been placed.
    OrdersHaveOneEvent,
    /// Each order that was answered is there as it was answered.
    AcknowledgedOrdersExist,
    /// All answers about one cart are the same order, and it was new once at most.
    RepeatsAgree,
    /// Every buyer learned in the end whether there is an order.
    OutcomesAreKnown,
    /// The outbox has nothing that was not sent.
    OutboxIsEmpty,
    /// No mail is still claimed.
    MailsHaveEnded,
    /// The mail of each order was handed over, or a row says why not.
    OrdersHaveMails,
    /// No order has more mails than one and those whose answers were lost.
    MailsAreNotRepeated,
    /// Each change of stock by staff was made once, and is in the audit log.
    StaffChangesAreMadeOnce,
    /// Erased accounts are gone, and the audit log says so.
    ErasedAccountsAreGone,
    /// No request was answered with a server error other than 503 with `Retry-After`.
    ServerErrorsSayWhenToRetry,
    /// No request was without an answer for longer than the limit.
    AnswersAreInTime,
}

impl Check {
    /// Returns all checks.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Returns the name of the check.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the violations: nothing if the property holds, otherwise a line for each of the first ones.
    pub async fn violations(self, db: &mut PgConnection, record: &Record) -> anyhow::Result<Vec<String>> {
        let mut found = match self {
            Self::StockEqualsLedger => rows(db, statements::STOCK_EQUALS_LEDGER).await?,
            Self::StockIsNotNegative => rows(db, statements::STOCK_IS_NOT_NEGATIVE).await?,
            Self::LedgerIsContinuous => rows(db, statements::LEDGER_IS_CONTINUOUS).await?,
            Self::BackordersEqualLines => rows(db, statements::BACKORDERS_EQUAL_LINES).await?,
            Self::SoldEqualsLines => rows(db, statements::SOLD_EQUALS_LINES).await?,
            Self::TotalsEqualLines => rows(db, statements::TOTALS_EQUAL_LINES).await?,
            Self::OneOrderPerCart => rows(db, statements::ONE_ORDER_PER_CART).await?,
            Self::OrderedCartsHaveOrders => rows(db, statements::ORDERED_CARTS_HAVE_ORDERS).await?,
            Self::OneOrderPerKey => rows(db, statements::ONE_ORDER_PER_KEY).await?,
            Self::OrdersHaveOneEvent => rows(db, statements::ORDERS_HAVE_ONE_EVENT).await?,
            Self::AcknowledgedOrdersExist => answers::acknowledged_orders_exist(db, record).await?,
            Self::RepeatsAgree => answers::repeats_agree(record),
            Self::OutcomesAreKnown => answers::outcomes_are_known(record),
            Self::OutboxIsEmpty => rows(db, statements::OUTBOX_IS_EMPTY).await?,
            Self::MailsHaveEnded => rows(db, statements::MAILS_HAVE_ENDED).await?,
            Self::OrdersHaveMails => mails::orders_have_mails(db, record).await?,
            Self::MailsAreNotRepeated => mails::mails_are_not_repeated(db, record).await?,
            Self::StaffChangesAreMadeOnce => answers::staff_changes_are_made_once(db, record).await?,
            Self::ErasedAccountsAreGone => answers::erased_accounts_are_gone(db, record).await?,
            Self::ServerErrorsSayWhenToRetry => record.wrong_answers.clone(),
            Self::AnswersAreInTime => record.overdue.clone(),
        };
        if found.len() > SHOWN {
            let others = found.len() - SHOWN;
            found.truncate(SHOWN);
            found.push(format!("… and {others} more"));
        }
        Ok(found)
    }
}

async fn rows(db: &mut PgConnection, statement: &'static str) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(statement).fetch_all(db).await
}
