//! Stock in imports: what was sold since a file was written stays sold.

use shared::catalogue::write::Stock;
use shared::ids::VariantId;
use shared::orders::store::Outcome;
use shared::storage::Storage as _;
use shared::transfers::{Import, TransferStatus, Work};
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::exports::an_export;
use crate::{HEADER, Shop, with_stock};

const MUG: &str = "mug,Mug,,,Title,Default Title,MUG,10,5\r\n";
const CUP: &str = "cup,Cup,,,Title,Default Title,CUP,10,5\r\n";

/// Opens a shop with ten mugs and ten cups.
async fn a_shop(db: PgPool) -> Shop {
    let shop = Shop::open(db);
    shop.imported(format!("{HEADER}{MUG}{CUP}").as_bytes(), Limits::default()).await;
    shop
}

/// Exports all products.
async fn exported(shop: &Shop) -> String {
    let id = an_export(shop).await;
    work(&shop.worker(Limits::default()), Work::Export(id).into()).await.unwrap();
    let (_, file) = shop.files.file("exports/all.csv").unwrap();
    shop.files.delete("exports/all.csv").await.unwrap();
    String::from_utf8(file).unwrap()
}

/// Changes each quantity of an exported file, and leaves what the file saw.
fn with_quantities(file: &str, change: impl Fn(i32) -> i32) -> String {
    let mut lines = file.lines();
    let header = lines.next().unwrap();
    let at = header.split(',').position(|name| name == "Variant Inventory Qty").unwrap();
    let changed = lines.map(|line| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[at] = change(cells[at].parse().unwrap()).to_string();
        cells.join(",")
    });
    std::iter::once(header.to_owned()).chain(changed).map(|line| line + "\r\n").collect()
}

async fn import(shop: &Shop, stock: Stock, file: &str) -> Import {
    shop.imported_with(file.as_bytes(), with_stock(stock), Limits::default()).await
}

async fn variant(shop: &Shop, sku: &str) -> VariantId {
    sqlx::query_scalar("select id from product_variants where sku = $1")
        .bind(sku)
        .fetch_one(&shop.app.db)
        .await
        .unwrap()
}

/// Checks out a cart with this number of units; returns false if there are too few.
async fn buy(shop: &Shop, variant: VariantId, quantity: i32) -> bool {
    let app = &shop.app;
    let user = app.a_user().await;
    let cart = app.a_cart().of(user.id).with(variant, quantity).create().await;
    let outcome = app.check_out(&app.a_placement(cart, user.id)).await;
    assert!(matches!(outcome, Outcome::Placed(_) | Outcome::SoldOut(_)), "{outcome:?}");
    matches!(outcome, Outcome::Placed(_))
}

/// Returns the stock of each SKU.
async fn on_hand(shop: &Shop) -> Vec<(String, i32)> {
    let sql =
        "select v.sku, s.on_hand from stock_levels s join product_variants v on v.id = s.variant_id order by v.sku";
    sqlx::query_as(sql).fetch_all(&shop.app.db).await.unwrap()
}

fn units(skus: &[(&str, i32)]) -> Vec<(String, i32)> {
    skus.iter().map(|(sku, units)| ((*sku).to_owned(), *units)).collect()
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn what_was_sold_after_the_export_stays_sold(db: PgPool) {
    let shop = a_shop(db).await;
    let file = exported(&shop).await;
    assert!(buy(&shop, variant(&shop, "MUG").await, 4).await);

    // Nobody edited a number, so there is nothing to compare either.
    for (stock, name) in [(Stock::Initial, "Big mug"), (Stock::Compare, "Huge mug")] {
        let import = import(&shop, stock, &file.replace(",Mug,", &format!(",{name},"))).await;

        assert_eq!((import.status, import.products.updated, import.rows_failed), (TransferStatus::Done, 1, 0));
        assert_eq!((import.stock_changed, import.stock_moved, import.stock_moved_skus), (0, 0, vec![]));
        assert_eq!(on_hand(&shop).await, units(&[("CUP", 10), ("MUG", 6)]));
    }
    let changes = "select count(*) from stock_ledger where reason not in ('received', 'sold')";
    assert_eq!(shop.app.count(changes).await, 0);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn comparing_sets_the_stock_that_did_not_move(db: PgPool) {
    let shop = a_shop(db).await;
    let new = "pot,Pot,,,Title,Default Title,POT,7,5\r\n";
    let file = with_quantities(&exported(&shop).await, |seen| seen + 2);
    assert!(buy(&shop, variant(&shop, "MUG").await, 4).await);

    let first = import(&shop, Stock::Compare, &file).await;

    assert_eq!((first.stock_changed, first.stock_moved, &first.stock_moved_skus[..]), (1, 1, &["MUG".to_owned()][..]));
    assert_eq!((first.variants.updated, first.variants.unchanged), (1, 1));
    assert_eq!(on_hand(&shop).await, units(&[("CUP", 12), ("MUG", 6)]));
    assert_eq!(shop.app.count("select count(*) from stock_ledger where reason = 'counted' and change = 2").await, 1);

    // The cups are as the file wants them, so nothing is left to compare.
    let again = import(&shop, Stock::Compare, &file).await;
    assert_eq!((again.stock_changed, again.stock_moved, again.products.unchanged), (0, 1, 2));
    assert!(buy(&shop, variant(&shop, "CUP").await, 1).await);
    let late = import(&shop, Stock::Compare, &file).await;
    assert_eq!((late.stock_changed, late.stock_moved), (0, 2));
    assert_eq!(on_hand(&shop).await, units(&[("CUP", 11), ("MUG", 6)]));

    // A new variant gets its stock. Without a number that was seen, stock that is there stays.
    let header = HEADER.replace("Variant Inventory Qty,", "Variant Inventory Qty,Variant Inventory Qty Seen,");
    let rows = format!("{MUG}{new}").replace(",10,5", ",10,,5").replace(",7,5", ",7,,5");
    let unseen = import(&shop, Stock::Compare, &format!("{header}{rows}")).await;
    assert_eq!((unseen.stock_changed, unseen.stock_moved, unseen.products.created), (0, 1, 1));
    assert_eq!(on_hand(&shop).await, units(&[("CUP", 11), ("MUG", 6), ("POT", 7)]));
    assert!(shop.app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_stock_is_compared_under_its_lock(db: PgPool) {
    let shop = a_shop(db).await;
    let file = with_quantities(&exported(&shop).await, |seen| seen + 2);
    let id = shop.an_import_with(file.as_bytes(), with_stock(Stock::Compare)).await;
    let mut sale = shop.app.owner.begin().await.unwrap();
    sqlx::query("select change_stock(id, -1, 'written_off', now()) from product_variants where sku = 'MUG'")
        .execute(&mut sale)
        .await
        .unwrap();

    let import = shop.import_behind(sale, id).await;

    assert_eq!(
        (import.stock_changed, import.stock_moved, &import.stock_moved_skus[..]),
        (1, 1, &["MUG".to_owned()][..])
    );
    assert_eq!((import.products.updated, import.products.unchanged), (1, 1));
    assert_eq!(on_hand(&shop).await, units(&[("CUP", 12), ("MUG", 9)]));
    assert_eq!(shop.app.count("select count(*) from products where slug = 'mug' and version = 1").await, 1);
    assert!(shop.app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn setting_the_stock_counts_the_variants_whose_stock_it_changed(db: PgPool) {
    let shop = a_shop(db).await;
    let file = exported(&shop).await;
    assert!(buy(&shop, variant(&shop, "MUG").await, 4).await);

    let set = import(&shop, Stock::Set, &file).await;

    assert_eq!((set.stock_changed, set.stock_moved), (1, 0));
    assert_eq!(on_hand(&shop).await, units(&[("CUP", 10), ("MUG", 10)]));
    let again = import(&shop, Stock::Set, &file).await;
    assert_eq!((again.stock_changed, again.products.unchanged), (0, 2));
    assert!(shop.app.stock_adds_up().await);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_file_that_does_not_say_what_it_saw_cannot_be_compared(db: PgPool) {
    let shop = a_shop(db).await;
    let without_seen = format!("{HEADER}{}", MUG.replace(",Mug,", ",Cup,"));
    let without_quantity = without_seen.replace("Variant Inventory Qty", "Variant Inventory Qty Seen");
    for (file, column) in [(without_seen, "Variant Inventory Qty Seen"), (without_quantity, "Variant Inventory Qty")] {
        let import = import(&shop, Stock::Compare, &file).await;

        assert_eq!((import.status, import.products.unchanged), (TransferStatus::Failed, 0));
        let error = import.error.unwrap();
        assert!(error.contains(&format!("because it has no column \"{column}\". Export the products")), "{error}");
    }
    assert_eq!(shop.app.count("select count(*) from products where version > 1").await, 0);

    let header = HEADER.replace("Variant Inventory Qty,", "Variant Inventory Qty,Variant Inventory Qty Seen,");
    for (seen, reason) in [("1000000001", "it must be at most 1000000000"), ("ten", "it must be a whole number")] {
        let file = format!("{header}{}", MUG.replace(",10,5", &format!(",10,{seen},5")));
        let id = shop.an_import_with(file.as_bytes(), with_stock(Stock::Compare)).await;
        work(&shop.worker(Limits::default()), Work::Import(id).into()).await.unwrap();
        assert_eq!(shop.errors(id).await, [(2, format!("\"Variant Inventory Qty Seen\" is \"{seen}\": {reason}"))]);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn stock_at_its_limit_comes_back_from_its_export(db: PgPool) {
    let shop = a_shop(db).await;
    let most = format!("{HEADER}{}", MUG.replace(",10,5", ",1000000000,5"));
    assert_eq!(import(&shop, Stock::Set, &most).await.stock_changed, 1);

    let file = exported(&shop).await;
    assert!(file.contains(",1000000000,1000000000,"), "{file}");
    for stock in [Stock::Initial, Stock::Compare, Stock::Set] {
        let again = import(&shop, stock, &file).await;
        assert_eq!((again.products.unchanged, again.rows_failed, again.stock_moved), (2, 0, 0), "{stock:?}");
        let more = import(&shop, stock, &file.replace(",1000000000,1000000000,", ",1000000001,1000000000,")).await;
        assert_eq!((more.rows_failed, more.products_skipped, more.stock_changed), (1, 1, 0), "{stock:?}");
    }
    assert_eq!(on_hand(&shop).await, units(&[("CUP", 10), ("MUG", 1_000_000_000)]));
}

/// Buyers check out while files of the same products are imported, round after round. Each file was written before the round.
#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn imports_and_checkouts_at_the_same_time_lose_no_unit_and_sell_none_twice(db: PgPool) {
    const PRODUCTS: usize = 6;
    let shop = Shop::open(db);
    let rows: String = (0..PRODUCTS).map(|n| format!("p{n},Round 0,,,Title,Default Title,S{n},40,10\r\n")).collect();
    shop.imported(format!("{HEADER}{rows}").as_bytes(), Limits::default()).await;
    let mut variants = Vec::new();
    for n in 0..PRODUCTS {
        variants.push(variant(&shop, &format!("S{n}")).await);
    }
    let mut counted = 0;
    for round in 0..9 {
        // The title changes, so that every product is locked and written.
        let file = exported(&shop).await.replace(&format!(",Round {round},"), &format!(",Round {},", round + 1));
        let (stock, more) = [(Stock::Initial, 0), (Stock::Compare, 0), (Stock::Compare, 5)][round % 3];
        let id = shop.an_import_with(with_quantities(&file, |seen| seen + more).as_bytes(), with_stock(stock)).await;
        let worker = shop.worker(Limits::default());
        let buyer = async |buyer: usize| {
            for turn in 0..6 {
                buy(&shop, variants[(buyer * 2 + turn * 5 + round) % PRODUCTS], 1).await;
            }
        };

        let (done, ..) = tokio::join!(work(&worker, Work::Import(id).into()), buyer(0), buyer(1), buyer(2));

        done.unwrap();
        let import = shop.import(id).await;
        assert_eq!((import.status, import.products.updated), (TransferStatus::Done, 6), "{import:?}");
        counted += import.stock_changed;
        if more == 0 {
            assert_eq!(import.stock_changed, 0);
        } else {
            assert_eq!(import.stock_changed + import.stock_moved, 6);
        }
        let sold = shop.app.count("select coalesce(sum(quantity), 0)::bigint from order_lines").await;
        let left = shop.app.count("select sum(on_hand)::bigint from stock_levels").await;
        assert_eq!(left + sold, 6 * 40 + counted * 5, "after round {round}");
        assert!(shop.app.stock_adds_up().await);
    }
    assert_eq!(shop.app.count("select count(*) from stock_ledger where reason = 'counted' and change <> 5").await, 0);
    assert_eq!(shop.app.count("select count(*) from stock_ledger where reason = 'counted'").await, counted);
    let gaps = "select count(*)
                  from (select on_hand_after - change as before, lag(on_hand_after, 1, 0) over (partition by variant_id order by id) as last
                          from stock_ledger) line
                 where before <> last";
    assert_eq!(shop.app.count(gaps).await, 0);
}
