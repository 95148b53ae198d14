//! The pages of stock: `GET /admin/stock/` and `POST /admin/stock/{variant_id}/`.

use serde_json::{Value, json};
use shared::users::{Permission, Permissions};
use sqlx::PgPool;

use super::{a_staff_browser, an_app, browser_of, stock_path, submit};

const LEDGER: &str =
    "select string_agg(reason || ' ' || change || ' ' || on_hand_after, ', ' order by id) from stock_ledger";

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn units_are_received_adjusted_and_counted(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().create().await;
    let path = stock_path(shoes.variant);
    for (form, on_hand) in [
        ("units=12&reason=received", 12),
        ("units=2&reason=written_off", 10),
        ("units=7&reason=counted&on_hand_seen=10", 7),
        ("units=9&reason=counted&on_hand_seen=7", 9),
        ("units=9&reason=counted&on_hand_seen=9", 9),
        ("units=1&reason=returned&on_hand_seen=9", 10),
        ("units=2&reason=corrected&on_hand_seen=10", 12),
        ("units=-3&reason=corrected&on_hand_seen=12", 9),
        ("units=0&reason=counted&on_hand_seen=9", 0),
    ] {
        let answer = submit(&browser, &path, form).await.expect(303);
        assert_eq!(answer.header("location"), format!("{path}?changed"));
        assert_eq!(app.count("select on_hand::bigint from stock_levels").await, on_hand, "{form}");
    }
    let ledger: String = sqlx::query_scalar(LEDGER).fetch_one(&app.db).await.unwrap();
    assert_eq!(
        ledger,
        "received 12 12, written_off -2 10, counted -3 7, counted 2 9, returned 1 10, corrected 2 12, corrected -3 9, counted -9 0"
    );
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
    let expected = json!({"variant_id": shoes.variant, "reason": "written_off", "units": -2, "on_hand": 1});
    assert_eq!(*details, expected);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn stock_does_not_go_below_zero(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().stock(3).create().await;
    let page = submit(&browser, &stock_path(shoes.variant), "units=4&reason=written_off").await.expect(409);
    assert!(page.text.contains("Only 3 units are in stock. You cannot remove more."), "{}", page.text);
    assert!(page.text.contains("<strong>3</strong>"), "{}", page.text);
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 3);
    assert_eq!(app.count("select count(*) from stock_ledger").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn stock_reaches_its_limit_and_does_not_exceed_it(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().create().await;
    let path = stock_path(shoes.variant);
    for (form, status) in [
        ("units=1000000001&reason=received", 400),
        ("units=1000000001&reason=counted&on_hand_seen=0", 400),
        ("units=1000000000&reason=received", 303),
        ("units=1&reason=received", 409),
        ("units=1&reason=returned", 409),
        ("units=1&reason=corrected", 409),
        ("units=-1000000000&reason=corrected", 303),
        ("units=1000000000&reason=counted&on_hand_seen=0", 303),
        ("units=999999999&reason=counted&on_hand_seen=1000000000", 303),
        ("units=2&reason=received", 409),
        ("units=1&reason=received", 303),
    ] {
        submit(&browser, &path, form).await.expect(status);
    }
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 1_000_000_000);
    assert!(app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_count_does_not_undo_a_sale_and_the_form_is_shown_again(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().stock(10).create().await;
    let path = stock_path(shoes.variant);
    let page = browser.get(&path).await.expect(200).text;
    assert!(page.contains("<input type=\"hidden\" name=\"on_hand_seen\" value=\"10\">"), "{page}");
    // Four are sold while the person counts.
    sqlx::query("select change_stock($1, -4, 'returned', now())").bind(shoes.variant).execute(&app.db).await.unwrap();

    let page = submit(&browser, &path, "units=9&reason=counted&on_hand_seen=10").await.expect(409).text;

    assert!(page.contains("The stock is now 6, not 10. It changed after you saw it. Count again."), "{page}");
    assert!(page.contains("<strong>6</strong>") && page.contains("name=\"on_hand_seen\" value=\"6\""), "{page}");
    assert!(page.contains("required value=\"9\"") && page.contains("value=\"counted\" selected"), "{page}");
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 6);
    submit(&browser, &path, "units=5&reason=counted&on_hand_seen=6").await.expect(303);
    assert_eq!(app.count("select on_hand::bigint from stock_levels").await, 5);
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
        let texts = links.filter_map(|(_, rest)| Some(rest.split_once("<bdi>")?.1.split_once("</bdi>")?.0.to_owned()));
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
        assert!(page.contains(&format!(">{}</bdi></a>", shoes.sku)) && !page.contains(&hat.sku), "{words}: {page}");
    }
    let page = browser.get("/admin/stock/?q=blue").await.expect(200).text;
    assert!(page.contains("No variants found."));
    // An empty form finds all variants.
    let page = browser.get("/admin/stock/?q=").await.expect(200).text;
    assert!(page.contains(&shoes.sku) && page.contains(&hat.sku));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_rules_of_a_variant_are_set(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let shoes = app.a_product().create().await;
    let path = stock_path(shoes.variant);
    let rules =
        "select track_inventory, allow_backorder, backorder_limit, quantity_limit_per_customer from stock_levels";
    for (form, expected, words) in [
        (
            "track_inventory=true&allow_backorder=true&backorder_limit=5",
            (true, true, Some(5), None),
            "up to 5 units backordered",
        ),
        (
            "track_inventory=true&allow_backorder=true&backorder_limit=&quantity_limit_per_customer=2",
            (true, true, None, Some(2)),
            "what is not in stock is backordered",
        ),
        ("backorder_limit=3", (false, false, Some(3), None), "without counting the stock"),
        ("track_inventory=true", (true, false, None, None), "while it is in stock"),
    ] {
        let answer = submit(&browser, &format!("{path}rules/"), &format!("rules=1&{form}")).await.expect(303);
        assert_eq!(answer.header("location"), format!("{path}?rules-set"));
        let set: (bool, bool, Option<i32>, Option<i32>) = sqlx::query_as(rules).fetch_one(&app.db).await.unwrap();
        assert_eq!(set, expected, "{form}");
        let page = browser.get(answer.header("location")).await.expect(200).text;
        assert!(page.contains(words) && page.contains("The rules were saved."), "{form}: {page}");
        let available = i64::from(!expected.0 || expected.1);
        assert_eq!(app.count("select count(*) from products where is_available").await, available, "{form}");
    }
    let (kind, details): (String, Value) =
        sqlx::query_as("select kind, details from audit_log order by id limit 1").fetch_one(&app.db).await.unwrap();
    assert_eq!(kind, "stock_rules_set");
    let set = json!({"variant_id": shoes.variant, "track_inventory": true, "allow_backorder": true, "backorder_limit": 5,
                     "quantity_limit_per_customer": null});
    assert_eq!(details, set);
    // The rules are a part of the product, so each change makes a new version of it.
    assert_eq!(app.count("select version from products").await, 5);
    for form in [
        "backorder_limit=-1",
        "backorder_limit=many",
        "backorder_limit=1000000001",
        "quantity_limit_per_customer=0",
        "track_inventory=perhaps",
    ] {
        let page = submit(&browser, &format!("{path}rules/"), &format!("rules=1&{form}")).await.expect(400).text;
        assert!(page.contains("Enter whole numbers as limits, from 0 to 1000000000"), "{form}: {page}");
    }
    // A body without the form's own field is not a form with no box ticked.
    for form in ["", "track_inventory=false", "track_inventory=true&allow_backorder=true"] {
        submit(&browser, &format!("{path}rules/"), form).await.expect(400);
    }
    assert_eq!(app.count("select version from products").await, 5);
    assert_eq!(app.count("select count(*) from audit_log").await, 4);
    assert!(browser.get(&path).await.expect(200).text.contains("<input type=\"hidden\" name=\"rules\" value=\"1\">"));
    submit(&browser, "/admin/stock/999/rules/", "rules=1&track_inventory=true").await.expect(404);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn only_staff_who_may_change_the_catalogue_set_the_rules(db: PgPool) {
    let app = an_app(db);
    let keeper = app.a_staff_user_with(Permissions::from_iter([Permission::Stock])).await;
    let browser = browser_of(&app, &keeper);
    let shoes = app.a_product().create().await;
    let path = stock_path(shoes.variant);

    submit(&browser, &format!("{path}rules/"), "rules=1&track_inventory=false").await.expect(403);

    assert!(!browser.get(&path).await.expect(200).text.contains("name=\"track_inventory\""));
    assert_eq!(app.count("select count(*) from stock_levels where track_inventory").await, 1);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_is_backordered_is_shown_and_filled_by_what_comes_in(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let table = app.a_product().stock(1).backorders(None).create().await;
    let order = app.an_order_of(&[(&table, 4)]).await.order;
    let path = stock_path(table.variant);
    let order_path = format!("/admin/orders/{}/", order.id);
    assert!(browser.get(&path).await.expect(200).text.contains("<dt>Backordered</dt><dd>3</dd>"));
    assert!(browser.get("/admin/stock/").await.expect(200).text.contains("<td class=\"number\">3</td>"));
    assert!(browser.get(&order_path).await.expect(200).text.contains("3 backordered"));

    submit(&browser, &path, "units=5&reason=received").await.expect(303);

    let ledger: String = sqlx::query_scalar(LEDGER).fetch_one(&app.db).await.unwrap();
    assert_eq!(ledger, "received 1 1, sold -1 0, received 5 5, sold -3 2");
    let details: Value = sqlx::query_scalar("select details from audit_log").fetch_one(&app.db).await.unwrap();
    assert_eq!((&details["units"], &details["on_hand"]), (&json!(5), &json!(2)));
    assert!(!browser.get(&path).await.expect(200).text.contains("Backordered"));
    assert!(!browser.get(&order_path).await.expect(200).text.contains("backordered"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_count_is_refused_while_units_are_backordered(db: PgPool) {
    let app = an_app(db);
    let browser = a_staff_browser(&app).await;
    let table = app.a_product().backorders(None).create().await;
    app.an_order_of(&[(&table, 6)]).await;
    let path = stock_path(table.variant);

    for _ in 0..2 {
        let page = submit(&browser, &path, "units=4&reason=counted&on_hand_seen=0").await.expect(409).text;
        assert!(page.contains("6 units are backordered") && page.contains("Send what came in as received."), "{page}");
    }

    assert_eq!(app.count("select sum(backordered)::bigint from order_lines").await, 6);
    assert!(app.stock_adds_up().await);
}
