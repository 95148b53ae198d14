//! The address book of a user: `/auth/addresses/`.

use serde_json::{Value, json};
use shared::testing::{Answer, Client};
use sqlx::PgPool;

use crate::service;

fn an_address(name: &str) -> Value {
    json!({"name": name, "line1": "Hafenstr. 1", "city": "Hamburg", "postal_code": "20457", "country": "DE"})
}

async fn add(client: &Client, name: &str) -> i64 {
    client.post("/auth/addresses/", an_address(name)).await.expect(201).body["id"].as_i64().unwrap()
}

fn path(id: i64) -> String {
    format!("/auth/addresses/{id}/")
}

/// Returns whether the address in a response is the default for shipping and for billing.
fn defaults(answer: &Answer) -> (bool, bool) {
    let is = |field: &str| answer.body[field].as_bool().unwrap();
    (is("is_default_shipping"), is("is_default_billing"))
}

async fn defaults_of(client: &Client, id: i64) -> (bool, bool) {
    defaults(&client.get(&path(id)).await.expect(200))
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_first_address_is_the_default_for_shipping_and_billing(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await);

    let sent = json!({"name": " Ana Berg ", "line1": "Hafenstr. 1", "city": "Hamburg", "country": "de", "is_default_billing": false});
    let first = ana.post("/auth/addresses/", sent).await.expect(201);

    let now = "2026-11-22T06:38:51.000000Z";
    let expected = json!({
        "id": first.body["id"], "name": "Ana Berg", "company": "", "line1": "Hafenstr. 1", "line2": "", "city": "Hamburg",
        "postal_code": "", "region": "", "country": "DE", "phone": "", "is_default_shipping": true, "is_default_billing": true,
        "created_at": first.body["created_at"], "updated_at": first.body["created_at"],
    });
    assert_eq!(first.body, expected);
    assert_eq!(first.body["created_at"].as_str().unwrap().len(), now.len());
    let second = ana.post("/auth/addresses/", an_address("Ben")).await.expect(201);
    assert_eq!(defaults(&second), (false, false));
    let id = first.body["id"].as_i64().unwrap();
    assert_eq!(ana.get(&path(id)).await.expect(200).body, expected);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_repeated_address_is_added_once(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await).header("idempotency-key", "k");
    let first = ana.post("/auth/addresses/", an_address("Ana")).await.expect(201);
    let again = ana.post("/auth/addresses/", an_address("Ana")).await.expect(200);
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&first.body, "true"));
    assert_eq!(app.count("select count(*) from user_addresses").await, 1);
    ana.post("/auth/addresses/", an_address("Ben")).await.expect(422);

    // The key is another user's own.
    let ben = app.client_of(&app.a_user().await).header("idempotency-key", "k");
    ben.post("/auth/addresses/", an_address("Ana")).await.expect(201);
}

/// Addresses that are deleted make room for others, so their number does not bound the keys.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_account_keeps_its_newest_500_keys(db: PgPool) {
    let app = service(db);
    let ana = app.a_user().await;
    sqlx::query(
        "insert into idempotency_keys (key, request_digest, user_id, created_at)
         select gen_random_uuid(), gen_random_uuid(), $1, '2000-01-01'::timestamptz + n * interval '1 second' from generate_series(1, 500) n",
    )
    .bind(ana.id)
    .execute(&app.db)
    .await
    .unwrap();
    let client = app.client_of(&ana).header("idempotency-key", "the-newest");
    let first = client.post("/auth/addresses/", an_address("Ana")).await.expect(201);
    assert_eq!(client.post("/auth/addresses/", an_address("Ana")).await.expect(200).body, first.body);
    assert_eq!(app.count("select count(*) from idempotency_keys").await, 500);
    assert_eq!(app.count("select count(*) from idempotency_keys where created_at = '2000-01-01 00:00:01Z'").await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_new_default_replaces_the_old_one(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await);
    let (one, two) = (add(&ana, "One").await, add(&ana, "Two").await);

    ana.patch(&path(two), json!({"is_default_shipping": true})).await.expect(200);
    assert_eq!((defaults_of(&ana, one).await, defaults_of(&ana, two).await), ((false, true), (true, false)));

    let mut third = an_address("Three");
    third["is_default_billing"] = true.into();
    let three = ana.post("/auth/addresses/", third).await.expect(201);
    assert_eq!((defaults_of(&ana, one).await, defaults(&three)), ((false, false), (false, true)));

    // A field that is not sent stays as it is, and a default can be unset.
    assert_eq!(defaults(&ana.put(&path(two), an_address("Zwei")).await.expect(200)), (true, false));
    let given_up = ana.patch(&path(two), json!({"is_default_shipping": false})).await.expect(200);
    assert_eq!(defaults(&given_up), (false, false));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn deleting_a_default_leaves_no_default(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await);
    let (one, two) = (add(&ana, "One").await, add(&ana, "Two").await);

    let gone = ana.delete(&path(one)).await.expect(204);

    assert_eq!(gone.text, "");
    ana.get(&path(one)).await.expect(404);
    ana.delete(&path(one)).await.expect(404);
    assert_eq!(defaults_of(&ana, two).await, (false, false));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn concurrent_new_defaults_leave_one_default(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await);
    let mut ids = Vec::new();
    for name in ["One", "Two", "Three", "Four"] {
        ids.push(add(&ana, name).await);
    }

    let change = json!({"is_default_shipping": true, "is_default_billing": true});
    let change = |id: i64| {
        let (ana, change) = (ana.clone(), change.clone());
        tokio::spawn(async move { ana.patch(&path(id), change).await.status })
    };
    let running: Vec<_> = ids.iter().cycle().take(24).map(|id| change(*id)).collect();
    for one in running {
        assert_eq!(one.await.unwrap(), 200);
    }

    assert_eq!(
        app.count("select count(*) from user_addresses where is_default_shipping and is_default_billing").await,
        1
    );
    assert_eq!(
        app.count("select count(*) from user_addresses where is_default_shipping or is_default_billing").await,
        1
    );
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn one_of_many_concurrent_first_addresses_is_the_default(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await);

    let add = |_| {
        let ana = ana.clone();
        tokio::spawn(async move { ana.post("/auth/addresses/", an_address("Ana")).await.status })
    };
    let running: Vec<_> = (0..60).map(add).collect();
    let mut refused = 0;
    for one in running {
        refused += usize::from(one.await.unwrap() == 400);
    }

    assert_eq!(refused, 10, "an account has at most 50 addresses");
    assert_eq!(app.count("select count(*) from user_addresses").await, 50);
    assert_eq!(
        app.count("select count(*) from user_addresses where is_default_shipping and is_default_billing").await,
        1
    );
    let one_more = ana.post("/auth/addresses/", an_address("Ana")).await.expect(400);
    assert_eq!(one_more.body, json!({"non_field_errors": ["A profile has at most 50 addresses. Delete one first."]}));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_of_another_user_is_not_found_and_does_not_change(db: PgPool) {
    let app = service(db);
    let (ana, ben) = (app.client_of(&app.a_user().await), app.client_of(&app.a_staff_user().await));
    let hers = add(&ana, "Ana").await;
    let his = add(&ben, "Ben").await;
    let before = ana.get(&path(hers)).await.expect(200).body;

    ben.get(&path(hers)).await.expect(404);
    ben.put(&path(hers), an_address("Mine")).await.expect(404);
    ben.patch(&path(hers), json!({"name": "Mine", "is_default_shipping": true})).await.expect(404);
    ben.delete(&path(hers)).await.expect(404);
    for invalid_id in ["x", "0", "-1", "9223372036854775808", "1.0"] {
        ben.get(&format!("/auth/addresses/{invalid_id}/")).await.expect(404);
    }

    assert_eq!(ana.get(&path(hers)).await.expect(200).body, before);
    assert_eq!(defaults_of(&ben, his).await, (true, true), "a refused change does not unset a default");
    let listed = ben.get("/auth/addresses/?count=true").await.expect(200);
    assert_eq!((listed.body["count"].as_i64(), listed.body["results"][0]["id"].as_i64()), (Some(1), Some(his)));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn addresses_are_paged_in_both_directions(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await);
    let mut ids = Vec::new();
    for name in ["One", "Two", "Three", "Four", "Five"] {
        ids.push(add(&ana, name).await);
    }
    let on = |page: &Answer| -> Vec<i64> {
        page.body["results"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    };
    let link = |page: &Answer, name: &str| page.body[name].as_str().unwrap().replace("http://shop.test", "");

    let first = ana.get("/auth/addresses/?page_size=2").await.expect(200);
    let second = ana.get(&link(&first, "next")).await.expect(200);
    let third = ana.get(&link(&second, "next")).await.expect(200);
    let back = ana.get(&link(&third, "previous")).await.expect(200);

    assert_eq!([on(&first), on(&second), on(&third)].concat(), ids);
    assert_eq!(
        (on(&back), third.body["next"].clone(), first.body["previous"].clone()),
        (on(&second), Value::Null, Value::Null)
    );
    ana.get("/auth/addresses/?cursor=x").await.expect(400);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_address_is_refused_with_all_its_errors(db: PgPool) {
    let app = service(db);
    let ana = app.client_of(&app.a_user().await);
    let id = add(&ana, "Ana").await;

    let required = "This field is required.";
    let incomplete = ana.post("/auth/addresses/", json!({"name": " "})).await.expect(400);
    let expected = json!({
        "name": ["This field may not be blank."], "line1": [required], "city": [required], "country": [required],
    });
    assert_eq!(incomplete.body, expected);
    assert_eq!(ana.put(&path(id), json!({"name": " "})).await.expect(400).body, expected);

    let wrong = json!({"country": "XX", "phone": "call me", "line2": "x".repeat(201), "is_default_shipping": "maybe", "city": null});
    let expected = json!({
        "country": ["\"XX\" is not a valid choice."],
        "phone": ["Enter a valid phone number."],
        "line2": ["Ensure this field has no more than 200 characters."],
        "is_default_shipping": ["Must be a valid boolean."],
        "city": ["This field may not be null."],
    });
    assert_eq!(ana.patch(&path(id), wrong).await.expect(400).body, expected);
    let long = ana.patch(&path(id), json!({"country": "DEU"})).await.expect(400);
    assert_eq!(long.body, json!({"country": ["Ensure this field has no more than 2 characters."]}));
    ana.patch(&path(id), json!({"country": "UK"})).await.expect(400);
    assert_eq!(ana.patch(&path(id), json!({"country": "gb"})).await.expect(200).body["country"], "GB");
}
