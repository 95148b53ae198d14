//! Images after an edit or a file.

use super::super::images;
use super::*;
use crate::catalogue::product_import::{ImportImage, ImportImages};

#[test]
fn images_are_found_by_id_or_by_address() {
    let image = |image: ImageTarget, url: &str| ImageEdit {
        image,
        url: Some(format!("https://cdn.test/{url}.jpg")),
        ..ImageEdit::default()
    };
    let before = shirt();
    for (images, expected) in [
        // The image with this URL is edited by its id, so the URL does not find it.
        (
            vec![image(ImageTarget::Url, "2"), image(ImageTarget::Id(ImageId(2)), "3")],
            [RowChange::Inserted, RowChange::Updated],
        ),
        (vec![image(ImageTarget::Url, "2"), image(ImageTarget::Url, "1")], [RowChange::Updated, RowChange::Updated]),
    ] {
        let edit = ProductEdit { images: ImagesEdit::All(images), ..ProductEdit::default() };
        let plan = plan(&edit, &before);
        assert_eq!(images::changes(plan.images.as_ref().unwrap()), expected);
    }
}

#[test]
fn an_image_shows_a_variant_that_the_same_edit_creates() {
    let shows = |sku: &str| ImageEdit {
        url: Some("https://cdn.test/3.jpg".to_owned()),
        variant: Patch::Set(ImageVariant::Sku(sku.to_owned())),
        ..ImageEdit::default()
    };
    let before = shirt();
    let edit = |sku: &str| ProductEdit {
        variants: VariantsEdit::Some(vec![in_file("L", 1_000)]),
        images: ImagesEdit::One(shows(sku)),
        ..ProductEdit::default()
    };
    assert_eq!(plan(&edit("shirt-L"), &before).errors, []);
    let variant = ImageVariant::Sku("shirt-XS".to_owned());
    assert_eq!(plan(&edit("shirt-XS"), &before).errors, [EditError::NoSuchImageVariant { at: 0, variant }]);
}

/// Returns the images after a file with these images, in which S shows `of_small`.
fn with_file_images(images: &[&str], of_small: Patch<&str>, before: &ProductSnapshot) -> Vec<(String, Option<i64>)> {
    let url = |name: &str| format!("https://cdn.test/{name}.jpg");
    let listed = images.iter().map(|name| ImportImage { url: url(name), alt_text: None });
    let edit = ProductEdit {
        variants: VariantsEdit::Some(vec![in_file("S", 1_000)]),
        images: ImagesEdit::File(FileImages {
            images: ImportImages { all: Some(listed.collect()), has_those_of_variants: true, is_ordered: true },
            of_variants: vec![of_small.map(url)],
        }),
        ..ProductEdit::default()
    };
    let plan = plan(&edit, before);
    let rows = images::rows(before.id, plan.images.as_ref().unwrap(), &plan.variants);
    rows.map(|row| (row.url, row.variant.map(|variant| variant.0))).collect()
}

#[test]
fn further_images_of_a_variant_stay_with_it_while_the_file_names_one_that_it_has() {
    let mut gallery = shirt();
    gallery.images[1].variant = Some(VariantId(1));
    let of = |all: &[(&str, Option<i64>)]| -> Vec<(String, Option<i64>)> {
        all.iter().map(|(name, variant)| (format!("https://cdn.test/{name}.jpg"), *variant)).collect()
    };
    for (images, of_small, expected) in [
        (&["1", "2"][..], Patch::Set("1"), of(&[("1", Some(1)), ("2", Some(1))])),
        (&["1", "2"], Patch::Keep, of(&[("1", Some(1)), ("2", Some(1))])),
        (&["1", "2"], Patch::Clear, of(&[("1", None), ("2", None)])),
        // The file names the second, so the first is no longer the variant's.
        (&["1", "2"], Patch::Set("2"), of(&[("1", None), ("2", Some(1))])),
        (&["2", "1"], Patch::Set("2"), of(&[("2", Some(1)), ("1", Some(1))])),
        // Another image takes their place.
        (&["1", "2", "3"], Patch::Set("3"), of(&[("1", None), ("2", None), ("3", Some(1))])),
        (&["2"], Patch::Set("2"), of(&[("2", Some(1))])),
    ] {
        assert_eq!(with_file_images(images, of_small, &gallery), expected, "{images:?} {of_small:?}");
    }
}

#[test]
fn an_image_that_shows_several_variants_keeps_its_places() {
    let mut shared = shirt();
    shared.images[1].url = shared.images[0].url.clone();
    let other = ImageSnapshot {
        id: ImageId(3),
        url: "https://cdn.test/3.jpg".to_owned(),
        variant: None,
        ..shared.images[0].clone()
    };
    shared.images.push(other);
    let after = with_file_images(&["1", "3"], Patch::Set("1"), &shared);
    let shown: Vec<_> = after.iter().map(|(_, variant)| *variant).collect();
    assert_eq!(shown, [Some(1), Some(2), None]);
    let moved = with_file_images(&["3", "1"], Patch::Set("1"), &shared);
    assert_eq!(moved.iter().map(|(_, variant)| *variant).collect::<Vec<_>>(), [None, Some(1), Some(2)]);
}
