//! Limits of a product, which hold for an import as they hold for staff.

use std::fmt::Write as _;

use shared::catalogue::limits::{
    MAX_ALT_TEXT, MAX_DESCRIPTION, MAX_HANDLE, MAX_IMAGES, MAX_LABEL_NAME, MAX_LABELS, MAX_NAME, MAX_TAG, MAX_UNITS,
    MAX_VARIANTS,
};
use sqlx::PgPool;
use transfer_worker::{Limits, work};

use crate::Shop;

const HEADER: &str = "Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,\
    Variant Price,Image Src,Image Alt Text\r\n";

/// A product of the maximum size that exceeds the one limit named by `over`.
struct Product {
    over: &'static str,
}

impl Product {
    fn size(&self, limit: &str, max: usize) -> usize {
        max + usize::from(self.over == limit)
    }

    fn text(&self, limit: &str, max: usize) -> String {
        "x".repeat(self.size(limit, max))
    }

    fn rows(&self) -> String {
        let name = if self.over.is_empty() { "fits" } else { self.over };
        let handle = if self.over == "handle" { "h".repeat(MAX_HANDLE + 1) } else { name.to_owned() };
        let tag = self.text("tag", MAX_TAG);
        let tags: Vec<String> = (1..self.size("tags", MAX_LABELS)).map(|number| format!("t{number}")).collect();
        let units = usize::try_from(MAX_UNITS).unwrap();
        let mut rows = format!(
            "{handle},{},{},{},{},\"{tag},{}\",Size",
            self.text("title", MAX_NAME),
            self.text("description", MAX_DESCRIPTION),
            self.text("brand", MAX_LABEL_NAME),
            self.text("category", MAX_LABEL_NAME),
            tags.join(",")
        );
        let (variants, images) = (self.size("variants", MAX_VARIANTS), self.size("images", MAX_IMAGES));
        for at in 0..variants.max(images) {
            if at > 0 {
                let _ = write!(rows, "{handle},,,,,,");
            }
            if at < variants {
                let _ = write!(rows, ",{at},{name}-{at},{},1", self.size("units", units));
            } else {
                rows.push_str(",,,,");
            }
            if at < images {
                let _ = write!(rows, ",https://cdn.test/{at}.jpg,{}", self.text("alt text", MAX_ALT_TEXT));
            } else {
                rows.push_str(",,");
            }
            rows.push_str("\r\n");
        }
        rows
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_product_over_a_limit_is_reported_with_the_limit(db: PgPool) {
    let shop = Shop::open(db);
    for (over, reason) in [
        ("handle", "\"Handle\" has more than 255 characters"),
        ("title", "\"Title\" has more than 255 characters"),
        ("description", "\"Body (HTML)\" has more than 65536 characters"),
        ("brand", "\"Vendor\" has more than 255 characters"),
        ("category", "\"Type\" has more than 255 characters"),
        ("tag", "a tag has more than 255 characters"),
        ("tags", "the product has more than 100 tags"),
        ("variants", "the product has more than 500 variants"),
        ("units", "\"Variant Inventory Qty\" is \"1000000001\": it must be at most 1000000000"),
        ("images", "the product has more than 250 images"),
        ("alt text", "\"Image Alt Text\" has more than 1000 characters"),
    ] {
        let id = shop.an_import(format!("{HEADER}{}", Product { over }.rows()).as_bytes()).await;
        work(&shop.worker(Limits::default()), shared::transfers::Work::Import(id).into()).await.unwrap();
        assert_eq!(shop.errors(id).await.first(), Some(&(2, reason.to_owned())), "{over}");
        assert_eq!(shop.app.count("select count(*) from products").await, 0, "{over}");
    }

    let largest = format!("{HEADER}{}", Product { over: "" }.rows());
    let import = shop.imported(largest.as_bytes(), Limits::default()).await;
    assert_eq!((import.products.created, import.variants.created, import.rows_failed), (1, 500, 0));
}
