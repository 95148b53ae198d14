//! The column `Category Paths` lists all categories of a product, each with its ancestors.

use shared::catalogue::name_key;

use super::*;

/// Every category, with the names above it, in order.
async fn tree(db: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        r#"with recursive down as (
               select id, name::text as path from categories where parent_id is null
               union all
               select c.id, down.path || '/' || c.name from categories c join down on c.parent_id = down.id
           )
           select path from down order by path collate "C""#,
    )
    .fetch_all(db)
    .await
    .unwrap()
}

/// The categories of each product, in the order of handles.
async fn categorised(db: &PgPool) -> Vec<(String, Vec<String>)> {
    sqlx::query_as(
        r#"with recursive down as (
               select id, name::text as path from categories where parent_id is null
               union all
               select c.id, down.path || '/' || c.name from categories c join down on c.parent_id = down.id
           )
           select p.handle, array_remove(array_agg(down.path order by down.path collate "C"), null)
             from products p
             left join product_categories x on x.product_id = p.id
             left join down on down.id = x.category_id
            group by p.handle order by p.handle collate "C""#,
    )
    .fetch_all(db)
    .await
    .unwrap()
}

async fn categories_of_the_product(db: &PgPool) -> Vec<String> {
    categorised(db).await.remove(0).1
}

/// A file of one product with these further cells.
fn file(columns: &str, cells: &str) -> String {
    format!(
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,{columns}\np,P,Title,Default Title,P,1,{cells}\n"
    )
}

/// Puts a product into the category to which these names lead.
async fn put(db: &PgPool, handle: &str, path: &[&str]) {
    let mut above: Option<i64> = None;
    for name in path {
        let known = "select id from categories where name_key = $1 and parent_id is not distinct from $2";
        let known: Option<i64> =
            sqlx::query_scalar(known).bind(name_key(name)).bind(above).fetch_optional(db).await.unwrap();
        above = match known {
            Some(id) => Some(id),
            None => {
                let new = "insert into categories (name, name_key, parent_id, slug)
                           values ($1, $2, $3, 'category-' || (select count(*) from categories)) returning id";
                let new = sqlx::query_scalar(new).bind(name).bind(name_key(name)).bind(above);
                Some(new.fetch_one(db).await.unwrap())
            }
        };
    }
    let place =
        "insert into product_categories (product_id, category_id) select id, $2 from products where handle = $1";
    sqlx::query(place).bind(handle).bind(above).execute(db).await.unwrap();
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn an_export_makes_the_same_tree_in_an_empty_shop(db: PgPool) {
    let service = service_db(&db);
    let handles = ["alone", "both", "deep", "none", "same", "signs", "top"];
    let products: String =
        handles.iter().map(|handle| format!("{handle},P,,,,,true,Title,Default Title,,,,,1,5,,,,,,\n")).collect();
    take_good(&service, &format!("{HEADER}{products}")).await;
    // The second category of a name is created first, so ids do not give the order of the paths.
    let places: [(&str, &[&str]); 17] = [
        ("alone", &["Home", "Kitchen"]),
        ("same", &["Office", "Kitchen"]),
        ("same", &["Home", "Kitchen"]),
        ("same", &["Garden", "Kitchen"]),
        ("both", &["Home"]),
        ("both", &["Home", "Kitchen"]),
        ("deep", &["Home", "Kitchen", "Pots", "Lids"]),
        ("deep", &["Sale"]),
        ("top", &["Kitchen"]),
        ("signs", &["Garden > Patio", "Pots, large"]),
        ("signs", &["=1+1", "'quoted", "-x"]),
        ("signs", &["\"So-called\" art", "a  b"]),
        ("signs", &["back\\slash\\", "\\,\\>"]),
        ("signs", &["Garden", "Patio"]),
        ("signs", &["小米", "été"]),
        ("signs", &[">"]),
        ("signs", &[","]),
    ];
    for (handle, path) in places {
        put(&db, handle, path).await;
    }
    let (before, all_rows, there) = (tree(&db).await, rows(&db).await, categorised(&db).await);
    let exported_first = exported(&service).await;
    assert!(exported_first.contains(",Home > Kitchen,"), "{exported_first}");
    assert!(exported_first.contains("\"Garden > Kitchen, Home > Kitchen, Office > Kitchen\""), "{exported_first}");

    // In the same shop nothing changes.
    assert_eq!(take_good(&service, &exported_first).await.products, unchanged(7));
    assert_eq!(rows(&db).await, all_rows);

    empty(&db).await;
    assert_eq!(take_good(&service, &exported_first).await.products, created(7));

    assert_eq!(tree(&db).await, before);
    assert_eq!(categorised(&db).await, there);
    assert_eq!(there.iter().map(|(_, paths)| paths.len()).collect::<Vec<_>>(), [1, 2, 2, 0, 3, 8, 1]);
    assert_eq!(exported(&service).await, exported_first);
    assert_eq!(take_good(&service, &exported_first).await.products, unchanged(7));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_filled_cell_is_all_categories_and_an_empty_one_none(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &file("Category Paths", "\"Home > Kitchen, Sale\"")).await;
    assert_eq!(categories_of_the_product(&db).await, ["Home/Kitchen", "Sale"]);

    // Missing.
    take_good(&service, "Handle,Tags\np,x\n").await;
    assert_eq!(categories_of_the_product(&db).await, ["Home/Kitchen", "Sale"]);
    // The same in another spelling.
    let same = file("Category Paths", "\"SALE,, home>kitchen, Sale\"");
    let before = rows(&db).await;
    take_good(&service, "Handle,Category Paths\np,\"SALE,, home>kitchen, Sale\"\n").await;
    assert_eq!(take_good(&service, &same).await.products, unchanged(1));
    assert_eq!(rows(&db).await, before);
    // Others.
    let summary = take_good(&service, "Handle,Category Paths\np,\"Garden > Kitchen, Sale\"\n").await;
    assert_eq!((summary.products.updated, summary.variants_removed), (1, 0));
    assert_eq!(categories_of_the_product(&db).await, ["Garden/Kitchen", "Sale"]);
    // A single name is a category at the top, and no other of that name.
    take_good(&service, "Handle,Category Paths\np,Kitchen\n").await;
    assert_eq!(categories_of_the_product(&db).await, ["Kitchen"]);
    // Empty.
    take_good(&service, "Handle,Category Paths\np,\"Garden > Kitchen, Sale\"\n").await;
    assert_eq!(take_good(&service, "Handle,Category Paths\np,\n").await.products.updated, 1);
    assert_eq!(categories_of_the_product(&db).await, [""; 0]);
    assert_eq!(take_good(&service, "Handle,Category Paths\np,\n").await.products, unchanged(1));
    // Categories stay when products leave them.
    assert_eq!(tree(&db).await, ["Garden", "Garden/Kitchen", "Home", "Home/Kitchen", "Kitchen", "Sale"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_other_columns_of_categories_do_not_count_next_to_it(db: PgPool) {
    let service = service_db(&db);
    let columns = "Type,Product Category,Category Paths";
    take_good(&service, &file(columns, "Cups,Home > Cups,Home > Kitchen")).await;
    assert_eq!(tree(&db).await, ["Home", "Home/Kitchen"]);
    take_good(&service, &file(columns, "Cups,Home > Cups,")).await;
    assert_eq!(categories_of_the_product(&db).await, [""; 0]);
    // Without it they mean what they mean in Shopify's files: one category in addition to others.
    take_good(&service, &file(columns, ",,Sale")).await;
    take_good(&service, &file("Type", "Cups")).await;
    take_good(&service, &file("Product Category", "Home > Kitchen")).await;
    assert_eq!(categories_of_the_product(&db).await, ["Cups", "Home/Kitchen", "Sale"]);
    take_good(&service, &file("Type", "")).await;
    assert_eq!(categories_of_the_product(&db).await, ["Cups", "Home/Kitchen", "Sale"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_row_that_may_be_cut_off_says_nothing_of_categories(db: PgPool) {
    let service = service_db(&db);
    take_good(&service, &file("Category Paths", "Sale")).await;
    take_good(&service, "Handle,Variant SKU,Type,Tags,Category Paths\np,P,Cups,x").await;
    assert_eq!(categories_of_the_product(&db).await, ["Sale"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_path_that_cannot_be_read_is_an_error_of_its_row(db: PgPool) {
    let service = service_db(&db);
    let (summary, errors) = take(&service, &file("Category Paths", "Home > > Kitchen")).await;
    assert_eq!((summary.products.created, errors.len(), tree(&db).await.len()), (0, 1, 0));
    assert!(errors[0].0 == 2 && errors[0].1.contains("\"Category Paths\" has a \">\" without a name"), "{errors:?}");

    let deep = vec!["x"; 33].join(" > ");
    let (_, errors) = take(&service, &file("Category Paths", &deep)).await;
    assert_eq!(errors.len(), 1);
    assert!(errors[0].1.contains("nested too deeply"), "{errors:?}");
    assert_eq!(tree(&db).await, [""; 0]);
}
