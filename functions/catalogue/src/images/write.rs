//! Writes the images of a product as they are said: all of them, or one beside the others.

use shared::catalogue::ProductImage;
use shared::catalogue::limits::MAX_IMAGES;
use shared::catalogue::store::write::{ImageState, write_images};
use shared::http::{ApiError, BaseUrl, FieldErrors};
use shared::ids::{ImageId, VariantId};
use shared::patch::Patch;

use crate::images::body::{CreateImage, UpdateImage};
use crate::products::edit::{ProductChange, Said, no_such};
use crate::variants::write::place;

/// All images of the product, as a list says them: one is known by its id or its address.
pub(crate) async fn write_all(
    change: &mut ProductChange,
    base: &BaseUrl,
    mut said: Vec<CreateImage>,
) -> Result<(), ApiError> {
    let list = Said::InList("images");
    let mut errors = FieldErrors::default();
    let mut left: Vec<&ProductImage> = change.before.images.iter().collect();
    // Those with an id first, so that nobody else takes theirs.
    let mut ids: Vec<Option<ImageId>> = vec![None; said.len()];
    for by_id in [true, false] {
        for (at, (image, known)) in
            said.iter_mut().zip(&mut ids).enumerate().filter(|(_, (image, _))| image.id.is_some() == by_id)
        {
            image.url = from_the_root(&image.url, base);
            let found = left.iter().position(|old| image.id.map_or(old.url == image.url, |id| old.id == id));
            *known = found.map(|found| left.swap_remove(found).id);
            if let (Some(id), None) = (image.id, &known) {
                errors.add(list.field(at, "id"), no_such(id));
            }
        }
    }
    let mut wanted = Vec::new();
    for (at, (image, id)) in said.into_iter().zip(ids).enumerate() {
        let variant_id = match variant_of(change, &image) {
            Ok(variant) => variant,
            Err((field, message)) => {
                errors.add(list.field(at, field), message);
                None
            }
        };
        let alt_text = image.alt_text;
        wanted.push((place(image.display_order, Some(at)), ImageState { id, url: image.url, alt_text, variant_id }));
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    wanted.sort_by_key(|(place, _)| *place);
    let wanted: Vec<ImageState> = wanted.into_iter().map(|(_, state)| state).collect();
    let product = change.id();
    write_images(&mut change.tx, product, &wanted).await?;
    Ok(())
}

/// One image beside the others, which make room; answers its place. Without a place it goes behind them.
pub(crate) async fn write_new(change: &mut ProductChange, base: &BaseUrl, new: CreateImage) -> Result<usize, ApiError> {
    let variant_id = variant_of(change, &new).map_err(|(field, message)| ApiError::field(field, message))?;
    if change.before.images.len() >= MAX_IMAGES {
        return Err(ApiError::field("non_field_errors", format!("A product has at most {MAX_IMAGES} images.")));
    }
    let state = ImageState { id: None, url: from_the_root(&new.url, base), alt_text: new.alt_text, variant_id };
    write_at(change, new.display_order, state, None).await
}

/// One image that is there, otherwise.
pub(crate) async fn write_one(
    change: &mut ProductChange,
    base: &BaseUrl,
    id: ImageId,
    patch: UpdateImage,
) -> Result<usize, ApiError> {
    let (stood, known) = known(change, id)?;
    let variant_id = match patch.product_variant_id {
        Patch::Keep => known.product_variant_id,
        Patch::Clear => None,
        Patch::Set(variant) => Some(variant_with(change, variant)?),
    };
    let state = ImageState {
        id: Some(id),
        url: patch.url.map_or_else(|| known.url.clone(), |url| from_the_root(&url, base)),
        alt_text: patch.alt_text.unwrap_or_else(|| known.alt_text.clone()),
        variant_id,
    };
    write_at(change, patch.display_order, state, Some(stood)).await
}

/// All but this one; those behind it move up.
pub(crate) async fn remove_one(change: &mut ProductChange, id: ImageId) -> Result<(), ApiError> {
    let (stood, _) = known(change, id)?;
    let mut states: Vec<ImageState> = change.before.images.iter().map(ImageState::from).collect();
    states.remove(stood);
    let product = change.id();
    write_images(&mut change.tx, product, &states).await?;
    Ok(())
}

fn known(change: &ProductChange, id: ImageId) -> Result<(usize, &ProductImage), ApiError> {
    change.before.images.iter().enumerate().find(|(_, image)| image.id == id).ok_or(ApiError::NotFound)
}

async fn write_at(
    change: &mut ProductChange,
    said: Option<i32>,
    state: ImageState,
    stood: Option<usize>,
) -> Result<usize, ApiError> {
    let mut states: Vec<ImageState> = change.before.images.iter().map(ImageState::from).collect();
    if let Some(stood) = stood {
        states.remove(stood);
    }
    let place = said.map_or(stood, |said| usize::try_from(said).ok()).unwrap_or(states.len()).min(states.len());
    states.insert(place, state);
    let product = change.id();
    write_images(&mut change.tx, product, &states).await?;
    Ok(place)
}

/// The variant an image says that it shows, or the field that says it and why it cannot be.
pub(crate) fn variant_of(
    change: &ProductChange,
    image: &CreateImage,
) -> Result<Option<VariantId>, (&'static str, String)> {
    let variants = &change.variants;
    match (image.product_variant_id, &image.variant_sku) {
        (Some(_), Some(_)) => Err(("variant_sku", "Say either this or product_variant_id.".to_owned())),
        (Some(id), None) if variants.iter().any(|known| known.id == id) => Ok(Some(id)),
        (Some(id), None) => Err(("product_variant_id", no_such(id))),
        (None, Some(sku)) => match variants.iter().find(|known| known.sku == *sku) {
            Some(known) => Ok(Some(known.id)),
            None => Err(("variant_sku", format!("The product has no variant \"{sku}\"."))),
        },
        (None, None) => Ok(None),
    }
}

fn variant_with(change: &ProductChange, id: VariantId) -> Result<VariantId, ApiError> {
    let is_its_own = change.variants.iter().any(|known| known.id == id);
    if is_its_own { Ok(id) } else { Err(ApiError::field("product_variant_id", no_such(id))) }
}

/// What is shown as absolute and lies here is kept from the root, so that what was read can be sent back.
fn from_the_root(url: &str, base: &BaseUrl) -> String {
    match url.strip_prefix(&base.0) {
        Some(path) if path.starts_with('/') => path.to_owned(),
        Some(_) | None => url.to_owned(),
    }
}
