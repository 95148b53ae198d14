//! The images of a product after an edit.

use std::collections::HashSet;

use super::edit::{ImageEdit, ImageTarget, ImageVariant, ImagesEdit, place};
use super::error::EditError;
use super::file_images;
use super::saved::{RowChange, in_list_order};
use super::variants::VariantPlan;
use crate::catalogue::limits::MAX_IMAGES;
use crate::catalogue::store::snapshot::{ImageSnapshot, ProductSnapshot};
use crate::catalogue::store::write::ImageRow;
use crate::ids::{ImageId, ProductId, VariantId};
use crate::patch::Patch;

/// An image after an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ImagePlan {
    /// Index in the edit's list; `None` for an image that the edit does not mention.
    pub(super) at: Option<usize>,
    pub(super) id: Option<ImageId>,
    pub(super) url: String,
    pub(super) alt_text: String,
    pub(super) variant: Option<Shown>,
    pub(super) change: RowChange,
}

/// The variant that an image shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// A variant with an id.
    Id(VariantId),
    /// The index in the plan of a variant that has no id yet.
    New(usize),
}

/// Pairs the edits of images with the existing images, in the order after the edit. Returns `None` if the images stay as they are.
/// `removed` are the variants that the product loses.
pub(super) fn plan(
    edit: &ImagesEdit,
    before: Option<&ProductSnapshot>,
    variants: &[VariantPlan<'_>],
    removed: &[VariantId],
    errors: &mut Vec<EditError>,
) -> Option<Vec<ImagePlan>> {
    let before = before.map_or(&[][..], |before| &before.images);
    let mut images = match edit {
        ImagesEdit::File(file) => file_images::plan(file, before, variants, removed),
        ImagesEdit::Keep | ImagesEdit::All(_) | ImagesEdit::One(_) | ImagesEdit::Without(_) => {
            plan_edits(edit, before, variants, errors)?
        }
    };
    if images.len() > MAX_IMAGES.max(before.len()) {
        errors.push(EditError::TooManyImages);
    }
    for (at, image) in images.iter_mut().enumerate() {
        image.change = image.change(at, before);
    }
    Some(images)
}

fn plan_edits(
    edit: &ImagesEdit,
    before: &[ImageSnapshot],
    variants: &[VariantPlan<'_>],
    errors: &mut Vec<EditError>,
) -> Option<Vec<ImagePlan>> {
    let found = find(edit.edits(), before, errors);
    let mut edited: Vec<ImagePlan> = Vec::new();
    for (at, (edit, found)) in edit.edits().iter().zip(&found).enumerate() {
        let old = found.and_then(|found| before.get(found));
        let image = ImagePlan::new(at, edit, old, variants);
        if let (Patch::Set(variant), None) = (&edit.variant, image.variant) {
            errors.push(EditError::NoSuchImageVariant { at, variant: variant.clone() });
        }
        edited.push(image);
    }
    arrange(edit, edited, before, found.first().copied().flatten())
}

/// Puts edited images and those that stay in their order after the edit. `previous` is where the first edited image was.
fn arrange(
    edit: &ImagesEdit,
    edited: Vec<ImagePlan>,
    before: &[ImageSnapshot],
    previous: Option<usize>,
) -> Option<Vec<ImagePlan>> {
    let others = || before.iter().map(ImagePlan::without_edit);
    match edit {
        ImagesEdit::Keep | ImagesEdit::File(_) => None,
        ImagesEdit::All(edits) => {
            let positions = edits.iter().enumerate().map(|(at, edit)| edit.position.map_or(at, place));
            let mut images: Vec<(usize, ImagePlan)> = positions.zip(edited).collect();
            images.sort_by_key(|(position, _)| *position);
            Some(images.into_iter().map(|(_, image)| image).collect())
        }
        ImagesEdit::One(edit) => {
            let mut images: Vec<ImagePlan> = others().collect();
            if let Some(previous) = previous {
                images.remove(previous);
            }
            let at = edit.position.map(place).or(previous).unwrap_or(images.len()).min(images.len());
            images.splice(at..at, edited);
            Some(images)
        }
        ImagesEdit::Without(id) => Some(others().filter(|image| image.id != Some(*id)).collect()),
    }
}

/// Returns true if an image differs or was removed.
pub(super) fn is_changed(images: &[ImagePlan], before: Option<&ProductSnapshot>) -> bool {
    images.len() != before.map_or(0, |before| before.images.len())
        || images.iter().any(|image| image.change != RowChange::Unchanged)
}

/// Returns the number of images that the product loses.
pub(super) fn removed(images: &[ImagePlan], before: Option<&ProductSnapshot>) -> u64 {
    let stays: HashSet<ImageId> = images.iter().filter_map(|image| image.id).collect();
    let before = before.map_or(&[][..], |before| &before.images);
    before.iter().filter(|old| !stays.contains(&old.id)).count() as u64
}

/// Returns the change of each image in the edit's list.
pub(super) fn changes(images: &[ImagePlan]) -> Vec<RowChange> {
    in_list_order(images.iter().filter_map(|image| Some((image.at?, image.change))))
}

/// Returns the rows of a product's images, after its variants have got their ids.
pub(super) fn rows<'p>(
    product: ProductId,
    images: &'p [ImagePlan],
    variants: &'p [VariantPlan<'_>],
) -> impl Iterator<Item = ImageRow> + 'p {
    (0..).zip(images).map(move |(position, image)| ImageRow {
        product,
        id: image.id,
        position,
        url: image.url.clone(),
        alt_text: image.alt_text.clone(),
        variant: match image.variant {
            Some(Shown::Id(id)) => Some(id),
            Some(Shown::New(at)) => variants.get(at).and_then(|variant| variant.id),
            None => None,
        },
    })
}

/// Finds the image of each edit. Edits with ids come first, so that no other edit takes their images by URL.
fn find(edits: &[ImageEdit], before: &[ImageSnapshot], errors: &mut Vec<EditError>) -> Vec<Option<usize>> {
    let mut known: Vec<Option<usize>> = vec![None; edits.len()];
    let mut taken: Vec<bool> = vec![false; before.len()];
    for by_id in [true, false] {
        for (at, (edit, known)) in edits.iter().zip(&mut known).enumerate() {
            if matches!(edit.image, ImageTarget::Id(_)) != by_id {
                continue;
            }
            let is_free = |place: &usize| taken.get(*place) == Some(&false);
            let place_of = |is_it: &dyn Fn(&ImageSnapshot) -> bool| {
                before.iter().enumerate().find(|(place, old)| is_free(place) && is_it(old)).map(|(place, _)| place)
            };
            *known = match edit.image {
                ImageTarget::New => None,
                ImageTarget::Id(id) => place_of(&|old| old.id == id),
                ImageTarget::Url => place_of(&|old| Some(&old.url) == edit.url.as_ref()),
            };
            match (edit.image, *known) {
                (_, Some(place)) => taken.iter_mut().skip(place).take(1).for_each(|taken| *taken = true),
                (ImageTarget::Id(id), None) => errors.push(EditError::NoSuchImage { at, id }),
                (ImageTarget::New | ImageTarget::Url, None) => {}
            }
        }
    }
    known
}

/// Finds the variant that an image shows; `None` if the product does not have it.
fn find_variant(variant: &ImageVariant, variants: &[VariantPlan<'_>]) -> Option<Shown> {
    let (at, found) = variants.iter().enumerate().find(|(_, plan)| match variant {
        ImageVariant::Id(id) => plan.id == Some(*id),
        ImageVariant::Sku(sku) => plan.row.sku == *sku,
    })?;
    Some(found.id.map_or(Shown::New(at), Shown::Id))
}

impl ImagePlan {
    /// Plans the image of the edit at this index.
    fn new(at: usize, edit: &ImageEdit, old: Option<&ImageSnapshot>, variants: &[VariantPlan<'_>]) -> Self {
        Self {
            at: Some(at),
            id: old.map(|old| old.id),
            url: edit.url.clone().or_else(|| old.map(|old| old.url.clone())).unwrap_or_default(),
            alt_text: edit.alt_text.clone().or_else(|| old.map(|old| old.alt_text.clone())).unwrap_or_default(),
            variant: match &edit.variant {
                Patch::Keep => old.and_then(|old| old.variant).map(Shown::Id),
                Patch::Clear => None,
                Patch::Set(variant) => find_variant(variant, variants),
            },
            change: RowChange::Inserted,
        }
    }

    /// Returns a new image with this URL.
    pub(super) const fn of_url(url: String) -> Self {
        Self { at: None, id: None, url, alt_text: String::new(), variant: None, change: RowChange::Inserted }
    }

    pub(super) fn without_edit(old: &ImageSnapshot) -> Self {
        Self {
            at: None,
            id: Some(old.id),
            url: old.url.clone(),
            alt_text: old.alt_text.clone(),
            variant: old.variant.map(Shown::Id),
            change: RowChange::Unchanged,
        }
    }

    fn change(&self, place: usize, before: &[ImageSnapshot]) -> RowChange {
        let Some(previous) = before.iter().position(|old| Some(old.id) == self.id) else { return RowChange::Inserted };
        let is_same = before.get(previous).is_some_and(|old| {
            (&old.url, &old.alt_text, old.variant.map(Shown::Id)) == (&self.url, &self.alt_text, self.variant)
        });
        if previous == place && is_same { RowChange::Unchanged } else { RowChange::Updated }
    }
}
