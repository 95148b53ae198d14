//! Brands, categories and values are known by their names, and not by what the names look like in a URL.

use sqlx::PgPool;
use transfer_worker::Limits;

use crate::{HEADER, Shop};

async fn names(shop: &Shop, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(&shop.app.db).await.unwrap()
}

/// The brand and the category of each product of a file.
const NAMES: [(&str, &str); 8] = [
    ("N+", "D#"),
    ("N!", "D++"),
    ("山 Co", "Garden & Patio"),
    ("川 Co", "Garden > Patio"),
    ("N", "Garden Patio"),
    ("Kıl", "Размер S"),
    ("Kil", "Розмір S"),
    ("★", "☂"),
];

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn names_that_differ_are_different_brands_and_categories(db: PgPool) {
    let shop = Shop::open(db);
    let mut file = HEADER.to_owned();
    for (at, (brand, category)) in NAMES.into_iter().enumerate() {
        file += &format!("p{at},P,{brand},{category},Title,Default Title,S{at},1,10\r\n");
    }

    for unchanged in [0, 8] {
        let import = shop.imported(file.as_bytes(), Limits::default()).await;
        assert_eq!((import.products.unchanged, import.rows_failed), (unchanged, 0));
    }

    let of_products = "select b.name || '|' || c.name from products p join brands b on b.id = p.brand_id
                         join product_categories x on x.product_id = p.id join categories c on c.id = x.category_id
                        order by p.id";
    assert_eq!(names(&shop, of_products).await, NAMES.map(|(brand, category)| format!("{brand}|{category}")));
    assert_eq!(shop.app.count("select count(distinct slug) from brands").await, 8);
    assert_eq!(shop.app.count("select count(distinct slug) from categories where parent_id is null").await, 8);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_type_is_not_filed_in_a_path_that_is_written_alike(db: PgPool) {
    let shop = Shop::open(db);
    let header = HEADER.replace(",Type,", ",Product Category,");
    let path = format!("{header}pan,Pan,,Home > Kitchen,Title,Default Title,PAN,1,10\r\n");
    shop.imported(path.as_bytes(), Limits::default()).await;
    let typed = format!("{HEADER}pot,Pot,,Home & Kitchen,Title,Default Title,POT,1,10\r\n");
    shop.imported(typed.as_bytes(), Limits::default()).await;

    let all = "select coalesce(p.name || ' > ', '') || c.name from categories c left join categories p on p.id = c.parent_id order by c.id";
    assert_eq!(names(&shop, all).await, ["Home", "Home > Kitchen", "Home & Kitchen"]);
    assert_eq!(names(&shop, "select category_names[1] from products order by id").await, ["Kitchen", "Home & Kitchen"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn spellings_of_a_name_are_one_brand_one_category_and_one_value(db: PgPool) {
    let shop = Shop::open(db);
    let mut file = HEADER.to_owned();
    for (at, name) in ["Café Ole", "CAFÉ OLE", "Cafe\u{301}  Ole", "\u{feff}Café\u{200b} Ole", "café\u{a0}ole"]
        .into_iter()
        .enumerate()
    {
        file += &format!("p{at},P,{name},{name},{name},{name},S{at},1,10\r\n");
    }

    for unchanged in [0, 5] {
        let import = shop.imported(file.as_bytes(), Limits::default()).await;
        assert_eq!((import.products.unchanged, import.rows_failed), (unchanged, 0));
    }

    for table in [
        "select name from brands",
        "select name from categories",
        "select name from attributes",
        "select value from attribute_values",
    ] {
        assert_eq!(names(&shop, table).await, ["Café Ole"], "{table}");
    }
}
