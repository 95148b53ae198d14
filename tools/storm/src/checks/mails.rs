//! Checks of the mails that SES accepted.

use std::collections::{HashMap, HashSet};

use shared::mail::ERASED;
use sqlx::postgres::PgConnection;

use crate::mailbox::AcceptedMail;
use crate::record::Record;

/// An order with the row of its mail.
#[derive(sqlx::FromRow)]
struct MailOfOrder {
    number: i64,
    email: String,
    status: Option<String>,
    message_id: Option<String>,
    error: Option<String>,
}

async fn mails_of_orders(db: &mut PgConnection) -> sqlx::Result<Vec<MailOfOrder>> {
    sqlx::query_as(
        "select o.number, o.email, m.status, m.message_id, m.error
           from orders o
           left join outbox e on e.kind = 'order_placed' and e.payload ->> 'order_id' = o.id::text
           left join mail_log m on m.event_id = e.id
          order by o.number",
    )
    .fetch_all(db)
    .await
}

pub(super) async fn orders_have_mails(db: &mut PgConnection, record: &Record) -> sqlx::Result<Vec<String>> {
    let accepted: HashSet<(Option<i64>, &str)> =
        record.mails.iter().map(|mail| (mail.order_number, mail.message_id.as_str())).collect();
    let mails = mails_of_orders(db).await?;
    Ok(mails.iter().filter_map(|mail| problem(mail, &accepted)).collect())
}

/// Returns the reason why the mail of an order is neither handed over nor accounted for.
fn problem(mail: &MailOfOrder, accepted: &HashSet<(Option<i64>, &str)>) -> Option<String> {
    let MailOfOrder { number, email, status, message_id, error } = mail;
    match (status.as_deref(), message_id, error) {
        // The event of an erased account is deleted, and its mail is not due.
        _ if email == ERASED => None,
        (Some("sent"), Some(id), _) if accepted.contains(&(Some(*number), id)) => None,
        (Some("sent"), id, _) => {
            Some(format!("the mail of order {number} is marked as sent, and was not accepted ({id:?})"))
        }
        (Some("failed" | "suppressed"), _, Some(_)) => None,
        (status, _, _) => Some(format!("order {number} ({email}) has no mail, and no row says why not ({status:?})")),
    }
}

pub(super) async fn mails_are_not_repeated(db: &mut PgConnection, record: &Record) -> sqlx::Result<Vec<String>> {
    let orders: HashSet<i64> = mails_of_orders(db).await?.into_iter().map(|mail| mail.number).collect();
    let mut by_order: HashMap<i64, Vec<&AcceptedMail>> = HashMap::new();
    for mail in &record.mails {
        if let Some(number) = mail.order_number {
            by_order.entry(number).or_default().push(mail);
        }
    }
    let mut found = Vec::new();
    for (number, mails) in by_order {
        // A mail whose answer was lost may be sent again, as often as that happens.
        let answered = mails.iter().filter(|mail| mail.is_answered).count();
        if answered > 1 {
            let ids: Vec<&str> = mails.iter().map(|mail| mail.message_id.as_str()).collect();
            found.push(format!(
                "the mail of order {number} was sent {} times, {answered} with an answer: {ids:?}",
                mails.len()
            ));
        }
        if !orders.contains(&number) {
            found.push(format!("a mail confirms order {number}, which does not exist"));
        }
    }
    Ok(found)
}

/// Returns the number of the mails about an order that were sent in addition to its first.
pub(crate) fn repeated(mails: &[AcceptedMail]) -> usize {
    let numbers: Vec<i64> = mails.iter().filter_map(|mail| mail.order_number).collect();
    let distinct: HashSet<i64> = numbers.iter().copied().collect();
    numbers.len() - distinct.len()
}
