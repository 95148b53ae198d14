//! The pages of stock: `GET /admin/stock/` and `POST /admin/stock/{variant_id}/`.

use serde_json::{Value, json};
use sqlx::PgPool;

use super::{a_staff_browser, an_app, browser_of, stock_path, submit};

const LEDGER: &str =
    "select string_agg(reason || ' ' || change || ' ' || on_hand_after, ', ' order by id) from stock_ledger";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn units_are_received_written_off_and_counted(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().create().await;
    let path = stock_path(shoes.variant);
    for (form, on_hand) in [
        ("units=12&reason=received", 12),
        ("units=2&reason=written_off", 10),
        ("units=7&reason=counted", 7),
        ("units=9&reason=counted", 9),
        ("units=9&reason=counted", 9),
        ("units=0&reason=counted", 0),
    ] {
        let answer = submit(&browser, &path, form).await.expect(303);
        assert_eq!(answer.header("location"), format!("{path}?changed"));
        assert_eq!(app.count("select on_hand::bigint from stock_levels").await, on_hand, "{form}");
    }
    let ledger: String = sqlx::query_scalar(LEDGER).fetch_one(&app.db).await.unwrap();
    assert_eq!(ledger, "received 12 12, written_off -2 10, counted -3 7, counted 2 9, counted -9 0");
    let page = browser.get(&format!("{path}?changed")).await.expect(200).text;
    assert!(page.contains("The stock was changed.") && page.contains("+12") && page.contains("written off"), "{page}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_change_is_in_the_audit_log_with_its_actor_and_a_refused_one_is_not(db: PgPool) {
    let app = an_app(db);
    let ana = app.a_staff_user().await;
    let browser = browser_of(&app, &ana).at("203.0.113.7");
    let shoes = app.a_product().stock(3).create().await;
    submit(&browser, &stock_path(shoes.variant), "units=2&reason=written_off").await.expect(303);
    submit(&browser, &stock_path(shoes.variant), "units=2&reason=written_off").await.expect(409);

    let records: Vec<(String, i64, String, Option<String>, Value)> =
        sqlx::query_as("select kind, actor_user_id, address, request_id, details from audit_log")
            .fetch_all(&app.db)
            .await
            .unwrap();
    let [(kind, actor, address, Some(request), details)] = &records[..] else { panic!("{records:?}") };
    assert_eq!(
        (kind.as_str(), *actor, address.as_str(), request.len()),
        ("stock_changed", ana.id.0, "203.0.113.7", 32)
    );
    let expected = json!({"variant_id": shoes.variant, "reason": "written_off", "units": 2, "on_hand": 1});
    assert_eq!(*details, expected);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn stock_does_not_go_below_zero(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().stock(3).create().await;
    let page = submit(&browser, &stock_path(shoes.variant), "units=4&reason=written_off").await.expect(409);
    assert!(page.text.contains("The stock cannot become negative."), "{}", page.text);
    assert!(page.text.contains("<strong>3</strong>"), "{}", page.text);
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 3);
    assert_eq!(app.count("select count(*) from stock_ledger").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_stock_that_is_too_large_is_refused(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().stock(i32::MAX).create().await;
    submit(&browser, &stock_path(shoes.variant), "units=1&reason=received").await.expect(409);
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, i64::from(i32::MAX));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_delivery_makes_the_product_available(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().create().await;
    submit(&browser, &stock_path(shoes.variant), "units=1&reason=received").await.expect(303);
    assert_eq!(app.count("select count(*) from products where is_available").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn variants_are_listed_by_sku_page_by_page(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let mut skus = Vec::new();
    for _ in 0..5 {
        skus.push(app.a_product().create().await.sku);
    }
    skus.sort();
    let (mut path, mut seen) = (Some("/admin/stock/?page_size=2".to_owned()), Vec::new());
    while let Some(here) = path.take() {
        let page = browser.get(&here).await.expect(200).text;
        let links = page.split("/admin/stock/").filter_map(|rest| rest.split_once("/\">"));
        let texts = links.filter_map(|(_, rest)| Some(rest.split_once("</a>")?.0.to_owned()));
        seen.extend(texts.filter(|text| text.starts_with("SKU-")));
        let next = page.split_once("\" rel=\"next\"").and_then(|(before, _)| before.rsplit_once("href=\""));
        path = next.map(|(_, link)| link.replace("&amp;", "&"));
        assert!(seen.len() <= 5, "{seen:?}");
    }
    assert_eq!(seen, skus);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_variant_is_found_by_its_sku_and_by_its_products_name(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().named("Red shoes").create().await;
    let hat = app.a_product().named("Green hat").create().await;
    for words in ["red", "sho", "shoes+RED", shoes.sku.as_str()] {
        let page = browser.get(&format!("/admin/stock/?q={words}")).await.expect(200).text;
        assert!(page.contains(&format!(">{}</a>", shoes.sku)) && !page.contains(&hat.sku), "{words}: {page}");
    }
    let page = browser.get("/admin/stock/?q=blue").await.expect(200).text;
    assert!(page.contains("No variants found."));
    // An empty form finds all variants.
    let page = browser.get("/admin/stock/?q=").await.expect(200).text;
    assert!(page.contains(&shoes.sku) && page.contains(&hat.sku));
}
