//! Getting an order: `GET /api/v1/orders/{id}/`.

use sqlx::PgPool;

use super::{an_app, check_out};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_order_is_visible_only_to_its_buyer(db: PgPool) {
    let (app, _) = an_app(db);
    let (ana, ben, staff) = (app.a_user().await, app.a_user().await, app.a_staff_user().await);
    let shoes = app.a_product().stock(1).create().await;
    let cart = app.a_cart().of(ana.id).with(shoes.variant, 1).create().await;
    let order = check_out(&app, &ana, cart).await.expect(201).body;
    let path = format!("/api/v1/orders/{}/", order["id"].as_str().unwrap());

    assert_eq!(app.client_of(&ana).get(&path).await.expect(200).body, order);
    assert_eq!(
        app.client_of(&ana).get(path.trim_end_matches('/')).await.expect(200).body,
        order,
        "without its slash too"
    );
    app.client_of(&ben).get(&path).await.expect(404);
    app.client_of(&staff).get(&path).await.expect(404);
    app.anonymous().get(&path).await.expect(401);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_invalid_id_is_not_found(db: PgPool) {
    let (app, _) = an_app(db);
    let ana = app.a_user().await;
    for id in ["1", "nonsense", "%00", "00000000-0000-4000-8000-000000000000", "%F0%9F%91%9F"] {
        assert_eq!(
            app.client_of(&ana).get(&format!("/api/v1/orders/{id}/")).await.expect(404).body["code"],
            "not_found"
        );
    }
}
