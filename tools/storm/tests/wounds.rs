//! Each check passes after a quiet day and fails after its wound.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use shared::app::{Rng as _, SystemRng};
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, PgPool};
use storm::actors::buyer::Buyer;
use storm::actors::staff::Staff;
use storm::checks::Check;
use storm::consumer::Consumers;
use storm::faults::Weather;
use storm::record::Record;
use storm::seeded::Seeded;
use storm::stage::{Ground, Stage};
use tokio::time::{Instant, sleep};

/// Number of orders and of changes of stock on the quiet day.
const ENOUGH: usize = 6;
/// Maximum duration of the quiet day.
const DAY: Duration = Duration::from_secs(120);

/// A harm to what a check looks at.
enum Wound {
    /// Statements that change the database.
    Database(&'static str),
    /// A change of what was answered, or of the mails that SES accepted.
    Record(fn(&mut Record)),
}

/// Returns the wound that this check must find. Without constraints, where one would prevent it.
fn wound(check: Check) -> Wound {
    match check {
        Check::StockEqualsLedger => Wound::Database(
            "update stock_levels set on_hand = on_hand + 1
              where variant_id = (select min(variant_id) from stock_levels where on_hand > 0)",
        ),
        Check::StockIsNotNegative => Wound::Database(
            "alter table stock_levels drop constraint stock_not_negative;
             alter table stock_levels drop constraint stock_is_available_if_units_are;
             update stock_levels set on_hand = -1, backordered = 0 where variant_id = (select min(variant_id) from stock_levels)",
        ),
        Check::LedgerIsContinuous => {
            Wound::Database("update stock_ledger set on_hand_after = on_hand_after + 1 where id = (select max(id) from stock_ledger)")
        }
        Check::BackordersEqualLines => Wound::Database(
            "alter table stock_levels drop constraint stock_on_hand_goes_to_backorders_first;
             update stock_levels set backordered = backordered + 1 where variant_id = (select min(variant_id) from stock_levels)",
        ),
        Check::SoldEqualsLines => Wound::Database(
            "delete from order_lines where (order_id, position) =
                (select l.order_id, l.position from order_lines l join stock_levels s on s.variant_id = l.variant_id and s.track_inventory
                  where l.backordered < l.quantity limit 1)",
        ),
        Check::TotalsEqualLines => {
            Wound::Database("update orders set total = total + 1 where number = (select min(number) from orders)")
        }
        Check::OneOrderPerCart => Wound::Database(
            "alter table orders drop constraint order_cart_unique;
             insert into orders (id, cart_id, request_digest, email, currency, total, placed_at)
             select gen_random_uuid(), cart_id, request_digest, email, currency, total, placed_at from orders limit 1",
        ),
        Check::OrderedCartsHaveOrders => {
            Wound::Database("update carts set status = 'open' where id = (select cart_id from orders limit 1)")
        }
        Check::OneOrderPerKey => Wound::Database(
            "drop index order_idempotency_key_unique;
             insert into orders (id, cart_id, idempotency_key, request_digest, email, currency, total, placed_at)
             select gen_random_uuid(), gen_random_uuid(), idempotency_key, request_digest, email, currency, total, placed_at
               from orders where idempotency_key is not null limit 1",
        ),
        Check::OrdersHaveOneEvent => Wound::Database(
            "insert into order_events (order_id, kind, at) select order_id, kind, at from order_events limit 1",
        ),
        Check::AcknowledgedOrdersExist => Wound::Database(
            "alter table stock_ledger drop constraint stock_ledger_order_exists;
             delete from orders where number = (select min(number) from orders)",
        ),
        Check::RepeatsAgree => Wound::Record(|record| {
            let checkout = record.checkouts.values_mut().find(|checkout| !checkout.orders.is_empty()).unwrap();
            let (_, mut other) = checkout.orders[0].clone();
            other["grand_total"] = "0.01".into();
            checkout.orders.push((200, other));
        }),
        Check::OutcomesAreKnown => Wound::Record(|record| {
            record.checkouts.values_mut().next().unwrap().is_unknown = true;
        }),
        Check::OutboxIsEmpty => {
            Wound::Database("update outbox set sent_at = null where id = (select id from outbox limit 1)")
        }
        Check::MailsHaveEnded => Wound::Database(
            "update mail_log set status = 'claimed', finished_at = null where event_id = (select event_id from mail_log limit 1)",
        ),
        Check::OrdersHaveMails => Wound::Database(
            "delete from mail_log where event_id =
                (select e.id from outbox e join orders o on o.id::text = e.payload ->> 'order_id' where o.email <> 'erased@invalid' limit 1)",
        ),
        Check::MailsAreNotRepeated => Wound::Record(|record| {
            let mail = record.mails.iter().find(|mail| mail.order_number.is_some()).unwrap().clone();
            record.mails.push(mail);
        }),
        Check::StaffChangesAreMadeOnce => Wound::Database(
            "insert into audit_log (at, kind, actor_user_id, request_id)
             select at, kind, actor_user_id, request_id from audit_log where kind = 'stock_changed' limit 1",
        ),
        Check::ErasedAccountsAreGone => Wound::Database(
            "insert into orders (id, cart_id, request_digest, email, currency, total, placed_at)
             select gen_random_uuid(), gen_random_uuid(), request_digest, 'customer-2@storm.example.com', currency, total, placed_at
               from orders limit 1",
        ),
        Check::ServerErrorsSayWhenToRetry => {
            Wound::Record(|record| record.wrong_answers.push("check out was answered with 500".to_owned()))
        }
        Check::AnswersAreInTime => Wound::Record(|record| record.overdue.push("check out".to_owned())),
    }
}

/// Sells for a day without faults; returns the record of it.
async fn a_quiet_day(db: &PgPool, files: PathBuf) -> Record {
    let options = db.connect_options().as_ref().clone();
    let weather = Arc::new(Weather::default());
    let ground =
        Ground { owner: options.clone(), app: options.clone(), app_directly: options, files, weather, seed: 1 };
    let stage = Stage::open(ground).await.unwrap();
    let client = stage.staff(1_000).await.unwrap();
    stage.create_products(&client).await.unwrap();
    let staff = Staff { client, seeded: Seeded::new(1, "staff", 0), shelf: stage.shelf.clone() };
    let registered = Arc::new(AtomicU64::new(0));
    let customers = stage.create_customers(3).await.unwrap();
    let mut buyers: Vec<Buyer> = customers
        .into_iter()
        .zip(1..)
        .map(|(account, number)| Buyer {
            client: stage.client(number),
            seeded: Seeded::new(1, "buyer", number),
            shelf: stage.shelf.clone(),
            account,
            directly: stage.directly.clone(),
            registered: registered.clone(),
        })
        .collect();
    let mut leaving = buyers.pop().unwrap();
    assert!(leaving.client.log_in(&leaving.account.email.clone()).await);
    leaving.leave_for_good().await;

    let (stop, recorder) = (Arc::default(), stage.recorder.clone());
    let working = tokio::spawn(staff.work(Arc::clone(&stop)));
    let buying: Vec<_> = buyers.into_iter().map(|buyer| tokio::spawn(buyer.buy(Arc::clone(&stop)))).collect();
    within(DAY, async || {
        let record = recorder.snapshot();
        record.orders() >= ENOUGH
            && record.staff_changes.iter().filter(|change| change.is_acknowledged).count() >= ENOUGH
    })
    .await;
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    working.await.unwrap();
    let ends = Instant::now() + DAY;
    for bought in buying {
        let (mut buyer, unknown) = bought.await.unwrap();
        for checkout in unknown {
            buyer.resolve(checkout, ends).await;
        }
    }
    send_mails(&stage, db).await;
    let mut record = stage.recorder.snapshot();
    record.mails = stage.surroundings.mailbox.accepted();
    record
}

async fn send_mails(stage: &Stage, db: &PgPool) {
    let consumers = Consumers::start(1, &stage.surroundings, 1);
    within(DAY, async || {
        outbox_relay::drain(&stage.relay).await.unwrap();
        let left: i64 = sqlx::query_scalar(
            "select (select count(*) from outbox where sent_at is null) + (select count(*) from mail_log where status = 'claimed')",
        )
        .fetch_one(db)
        .await
        .unwrap();
        left == 0 && stage.surroundings.queue.is_empty() && consumers.are_idle()
    })
    .await;
    tokio::task::spawn_blocking(move || consumers.stop()).await.unwrap().unwrap();
}

/// Asks again and again until the answer is yes.
async fn within(limit: Duration, mut is_true: impl AsyncFnMut() -> bool) {
    let ends = Instant::now() + limit;
    while !is_true().await {
        assert!(Instant::now() < ends, "not within {limit:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Wounds a copy of the evidence, and returns what the check finds.
async fn found(check: Check, db: &mut PgConnection, record: &Record) -> Vec<String> {
    let mut record = record.clone();
    let mut tx = db.begin().await.unwrap();
    match wound(check) {
        Wound::Database(statements) => {
            sqlx::raw_sql(statements)
                .execute(&mut *tx)
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", check.name()));
        }
        Wound::Record(change) => change(&mut record),
    }
    let violations = check.violations(&mut tx, &record).await.unwrap();
    tx.rollback().await.unwrap();
    violations
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn each_check_passes_after_a_quiet_day_and_finds_its_wound(db: PgPool) {
    let files = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(SystemRng.random_uuid().simple().to_string());
    let record = a_quiet_day(&db, files).await;
    let mut connection = shared::app::db::Connector::to(db.connect_options().as_ref().clone()).connect().await.unwrap();
    for check in Check::ALL {
        let healthy = check.violations(&mut connection, &record).await.unwrap();
        assert!(healthy.is_empty(), "{} finds {healthy:?}", check.name());
    }
    for check in Check::ALL {
        assert!(!found(*check, &mut connection, &record).await.is_empty(), "{} does not find its wound", check.name());
    }
}
