//! The record of a storm: what was asked, what was answered, and which mails SES accepted.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::mailbox::AcceptedMail;

/// Everything that the checks compare with the database.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Record {
    /// Number of the answers by operation and outcome: a status, or the reason why there was no answer.
    pub answers: BTreeMap<String, BTreeMap<String, u64>>,
    /// Answers that a client must never get.
    pub wrong_answers: Vec<String>,
    /// Requests without an answer within the time limit.
    pub overdue: Vec<String>,
    /// The checkouts, by cart. Each has one key, or none, for all its tries.
    pub checkouts: BTreeMap<Uuid, Checkout>,
    /// Changes by staff, each with all its tries.
    pub staff_changes: Vec<StaffChange>,
    /// Accounts whose erasure was acknowledged.
    pub erased: Vec<Erased>,
    /// Number of the requests that are still worked on although their clients have left.
    pub unobserved: u64,
    /// Mails that SES accepted.
    pub mails: Vec<AcceptedMail>,
}

/// A cart that a buyer tried to check out, once or several times.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Checkout {
    /// Number of tries.
    pub tries: u64,
    /// True if the last try had no answer that says whether there is an order.
    pub is_unknown: bool,
    /// The orders that were answered: the status, 201 or 200, and the body.
    pub orders: Vec<(u16, Value)>,
}

/// A change of stock by staff, which is repeated with the same key until it is answered.
#[derive(Clone, Debug, Serialize)]
pub struct StaffChange {
    /// Ids of the requests, one for each try.
    pub request_ids: Vec<String>,
    /// True if an answer says that something was changed, now or by an earlier try.
    pub is_acknowledged: bool,
}

/// An account that is gone.
#[derive(Clone, Debug, Serialize)]
pub struct Erased {
    /// Id of the account.
    pub user_id: i64,
    /// Address of the account.
    pub email: String,
}

impl Record {
    /// Returns the number of the orders that were acknowledged.
    pub fn orders(&self) -> usize {
        self.checkouts.values().filter(|checkout| !checkout.orders.is_empty()).count()
    }

    /// Returns the number of the checkouts whose buyers do not know whether they have an order.
    pub fn unknown(&self) -> usize {
        self.checkouts.values().filter(|checkout| checkout.is_unknown).count()
    }

    /// Returns the number of all requests.
    pub fn requests(&self) -> u64 {
        self.answers.values().flat_map(BTreeMap::values).sum()
    }

    /// Counts an answer, or a request without one.
    pub fn count(&mut self, operation: &str, outcome: impl ToString) {
        *self.answers.entry(operation.to_owned()).or_default().entry(outcome.to_string()).or_default() += 1;
    }
}

/// A record that several actors write.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Record>);

impl Recorder {
    /// Locks the record. A panic of another holder leaves it usable, because each writes one fact.
    pub fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the record as it is now.
    pub fn snapshot(&self) -> Record {
        self.lock().clone()
    }
}
