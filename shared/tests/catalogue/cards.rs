//! A product's card says what the columns beside it say, whoever changed them and how.

use shared::app::db::MIGRATOR;
use sqlx::PgPool;

/// The migration that writes the cards of the products that are there.
const FILLED_BY: i64 = 38;

const PRODUCTS: &str = "
    insert into brands (name, slug) values ('Brand', 'brand');
    insert into products (slug, name, base_price, created_at, updated_at)
    values ('first', 'First', 100, now(), now()), ('second', 'Second', 100, now(), now())";

async fn run(db: &PgPool, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(db).await.unwrap();
}

async fn first_card(db: &PgPool) -> String {
    sqlx::query_scalar("select card from products where slug like 'first%'").fetch_one(db).await.unwrap()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_card_follows_every_change_of_what_it_shows(db: PgPool) {
    run(&db, PRODUCTS).await;
    let mut before = first_card(&db).await;
    for change in [
        "slug = 'first-again'",
        "name = 'Other'",
        "sku = 'F'",
        "brand_id = 1, brand_name = 'Brand', brand_slug = 'brand'",
        "brand_name = 'Brand New'",
        "brand_slug = 'brand-new'",
        "category_ids = '{3}', category_names = '{Shoes}', category_slugs = '{shoes}'",
        "category_ids = '{4}'",
        "category_names = '{Boots}'",
        "category_slugs = '{boots}'",
        "base_price = 200",
        "price_min = 1",
        "price_max = 9",
        "main_image_url = '/a.jpg'",
        "main_image_alt_text = 'A'",
        "main_image_list_url = '/b.jpg'",
        "is_available = true",
    ] {
        run(&db, &format!("update products set {change} where slug like 'first%'")).await;
        let after = first_card(&db).await;
        assert_ne!(after, before, "{change}");
        run(&db, "update products set card = ''").await;
        assert_eq!(first_card(&db).await, after, "{change}");
        before = after;
    }
}

#[sqlx::test(migrations = false)]
async fn products_from_before_have_cards(db: PgPool) {
    for migration in MIGRATOR.iter() {
        if migration.version == FILLED_BY {
            run(&db, &format!("set session_replication_role = replica; {PRODUCTS}; reset session_replication_role"))
                .await;
            assert_eq!(first_card(&db).await, "");
        }
        run(&db, migration.sql.as_str()).await;
    }
    let cards: Vec<String> = sqlx::query_scalar("select card from products order by id").fetch_all(&db).await.unwrap();
    assert!(cards.len() == 2 && cards.iter().all(|card| card.starts_with("{\"id\":")), "{cards:?}");
    // Once more, as after an interruption: it ends, and changes nothing.
    let fill = MIGRATOR.iter().find(|migration| migration.version == FILLED_BY).unwrap();
    run(&db, fill.sql.as_str()).await;
    assert_eq!(first_card(&db).await, cards[0]);
}
