//! The time of a refused log-in reveals nothing about the account.
//!
//! The times are compared by rank (Mann–Whitney), and the samples alternate, so that other load on the machine affects all kinds
//! equally and one slow answer is only one rank. With equal times z is beyond 5 less than once in a million runs; with 40 samples
//! each it cannot be beyond 7.7. The test fails as it should: when `passwords::verify` returned `Ok(false)` at once for a missing
//! hash, z was -7.7.

use std::time::{Duration, Instant};

use serde_json::json;
use shared::testing::TestApp;
use shared::users::AuthOptions;
use sqlx::PgPool;

use crate::mailed_links::register_and_activate;
use crate::{PASSWORD, log_in, register, service, service_with, sql};

const SAMPLES: usize = 40;
const TOO_FAR: f64 = 5.0;

/// Returns how many standard deviations the ranks of `a` differ from those of equally long times.
fn z(a: &[Duration], b: &[Duration]) -> f64 {
    let (n, m) = (a.len() as f64, b.len() as f64);
    let longer = a.iter().map(|a| b.iter().filter(|b| a > *b).count()).sum::<usize>() as f64;
    (longer - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

async fn time_of(app: &TestApp, email: &str, password: &str) -> Duration {
    sql(app, "delete from throttles").await;
    let started = Instant::now();
    log_in(app, email, password).await.expect(401);
    started.elapsed()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_unknown_account_takes_as_long_as_a_wrong_password_or_an_unusable_account(db: PgPool) {
    let app = service(db);
    for name in ["ana", "inactive", "unusable"] {
        register(&app, name).await;
    }
    sql(&app, "update users set is_active = false where username = 'inactive'").await;
    sql(&app, "update users set password_hash = '!' where username = 'unusable'").await;
    let tries = [
        ("nobody@example.com", PASSWORD),
        ("ana@example.com", "a quiet harbor"),
        ("inactive@example.com", PASSWORD),
        ("unusable@example.com", PASSWORD),
    ];
    let mut took: [Vec<Duration>; 4] = Default::default();
    // Each kind is first, second, third and last equally often. The first round opens connections and does not count.
    for round in 0..=SAMPLES {
        for turn in 0..tries.len() {
            let who = (round + turn) % tries.len();
            let (email, password) = tries[who];
            let sample = time_of(&app, email, password).await;
            if round > 0 {
                took[who].push(sample);
            }
        }
    }
    let [unknown, others @ ..] = &took;
    for (other, (email, _)) in others.iter().zip(&tries[1..]) {
        let z = z(unknown, other);
        assert!(z.abs() < TOO_FAR, "{email}: z = {z:.1}");
    }
}

/// For an unknown address the same rows are written as for a known one.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn requesting_a_mail_takes_as_long_for_an_unknown_address_as_for_a_known_one(db: PgPool) {
    let app = service_with(db, AuthOptions { send_activation_email: true, ..AuthOptions::default() });
    register(&app, "ana").await;
    for path in ["/auth/users/reset_password/", "/auth/users/reset_email/", "/auth/users/resend_activation/"] {
        let mut took: [Vec<Duration>; 2] = Default::default();
        for round in 0..=SAMPLES {
            for turn in 0..2 {
                let who = (round + turn) % 2;
                sql(&app, "delete from throttles").await;
                let email = ["ana@example.com", "nobody@example.com"][who];
                let body = json!({ "email": email });
                let started = Instant::now();
                app.anonymous().post(path, body).await.expect(204);
                if round > 0 {
                    took[who].push(started.elapsed());
                }
            }
        }
        let z = z(&took[0], &took[1]);
        assert!(z.abs() < TOO_FAR, "{path}: z = {z:.1}");
    }
}

/// Both cost one hash, one registration and one event.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn registering_takes_as_long_with_a_taken_address_as_with_a_new_one(db: PgPool) {
    let app = service_with(db, AuthOptions { send_activation_email: true, ..AuthOptions::default() });
    register_and_activate(&app, "ana").await;
    let mut took: [Vec<Duration>; 2] = Default::default();
    for round in 0..=SAMPLES {
        for turn in 0..2 {
            let who = (round + turn) % 2;
            sql(&app, "delete from throttles").await;
            sql(&app, "delete from registrations").await;
            let email = ["ana@example.com", "nobody@example.com"][who];
            let body = json!({"email": email, "username": "x", "password": PASSWORD});
            let started = Instant::now();
            app.anonymous().post("/auth/users/", body).await.expect(201);
            if round > 0 {
                took[who].push(started.elapsed());
            }
        }
    }
    let z = z(&took[0], &took[1]);
    assert!(z.abs() < TOO_FAR, "z = {z:.1}");
}

#[test]
fn the_statistic_detects_a_difference_and_ignores_noise() {
    let every_other = |first: u64| (0..40).map(|n| Duration::from_micros(first + 2 * n)).collect::<Vec<_>>();
    assert!(z(&every_other(20_000), &every_other(20_001)).abs() < 0.2);
    assert!(z(&every_other(20_000), &every_other(20_100)) < -TOO_FAR);
}
