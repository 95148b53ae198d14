//! Mails and subscriptions under an address without an account belong to an account only after it has proven the address.

use serde_json::{Value, json};
use shared::ids::UserId;
use shared::testing::{Client, TestApp};
use shared::users::links::Purpose;
use sqlx::PgPool;

use crate::mailed_links::a_link;
use crate::{PASSWORD, register, registration, service, tokens};

const STRANGER: &str = "stranger@example.com";
const LEFT: &str = "select (select count(*) from back_in_stock_subscriptions where email = 'stranger@example.com')
                         + (select count(*) from mail_log where recipient = 'stranger@example.com')";

/// Inserts a subscription and a mail of a person without an account.
async fn a_subscription_and_a_mail_of_the_stranger(app: &TestApp) {
    let shoes = app.a_product().create().await;
    sqlx::query(
        "with subscribed as (insert into back_in_stock_subscriptions (variant_id, email, created_at) values ($1, $2, now()))
         insert into mail_log (event_id, kind, recipient, status, claimed_until, created_at, finished_at)
         values (gen_random_uuid(), 'back_in_stock', $2, 'sent', now(), now(), now())",
    )
    .bind(shoes.variant)
    .bind(STRANGER)
    .execute(&app.db)
    .await
    .unwrap();
}

/// Returns the numbers of subscriptions and mails in the export.
async fn exported(client: &Client) -> [usize; 2] {
    let data = client.get("/auth/users/me/export/").await.expect(200).body;
    ["back_in_stock_subscriptions", "mails"].map(|kind| data[kind]["results"].as_array().map_or(0, Vec::len))
}

async fn set_email(client: &Client, email: &str) {
    let body = json!({"new_email": email, "current_password": PASSWORD});
    client.post("/auth/users/set_email/", body).await.expect(204);
}

async fn delete_account(client: &Client) {
    let body: Value = json!({"current_password": PASSWORD});
    client.send_json("DELETE".parse().unwrap(), "/auth/users/me/", body).await.expect(204);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_that_was_only_typed_opens_and_erases_nothing(db: PgPool) {
    let app = service(db);
    a_subscription_and_a_mail_of_the_stranger(&app).await;

    let mallory = register(&app, "mallory").await;
    app.prove_address(mallory).await;
    let mallory = app.anonymous().bearer(&tokens(&app, "mallory").await.access);
    set_email(&mallory, STRANGER).await;
    assert_eq!(exported(&mallory).await, [0, 0]);
    // A former address that was never proven opens nothing either.
    set_email(&mallory, "mallory@example.com").await;
    assert_eq!(exported(&mallory).await, [0, 0]);
    set_email(&mallory, STRANGER).await;
    delete_account(&mallory).await;
    assert_eq!(app.count(LEFT).await, 2);

    app.anonymous().post("/auth/users/", registration("stranger")).await.expect(201);
    let registered = app.anonymous().bearer(&tokens(&app, "stranger").await.access);
    assert_eq!(exported(&registered).await, [0, 0]);
    delete_account(&registered).await;
    assert_eq!(app.count(LEFT).await, 2);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_used_link_proves_the_address_and_opens_what_was_left_under_it(db: PgPool) {
    let app = service(db);
    a_subscription_and_a_mail_of_the_stranger(&app).await;
    let stranger = register(&app, "stranger").await;
    let link = a_link(&app, stranger, Purpose::PasswordReset).await;
    let body = link.with(json!({"new_password": PASSWORD}));
    app.anonymous().post("/auth/users/reset_password_confirm/", body).await.expect(204);

    let client = app.anonymous().bearer(&tokens(&app, "stranger").await.access);
    assert_eq!(exported(&client).await, [1, 1]);
    delete_account(&client).await;
    assert_eq!(app.count(LEFT).await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_address_that_two_accounts_have_proven_belongs_to_the_later_one(db: PgPool) {
    let app = service(db);
    a_subscription_and_a_mail_of_the_stranger(&app).await;
    let mut clients = Vec::new();
    for name in ["ana", "ben"] {
        let user = register(&app, name).await;
        let client = app.anonymous().bearer(&tokens(&app, name).await.access);
        app.clock.advance(1);
        set_email(&client, STRANGER).await;
        app.prove_address(user).await;
        set_email(&client, &format!("{name}@example.com")).await;
        clients.push(client);
    }
    assert_eq!(exported(&clients[0]).await, [0, 0]);
    assert_eq!(exported(&clients[1]).await, [1, 1]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_first_used_link_of_an_account_deletes_what_a_stranger_has_planted(db: PgPool) {
    const PLANTED: &str =
        "select (select count(*) from user_addresses) + (select count(*) from users where name <> '' or phone <> '')";
    let app = service(db);
    let address = json!({"name": "Mallory", "line1": "Elsewhere 1", "city": "Berlin", "country": "DE", "is_default_shipping": true});
    let reset = async |user, password: &str| {
        let link = a_link(&app, user, Purpose::PasswordReset).await;
        let body = link.with(json!({"new_password": password}));
        app.anonymous().post("/auth/users/reset_password_confirm/", body).await.expect(204);
    };
    let stranger = register(&app, "stranger").await;
    let client = app.anonymous().bearer(&tokens(&app, "stranger").await.access);
    client.post("/auth/addresses/", address.clone()).await.expect(201);
    client.put("/auth/profile/", json!({"name": "Mallory", "phone": "+49 1"})).await.expect(200);

    reset(stranger, PASSWORD).await;
    assert_eq!(app.count(PLANTED).await, 0);

    // What the owner has entered since then stays, and so does what an imported account has.
    let client = app.anonymous().bearer(&tokens(&app, "stranger").await.access);
    client.post("/auth/addresses/", address.clone()).await.expect(201);
    reset(stranger, PASSWORD).await;
    let imported = register(&app, "imported").await;
    crate::sql(&app, "update users set is_imported = true where username = 'imported'").await;
    let client = app.anonymous().bearer(&tokens(&app, "imported").await.access);
    client.post("/auth/addresses/", address).await.expect(201);
    reset(imported, PASSWORD).await;
    assert_eq!(app.count(PLANTED).await, 2);
}

const ADDRESSES: &str = "select count(*) from user_addresses";

/// Enters a delivery address.
async fn add_address(client: &Client) {
    let address = json!({"name": "Mallory", "line1": "Drop street 1", "city": "Berlin", "country": "DE", "is_default_shipping": true});
    client.post("/auth/addresses/", address).await.expect(201);
}

/// Uses a link that was mailed to the present address of this account.
async fn use_link(app: &TestApp, user: UserId, purpose: Purpose) {
    let (path, more) = match purpose {
        Purpose::EmailReset => ("reset_email_confirm", json!({"new_email": format!("new-{user}@example.com")})),
        Purpose::ActivateUser | Purpose::PasswordReset => ("reset_password_confirm", json!({"new_password": PASSWORD})),
    };
    let body = a_link(app, user, purpose).await.with(more);
    app.anonymous().post(&format!("/auth/users/{path}/"), body).await.expect(204);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_stranger_who_has_proven_another_address_plants_nothing(db: PgPool) {
    let app = service(db);
    for (name, purpose) in [("mallory", Purpose::PasswordReset), ("trudy", Purpose::EmailReset)] {
        let user = register(&app, name).await;
        use_link(&app, user, Purpose::PasswordReset).await;
        let client = app.anonymous().bearer(&tokens(&app, name).await.access);
        add_address(&client).await;
        set_email(&client, STRANGER).await;
        assert_eq!(app.count(ADDRESSES).await, 1);

        use_link(&app, user, purpose).await;

        assert_eq!(app.count(ADDRESSES).await, 0, "{purpose:?}");
        crate::sql(&app, "update users set email = 'gone-' || id || '@example.com'").await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_imported_account_counts_as_one_with_its_own_address_only(db: PgPool) {
    let app = service(db);
    let user = register(&app, "ana").await;
    crate::sql(&app, "update users set is_imported = true").await;
    let client = app.anonymous().bearer(&tokens(&app, "ana").await.access);
    add_address(&client).await;
    set_email(&client, "Ana@example.com").await;
    use_link(&app, user, Purpose::PasswordReset).await;
    assert_eq!(app.count(ADDRESSES).await, 1, "only the case has changed");

    let pair = crate::log_in(&app, "ana@example.com", PASSWORD).await.expect(200);
    set_email(&app.anonymous().bearer(pair.body["access"].as_str().unwrap()), STRANGER).await;
    use_link(&app, user, Purpose::PasswordReset).await;

    assert_eq!(app.count(ADDRESSES).await, 0);
}

/// A mailbox gets another reader. Who had it before has to prove it again.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_proof_ends_when_another_account_has_proven_the_address(db: PgPool) {
    let app = service(db);
    let proven = "select count(*) from proven_addresses p join users u on u.id = p.user_id and p.email = lower(u.email)
                   where u.username = 'mallory'";
    let mallory = register(&app, "mallory").await;
    let mallory_signed_in = app.anonymous().bearer(&tokens(&app, "mallory").await.access);
    set_email(&mallory_signed_in, STRANGER).await;
    app.prove_address(mallory).await;
    assert_eq!(app.count(proven).await, 1);
    set_email(&mallory_signed_in, "mallory@example.com").await;

    // An own address that nobody has proven since is still proven.
    set_email(&mallory_signed_in, STRANGER).await;
    assert_eq!(app.count(proven).await, 1);
    set_email(&mallory_signed_in, "mallory@example.com").await;

    app.clock.advance(60);
    let ben = register(&app, "ben").await;
    let ben_signed_in = app.anonymous().bearer(&tokens(&app, "ben").await.access);
    set_email(&ben_signed_in, STRANGER).await;
    app.prove_address(ben).await;
    set_email(&ben_signed_in, "ben@example.com").await;

    set_email(&mallory_signed_in, STRANGER).await;
    assert_eq!(app.count(proven).await, 0);
}
