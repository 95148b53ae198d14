//! The jobs, in the order in which they run: first those that customers and staff wait for.

mod count_facets;
mod delete_audit_records;
mod delete_back_in_stock_subscriptions;
mod delete_carts;
mod delete_idempotency_keys;
mod delete_links;
mod delete_mails;
mod delete_registrations;
mod delete_sent_events;
mod delete_transfers;
mod notify_back_in_stock;
mod resend_mails;
mod resume_transfers;

use serde::Serialize;

use crate::Scheduler;

/// Maximum number of rows of one table that a run deletes: few enough for one short statement, and more than any shop writes in a minute.
const MAX_DELETED: i64 = 2000;

/// A job of the scheduler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimedJob {
    /// Writes an event for each subscription to a variant that is in stock again.
    NotifyBackInStock,
    /// Sends mails again that the queue has given up.
    ResendMails,
    /// Sends imports and exports that stopped to the worker again.
    ResumeTransfers,
    /// Counts the facets of large lists.
    CountFacets,
    /// Deletes events that were sent a week ago.
    DeleteSentEvents,
    /// Deletes the links of mails after they have expired.
    DeleteLinks,
    /// Deletes the records of mails after 90 days, with the addresses in them.
    DeleteMails,
    /// Deletes registrations whose links were not opened within a week.
    DeleteRegistrations,
    /// Deletes audit records that are older than 400 days.
    DeleteAuditRecords,
    /// Deletes back-in-stock subscriptions whose subscribers were notified, those that were not confirmed, and those that are too old.
    DeleteBackInStockSubscriptions,
    /// Deletes imports and exports that ended thirty days ago, and imports that were created thirty days ago and never started.
    DeleteTransfers,
    /// Deletes idempotency keys a day after they were used.
    DeleteIdempotencyKeys,
    /// Deletes carts that were left, and those that became orders.
    DeleteCarts,
}

impl TimedJob {
    /// All jobs, in the order in which they run.
    pub const ALL: [Self; 13] = [
        Self::NotifyBackInStock,
        Self::ResendMails,
        Self::ResumeTransfers,
        Self::CountFacets,
        Self::DeleteSentEvents,
        Self::DeleteLinks,
        Self::DeleteMails,
        Self::DeleteRegistrations,
        Self::DeleteAuditRecords,
        Self::DeleteBackInStockSubscriptions,
        Self::DeleteTransfers,
        Self::DeleteIdempotencyKeys,
        Self::DeleteCarts,
    ];

    /// Name in logs and in the function's answer.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotifyBackInStock => "notify_back_in_stock",
            Self::ResendMails => "resend_mails",
            Self::ResumeTransfers => "resume_transfers",
            Self::CountFacets => "count_facets",
            Self::DeleteSentEvents => "delete_sent_events",
            Self::DeleteLinks => "delete_links",
            Self::DeleteMails => "delete_mails",
            Self::DeleteRegistrations => "delete_registrations",
            Self::DeleteAuditRecords => "delete_audit_records",
            Self::DeleteBackInStockSubscriptions => "delete_back_in_stock_subscriptions",
            Self::DeleteTransfers => "delete_transfers",
            Self::DeleteIdempotencyKeys => "delete_idempotency_keys",
            Self::DeleteCarts => "delete_carts",
        }
    }

    /// Runs the job once; returns the number of rows, transfers or lists that it has processed.
    pub(crate) async fn run(self, scheduler: &Scheduler) -> anyhow::Result<u64> {
        match self {
            Self::NotifyBackInStock => notify_back_in_stock::run(scheduler).await,
            Self::ResendMails => resend_mails::run(scheduler).await,
            Self::ResumeTransfers => resume_transfers::run(scheduler).await,
            Self::CountFacets => count_facets::run(scheduler).await,
            Self::DeleteSentEvents => delete_sent_events::run(scheduler).await,
            Self::DeleteLinks => delete_links::run(scheduler).await,
            Self::DeleteMails => delete_mails::run(scheduler).await,
            Self::DeleteRegistrations => delete_registrations::run(scheduler).await,
            Self::DeleteAuditRecords => delete_audit_records::run(scheduler).await,
            Self::DeleteBackInStockSubscriptions => delete_back_in_stock_subscriptions::run(scheduler).await,
            Self::DeleteTransfers => delete_transfers::run(scheduler).await,
            Self::DeleteIdempotencyKeys => delete_idempotency_keys::run(scheduler).await,
            Self::DeleteCarts => delete_carts::run(scheduler).await,
        }
    }
}
