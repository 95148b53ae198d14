//! The sign-ins of a user: `/auth/sign_ins/`.

use serde_json::{Value, json};

use shared::ids::{EventId, SignInId};
use shared::testing::{Client, START, TestApp};
use shared::users::ClientInfo;
use shared::users::store::log_in::{self, Finished, LogIn};
use shared::users::store::sign_ins::NewRefreshToken;
use sqlx::PgPool;

use crate::{PASSWORD, register, service, sql};

const SIGN_INS: &str = "/auth/sign_ins/";

/// Logs in the user of this name from this address.
async fn signed_in(app: &TestApp, name: &str, address: &str, user_agent: &str) -> Client {
    let client = app.anonymous().at(address).header("user-agent", user_agent);
    let body = json!({"email": format!("{name}@example.com"), "password": PASSWORD});
    let pair = client.post("/auth/jwt/create/", body).await.expect(200).body;
    client.bearer(pair["access"].as_str().unwrap())
}

async fn listed(client: &Client) -> Vec<Value> {
    client.get(SIGN_INS).await.expect(200).body["results"].as_array().unwrap().clone()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn sign_ins_are_listed_newest_first(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    signed_in(&app, "ben", "203.0.113.9", "Ben's").await;
    signed_in(&app, "ana", "203.0.113.7", "Phone").await;
    app.clock.advance(90);
    let laptop = signed_in(&app, "ana", "2001:db8::1", "Laptop").await;

    let answer = laptop.get("/auth/sign_ins/?count=true").await.expect(200).body;

    let ids = [&answer["results"][0]["id"], &answer["results"][1]["id"]];
    let row = |id: &Value, at: i64, address: &str, user_agent: &str, is_current: bool| {
        let (from, until) = (START.plus_seconds(at), START.plus_seconds(at + 1_209_600));
        json!({"id": id, "created_at": from, "last_used_at": from, "expires_at": until,
               "address": address, "user_agent": user_agent, "is_current": is_current})
    };
    let expected = json!({
        "count": 2, "next": null, "previous": null,
        "results": [row(ids[0], 90, "2001:db8::1", "Laptop", true), row(ids[1], 0, "203.0.113.7", "Phone", false)],
    });
    assert_eq!(answer, expected);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn sign_ins_are_paged_in_both_directions(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let mut ana = signed_in(&app, "ana", "203.0.113.1", "0").await;
    for number in ["1", "2", "3", "4"] {
        // Two sign-ins begin at the same time.
        app.clock.advance(if number == "3" { 0 } else { 1 });
        ana = signed_in(&app, "ana", "203.0.113.1", number).await;
    }
    let page = async |path: &str| {
        let body = ana.get(path).await.expect(200).body;
        let ids: Vec<String> =
            body["results"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        let link = |name: &str| body[name].as_str().map(|url| url.trim_start_matches("https://shop.test").to_owned());
        (ids, link("next"), link("previous"))
    };
    let (whole, ..) = page(SIGN_INS).await;
    let (first, next, previous) = page("/auth/sign_ins/?page_size=2").await;
    assert_eq!(previous, None);
    let (second, next, _) = page(&next.unwrap()).await;
    let (third, end, previous) = page(&next.unwrap()).await;
    assert_eq!([first, second.clone(), third].concat(), whole);
    assert_eq!(end, None);
    assert_eq!(page(&previous.unwrap()).await.0, second);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn ended_and_expired_sign_ins_are_not_listed(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    signed_in(&app, "ana", "203.0.113.1", "runs out").await;
    app.clock.advance(7 * 86_400);
    signed_in(&app, "ana", "203.0.113.1", "was ended").await;
    sql(&app, "update sign_ins set ended_at = now(), end_reason = 'logged_out' where user_agent = 'was ended'").await;
    app.clock.advance(7 * 86_400);
    let ana = signed_in(&app, "ana", "203.0.113.1", "goes on").await;
    let agents: Vec<_> = listed(&ana).await.iter().map(|row| row["user_agent"].clone()).collect();
    assert_eq!(agents, ["goes on"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn last_used_at_changes_at_most_once_a_minute(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let body = json!({"email": "ana@example.com", "password": PASSWORD});
    let pair = app.anonymous().post("/auth/jwt/create/", body).await.expect(200).body;
    let ana = app.anonymous().bearer(pair["access"].as_str().unwrap());
    for (advance, last_used) in [(59, 0), (1, 60), (30, 60), (30, 120)] {
        app.clock.advance(advance);
        app.anonymous().post("/auth/jwt/refresh/", json!({"refresh": pair["refresh"]})).await.expect(200);
        assert_eq!(listed(&ana).await[0]["last_used_at"], json!(START.plus_seconds(last_used)));
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_the_owner_can_end_a_sign_in_from_another(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    let phone = signed_in(&app, "ana", "203.0.113.7", "Phone").await;
    let id = listed(&phone).await[0]["id"].as_str().unwrap().to_owned();
    let laptop = signed_in(&app, "ana", "203.0.113.8", "Laptop").await;
    let ben = signed_in(&app, "ben", "203.0.113.9", "Ben's").await;
    let path = format!("{SIGN_INS}{id}/");

    let not_found = json!({"detail": "Not found.", "code": "not_found"});
    for (client, path) in [
        (&ben, path.as_str()),
        (&laptop, "/auth/sign_ins/00000000-0000-0000-0000-000000000000/"),
        (&laptop, "/auth/sign_ins/7/"),
    ] {
        assert_eq!(client.delete(path).await.expect(404).body, not_found);
    }
    phone.get(SIGN_INS).await.expect(200);

    laptop.delete(&path).await.expect(204);

    phone.get(SIGN_INS).await.expect(401);
    assert_eq!(listed(&laptop).await.len(), 1);
    laptop.delete(&path).await.expect(404);
    let logged = "select count(*) from audit_log a join users u on u.id = a.user_id and u.id = a.actor_user_id
                  where kind = 'sign_in_ended' and username = 'ana' and address = '203.0.113.8'";
    assert_eq!(app.count(logged).await, 1);
    assert_eq!(app.count("select count(*) from sign_ins where end_reason = 'ended_by_owner'").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn all_sign_ins_of_the_user_can_be_ended_with_or_without_the_current_one(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    let phone = signed_in(&app, "ana", "203.0.113.7", "Phone").await;
    let laptop = signed_in(&app, "ana", "203.0.113.8", "Laptop").await;
    let ben = signed_in(&app, "ben", "203.0.113.9", "Ben's").await;

    let wrong = laptop.delete("/auth/sign_ins/?but_current=perhaps").await.expect(400);
    assert_eq!(wrong.body, json!({"but_current": ["Must be a valid boolean."]}));
    laptop.delete("/auth/sign_ins/?but_current=true").await.expect(204);
    phone.get(SIGN_INS).await.expect(401);
    assert_eq!(listed(&laptop).await.len(), 1);

    laptop.delete(SIGN_INS).await.expect(204);
    laptop.get(SIGN_INS).await.expect(401);
    assert_eq!(listed(&ben).await.len(), 1);
    assert_eq!(app.count("select count(*) from audit_log where kind = 'all_sign_ins_ended'").await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn ending_nothing_leaves_no_line_in_the_audit_log(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    let phone = signed_in(&app, "ana", "203.0.113.7", "Phone").await;
    for _ in 0..3 {
        phone.delete("/auth/sign_ins/?but_current=true").await.expect(204);
    }
    assert_eq!(app.count("select count(*) from audit_log where kind = 'all_sign_ins_ended'").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_oldest_of_101_open_sign_ins_ends(db: PgPool) {
    let app = service(db);
    register(&app, "ana").await;
    register(&app, "ben").await;
    let bens = signed_in(&app, "ben", "203.0.113.9", "Ben's").await;
    let oldest = signed_in(&app, "ana", "203.0.113.7", "Oldest").await;
    app.clock.advance(1);
    let second = signed_in(&app, "ana", "203.0.113.7", "Second").await;
    // Those that have ended or expired leave room.
    for (kind, count) in [("ended", 50), ("expired", 50), ("open", 98)] {
        let (ended_at, reason) = if kind == "ended" { ("now()", "'logged_out'") } else { ("null", "null") };
        let expires_at = if kind == "expired" { "created_at" } else { "created_at + interval '1 day'" };
        let sql = format!(
            "insert into sign_ins (id, user_id, created_at, last_used_at, expires_at, ended_at, end_reason)
             select gen_random_uuid(), user_id, created_at, created_at, {expires_at}, {ended_at}, {reason}
               from sign_ins, generate_series(1, {count}) where user_agent = 'Second'"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&app.db).await.unwrap();
    }
    oldest.get(SIGN_INS).await.expect(200);
    app.clock.advance(1);

    let newest = signed_in(&app, "ana", "203.0.113.7", "Newest").await;

    oldest.get(SIGN_INS).await.expect(401);
    for client in [&second, &newest, &bens] {
        client.get(SIGN_INS).await.expect(200);
    }
    assert_eq!(newest.get("/auth/sign_ins/?count=true").await.expect(200).body["count"], 100);
    assert_eq!(app.count("select count(*) from sign_ins where end_reason = 'too_many_open'").await, 1);
}

/// A password change ends every sign-in, so a log-in that checked the old password must not begin one afterwards.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_sign_in_does_not_begin_with_a_password_that_has_changed(db: PgPool) {
    let app = service(db);
    let user = register(&app, "ana").await;
    let checked: String = sqlx::query_scalar("select password_hash from users").fetch_one(&app.db).await.unwrap();
    sql(&app, "update users set password_hash = 'another'").await;

    let counted = log_in::begin(&app.owner, "ana@example.com", &ClientInfo::default(), START).await.unwrap().unwrap();
    let signed_in = Finished::SignedIn { is_reported: false };
    for (password_hash, expected, attempts) in [(checked.as_str(), Finished::Refused, 2), ("another", signed_in, 0)] {
        let token = NewRefreshToken {
            id: app.random_uuid(),
            sign_in: SignInId(app.random_uuid()),
            user,
            sha256: [0; 32],
            issued_at: START,
            expires_at: START.plus_seconds(60),
        };
        let log_in = LogIn {
            token,
            password_hash: password_hash.to_owned(),
            has_second_factor: false,
            address: counted.address.clone(),
            client: counted.client.clone(),
            event: EventId(app.random_uuid()),
        };
        // A call is repeated if its connection breaks, and then changes nothing.
        for _ in 0..2 {
            let finished = log_in::finish(&app.owner, &log_in, &ClientInfo::default()).await.unwrap();
            assert_eq!(finished, expected, "{password_hash}");
            let hits =
                "select coalesce(sum(hits), 0)::bigint from throttles where scope in ('log_in_as', 'log_in_from')";
            assert_eq!(app.count(hits).await, attempts, "{password_hash}");
        }
    }
    assert_eq!(app.count("select count(*) from audit_log where kind = 'logged_in'").await, 1);
    assert_eq!(app.count("select count(*) from sign_ins").await, 1);
}

/// A connection breaks while its call commits, and the repeated call overtakes it.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
#[expect(clippy::disallowed_methods, reason = "the test holds a lock on a connection apart")]
async fn a_log_in_that_is_repeated_while_it_commits_succeeds(db: PgPool) {
    let app = service(db);
    let user = register(&app, "ana").await;
    let password_hash = sqlx::query_scalar("select password_hash from users").fetch_one(&app.db).await.unwrap();
    let counted = log_in::begin(&app.owner, "ana@example.com", &ClientInfo::default(), START).await.unwrap().unwrap();
    let (id, sign_in) = (app.random_uuid(), SignInId(app.random_uuid()));
    let token =
        NewRefreshToken { id, sign_in, user, sha256: [0; 32], issued_at: START, expires_at: START.plus_seconds(60) };
    let event = EventId(app.random_uuid());
    let log_in = LogIn {
        token,
        password_hash,
        has_second_factor: false,
        address: counted.address,
        client: counted.client,
        event,
    };
    let mut first = app.db.begin().await.unwrap();
    sqlx::query(
        "insert into sign_ins (id, user_id, created_at, last_used_at, expires_at) values ($1, $2, now(), now(), now())",
    )
    .bind(sign_in)
    .bind(user)
    .execute(&mut *first)
    .await
    .unwrap();
    let commit = async {
        app.wait_until_blocked().await;
        first.commit().await.unwrap();
    };

    let client_info = ClientInfo::default();
    let (finished, ()) = tokio::join!(log_in::finish(&app.owner, &log_in, &client_info), commit);

    assert_eq!(finished.unwrap(), Finished::SignedIn { is_reported: false });
    assert_eq!(app.count("select count(*) from sign_ins").await, 1);
}
