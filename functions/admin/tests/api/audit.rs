//! The audit log: `GET /admin/audit/`. The ledger of a variant names who changed the stock, too.

use sqlx::PgPool;

use super::{a_staff_browser, an_app, browser_of, stock_path, submit};

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_log_names_who_did_what(db: PgPool) {
    let app = an_app(db);
    let (ana, ben) = (app.a_staff_user().await, app.a_staff_user().await);
    let email: String =
        sqlx::query_scalar("select email from users where id = $1").bind(ana.id).fetch_one(&app.db).await.unwrap();
    let shoes = app.a_product().stock(3).create().await;
    submit(&browser_of(&app, &ana), &stock_path(shoes.variant), "units=2&reason=written_off").await.expect(303);

    let log = browser_of(&app, &ben).get("/admin/audit/").await.expect(200).text;
    assert!(log.contains("stock_changed") && log.contains(&email) && log.contains("written_off"), "{log}");
    let ledger = browser_of(&app, &ben).get(&stock_path(shoes.variant)).await.expect(200).text;
    assert!(ledger.contains(&email), "{ledger}");

    // What an erased account did stays, under its number.
    sqlx::query("delete from users where id = $1").bind(ana.id).execute(&app.db).await.unwrap();
    for path in ["/admin/audit/".to_owned(), stock_path(shoes.variant)] {
        let page = browser_of(&app, &ben).get(&path).await.expect(200).text;
        assert!(page.contains(&format!("former account {}", ana.id)) && !page.contains(&email), "{path}: {page}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_log_is_searched_by_kind_and_by_actor(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let ana = app.a_staff_user().await;
    let email: String =
        sqlx::query_scalar("select email from users where id = $1").bind(ana.id).fetch_one(&app.db).await.unwrap();
    sqlx::query(
        r#"insert into audit_log (at, kind, actor_user_id, details)
           values (now(), 'brand_created', $1, '{"name": "Ana"}'), (now(), 'brand_deleted', null, '{"name": "Ben"}')"#,
    )
    .bind(ana.id)
    .execute(&app.db)
    .await
    .unwrap();
    for (search, has_ana, has_ben) in [
        (String::new(), true, true),
        ("?q=brand_created".to_owned(), true, false),
        ("?q=brand_deleted".to_owned(), false, true),
        (format!("?q={}", email.to_uppercase().replace('@', "%40")), true, false),
        ("?q=nobody%40example.com".to_owned(), false, false),
        ("?q=nothing".to_owned(), false, false),
    ] {
        let page = browser.get(&format!("/admin/audit/{search}")).await.expect(200).text;
        let (ana, ben) = ("&quot;Ana&quot;", "&quot;Ben&quot;");
        assert_eq!((page.contains(ana), page.contains(ben)), (has_ana, has_ben), "{search}: {page}");
    }
}
