//! A sample catalogue, so that a shop that was just started has something to sell.
//!
//! It is one line for each product in `products.txt`; variants, stock and pictures follow from that by rule.

mod colours;
mod drawing;
mod product;

use shared::app::db::Db;
use shared::catalogue::store::imports::{Stock, save_all};
use shared::catalogue::store::snapshot;
use shared::time::Timestamp;

use product::Sample;

/// Fills an empty shop, all of it in one transaction, and says how many products that are. A shop that has products already
/// is somebody's own: it is left alone.
pub async fn load(db: &Db, now: Timestamp) -> anyhow::Result<usize> {
    let mut tx = db.begin().await?;
    if snapshot::count(&mut tx).await? > 0 {
        tx.commit().await?;
        return Ok(0);
    }
    let entries = product::all();
    for (nth, sample) in (0..).zip(&entries) {
        // A second apart, or "newest first" would be no order. The first line is the newest.
        let made = now.plus_seconds(-nth);
        for saved in save_all(&mut tx, &[&sample.entry()], Stock::Begins, made).await? {
            saved?;
        }
    }
    tx.commit().await?;
    Ok(entries.len())
}

/// The picture that `/dev/images/{name}.svg` shows; `None` where the sample has none of that name.
pub fn image(name: &str) -> Option<String> {
    let (slug, colour) = name.split_once("--")?;
    let sample: Sample = product::all().into_iter().find(|sample| sample.slug() == slug)?;
    let colour = sample.colours.iter().find(|known| colours::key(known) == colour)?;
    Some(drawing::draw(sample.kind, sample.name, colour))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_of_the_sample_can_be_drawn() {
        let mut count = 0;
        for sample in product::all() {
            for image in sample.entry().images {
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
    fn the_sample_is_what_it_is_said_to_be() {
        let entries: Vec<_> = product::all().iter().map(Sample::entry).collect();
        assert_eq!(entries.len(), 62);
        let brands: std::collections::BTreeSet<_> = entries.iter().map(|entry| entry.brand.as_deref()).collect();
        assert_eq!(brands.len(), 8);
        assert!(
            entries.iter().any(|entry| entry.category.len() == 3)
                && entries.iter().all(|entry| entry.category.len() > 1)
        );
        let sold_out = entries.iter().filter(|entry| entry.variants.iter().all(|variant| variant.on_hand == Some(0)));
        assert_eq!(sold_out.count(), 4);
        let skus: std::collections::BTreeSet<_> =
            entries.iter().flat_map(|entry| &entry.variants).map(|variant| &variant.sku).collect();
        assert_eq!(skus.len(), entries.iter().map(|entry| entry.variants.len()).sum::<usize>());
    }
}
