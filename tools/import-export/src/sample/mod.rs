//! The sample catalogue of a new shop.
//!
//! `products.txt` has a line for each product; variants, stock and pictures are derived from it.

mod colours;
mod drawing;
mod product;

use shared::app::db::Db;
use shared::catalogue::product_file::{FileKind, NamedSkus};
use shared::catalogue::store::snapshot;
use shared::catalogue::write::{ImportBatch, ImportOptions, Together, save_imports};
use shared::shop;
use shared::time::Timestamp;
use shared::users::Stamp;

use product::Sample;

/// Fills an empty shop in one transaction and returns the number of products. A shop that has products is not changed.
pub async fn load(db: &Db, now: Timestamp) -> anyhow::Result<usize> {
    let mut tx = db.begin().await?;
    let currency = shop::store::currency(&mut tx).await?;
    if snapshot::count(&mut tx).await? > 0 {
        tx.commit().await?;
        return Ok(0);
    }
    let entries = product::all();
    for (nth, sample) in (0..).zip(&entries) {
        // A second apart, so that "newest first" is an order. The first line is the newest.
        let made = now.plus_seconds(-nth);
        let entry = sample.entry(currency);
        let options = ImportOptions::default();
        let skus = NamedSkus::default();
        // The sample has no file; a refusal is written as that of an export.
        let kind = FileKind::ShopifyCsv;
        let batch = ImportBatch { products: &[&entry], kind, skus: &skus, currency, options, together: Together::All };
        for saved in save_imports(&mut tx, batch, Stamp::of_system(made)).await? {
            saved.map_err(|refused| anyhow::Error::msg(refused.reason))?;
        }
    }
    tx.commit().await?;
    Ok(entries.len())
}

/// Returns the picture at `/dev/images/{name}.svg`; `None` if the sample has no picture of that name.
pub fn image(name: &str) -> Option<String> {
    let (slug, colour) = name.split_once("--")?;
    let sample: Sample = product::all().into_iter().find(|sample| sample.slug() == slug)?;
    let colour = sample.colours.iter().find(|known| colours::key(known) == colour)?;
    Some(drawing::draw(sample.kind, sample.name, colour))
}

#[cfg(test)]
mod tests {
    use shared::catalogue::product_import::ProductImport;
    use shared::money::Currency;
    use shared::patch::Patch;

    use super::*;

    #[test]
    fn every_image_of_the_sample_can_be_drawn() {
        let mut count = 0;
        for sample in product::all() {
            for image in sample.entry(Currency::DEFAULT).images.all.unwrap() {
                let name = image.url.strip_prefix("/dev/images/").and_then(|url| url.strip_suffix(".svg")).unwrap();
                let svg = super::image(name).unwrap();
                assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{name}");
                count += 1;
            }
        }
        assert!(count > 100, "{count}");
        assert_eq!(super::image("everyday-tee--beige"), None);
        assert_eq!(super::image("../../etc/passwd"), None);
    }

    #[test]
    fn the_sample_has_the_documented_contents() {
        let entries: Vec<_> = product::all().iter().map(|sample| sample.entry(Currency::DEFAULT)).collect();
        assert_eq!(entries.len(), 62);
        let brands: std::collections::BTreeSet<_> = entries.iter().map(|entry| format!("{:?}", entry.brand)).collect();
        assert_eq!(brands.len(), 8);
        let depth = |entry: &ProductImport| {
            if let Patch::Set(paths) = &entry.categories { paths.iter().map(Vec::len).sum() } else { 0 }
        };
        assert!(entries.iter().any(|entry| depth(entry) == 3) && entries.iter().all(|entry| depth(entry) > 1));
        let sold_out = entries.iter().filter(|entry| entry.variants.iter().all(|variant| variant.on_hand == Some(0)));
        assert_eq!(sold_out.count(), 4);
        let skus: std::collections::BTreeSet<_> =
            entries.iter().flat_map(|entry| &entry.variants).map(|variant| &variant.sku).collect();
        assert_eq!(skus.len(), entries.iter().map(|entry| entry.variants.len()).sum::<usize>());
    }
}
