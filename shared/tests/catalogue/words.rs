//! The words of a product are made when what they are made from changes, and only then.

use shared::testing::TestApp;
use sqlx::PgPool;

use crate::run;

async fn document(db: &PgPool) -> String {
    sqlx::query_scalar("select search_document::text from products").fetch_one(db).await.unwrap()
}

async fn refresh(db: &PgPool) {
    run(db, "select refresh_product_cards(array(select id from products))").await;
}

/// Puts words into the product that nothing makes, so that one sees whether they are made again.
async fn mark(db: &PgPool) {
    run(db, "update products set search_document = 'marked'").await;
}

async fn a_product(db: &PgPool) -> TestApp {
    let app = TestApp::without_routes(db.clone());
    let product = app.a_product().named("Linen Shirt").stock(3).create().await;
    app.variants_of(&product, 2).await;
    run(
        db,
        "insert into brands (name, name_key, slug) values ('Marlow', 'marlow', 'marlow'), ('Other', 'other', 'other');
         insert into categories (name, name_key, slug) values ('Shirts', 'shirts', 'shirts'), ('Summer', 'summer', 'summer');
         insert into product_categories (product_id, category_id) select p.id, c.id from products p, categories c where c.slug = 'shirts';
         update products set tags = '{linen}', description = '<p>Warm and dry</p>', brand_id = (select id from brands where slug = 'marlow')",
    )
    .await;
    refresh(db).await;
    app
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn words_follow_every_text_of_a_product(db: PgPool) {
    a_product(&db).await;
    let mut before = document(&db).await;
    for change in [
        "update products set name = 'Wool Shirt'",
        "update products set sku = 'WS-1'",
        "update products set tags = '{wool}'",
        "update products set tags = '{wool,winter}'",
        "update products set description = '<p>Warm, dry and light</p>'",
        "update products set brand_id = (select id from brands where slug = 'other')",
        "update brands set name = 'Renamed', name_key = 'renamed' where slug = 'other'",
        "update products set brand_id = null",
        "update categories set name = 'Blouses', name_key = 'blouses' where slug = 'shirts'",
        "insert into product_categories (product_id, category_id) select p.id, c.id from products p, categories c where c.slug = 'summer'",
        "delete from product_categories",
        "update product_variants set sku = 'NEW-SKU' where id = (select min(id) from product_variants)",
        "update product_variants set archived_at = now() where id = (select min(id) from product_variants)",
    ] {
        run(&db, change).await;
        refresh(&db).await;
        let after = document(&db).await;
        assert_ne!(after, before, "{change}");
        run(&db, "update products set words_digest = null, search_document = '', title_words = ''").await;
        refresh(&db).await;
        assert_eq!(document(&db).await, after, "{change}");
        before = after;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn words_stay_when_only_other_columns_change(db: PgPool) {
    a_product(&db).await;
    mark(&db).await;
    for change in [
        "update products set base_price = base_price + 100",
        "update product_variants set price_adjustment = 50 where id = (select min(id) from product_variants)",
        "update stock_levels set on_hand = 0",
        "insert into product_images (product_id, url, display_order) select id, '/a.jpg', 0 from products",
        "update products set slug = 'other', publish_at = now()",
        "update categories set slug = 'other' where slug = 'shirts'",
    ] {
        let before: String = sqlx::query_scalar("select card from products").fetch_one(&db).await.unwrap();
        run(&db, change).await;
        refresh(&db).await;
        let after: String = sqlx::query_scalar("select card from products").fetch_one(&db).await.unwrap();
        assert_ne!(after, before, "the product is refreshed: {change}");
        assert_eq!(document(&db).await, "'marked'", "{change}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn words_are_made_again_when_a_function_that_makes_them_changes(db: PgPool) {
    a_product(&db).await;
    let makers: Vec<String> = sqlx::query_scalar(
        "select found[1] from pg_proc cross join regexp_matches(prosrc, '''(\\w+)''', 'g') as found where proname = 'word_makers' order by 1",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    let called: Vec<String> = sqlx::query_scalar(
        "with recursive makers as (
             select oid, proname, prosrc from pg_proc where proname = 'refresh_product_cards'
              union
             select f.oid, f.proname, f.prosrc
               from makers m join pg_proc f on m.prosrc ~ ('\\m' || f.proname || '\\(')
              where f.pronamespace = 'public'::regnamespace and f.proname not in ('offer_of_product', 'word_makers')
                and not exists (select from pg_depend d where d.objid = f.oid and d.deptype = 'e'))
         select proname::text from makers order by 1",
    )
    .fetch_all(&db)
    .await
    .unwrap();
    assert_eq!(makers, called);
    let words = document(&db).await;
    for maker in makers {
        mark(&db).await;
        let definition: String = sqlx::query_scalar("select pg_get_functiondef(oid) from pg_proc where proname = $1")
            .bind(&maker)
            .fetch_one(&db)
            .await
            .unwrap();
        run(&db, &definition.replacen("AS $function$", "AS $function$ ", 1)).await;
        refresh(&db).await;
        assert_eq!(document(&db).await, words, "{maker}");
    }
}
