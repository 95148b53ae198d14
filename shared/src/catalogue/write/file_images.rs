//! The images of a product after a file. A file lists each URL once and names one image of each variant, so it does not say which further
//! images show a variant: they keep their variant while the file names one that the variant has. It has no images of variants that are not in
//! it, unless it has no variants at all: these images stay with their variants.

use std::collections::HashSet;

use super::edit::FileImages;
use super::images::{ImagePlan, Shown};
use super::variants::VariantPlan;
use crate::catalogue::store::snapshot::ImageSnapshot;
use crate::ids::VariantId;
use crate::patch::Patch;

/// Returns the images in their order after the file. Their changes are not compared yet.
pub(super) fn plan(
    file: &FileImages,
    before: &[ImageSnapshot],
    variants: &[VariantPlan<'_>],
    removed: &[VariantId],
) -> Vec<ImagePlan> {
    let named = Named::new(file, variants);
    let others = if file.images.has_those_of_variants { Vec::new() } else { without_edit(variants) };
    let mut images = arrange(file, before, &named, &others);
    describe(file, &mut images);
    named.unlink(&mut images, removed);
    named.link(&mut images);
    for (at, image) in images.iter_mut().enumerate() {
        image.at = Some(at);
    }
    images
}

/// Returns the variants that are sold before and after the file although the file does not have them.
fn without_edit(variants: &[VariantPlan<'_>]) -> Vec<VariantId> {
    let stays = |plan: &&VariantPlan<'_>| plan.edit.is_none() && !plan.row.is_archived;
    variants.iter().filter(stays).filter_map(|plan| plan.id).collect()
}

/// Returns the images that stay and those that the file adds. They stay in their order if the file has no other. Images of the variants `others`
/// stay.
fn arrange(file: &FileImages, before: &[ImageSnapshot], named: &Named<'_>, others: &[VariantId]) -> Vec<ImagePlan> {
    let listed: Option<Vec<&str>> =
        file.images.all.as_ref().map(|all| all.iter().map(|image| image.url.as_str()).collect());
    let is_listed = |url: &str| listed.as_ref().is_none_or(|listed| listed.contains(&url)) || named.names(url);
    let is_of_others = |old: &ImageSnapshot| old.variant.is_some_and(|variant| others.contains(&variant));
    let stays = |old: &&ImageSnapshot| is_listed(&old.url) || is_of_others(old);
    let mut images: Vec<ImagePlan> = before.iter().filter(stays).map(ImagePlan::without_edit).collect();
    let known = distinct(images.iter().map(|image| image.url.clone()));
    let listed = listed.unwrap_or_default();
    let new = listed.iter().filter(|url| !known.iter().any(|known| known == *url));
    images.extend(new.map(|url| ImagePlan::of_url((*url).to_owned())));
    let order = distinct(listed.iter().map(|url| (*url).to_owned()).chain(known.iter().cloned()));
    if file.images.is_ordered && !order.starts_with(&known) {
        let place = |image: &ImagePlan| order.iter().position(|url| *url == image.url);
        let mut seen = HashSet::new();
        // The first image of each URL has the place of the list. Further ones, for other variants, come last.
        let mut placed: Vec<((bool, Option<usize>), ImagePlan)> =
            images
                .into_iter()
                .map(|image| {
                    if seen.insert(image.url.clone()) { ((false, place(&image)), image) } else { ((true, None), image) }
                })
                .collect();
        placed.sort_by_key(|(place, _)| *place);
        images = placed.into_iter().map(|(_, image)| image).collect();
    }
    images
}

/// Writes the alternative texts. A text of a URL that several images have changes only if the first of them has another.
fn describe(file: &FileImages, images: &mut [ImagePlan]) {
    for listed in file.images.all.iter().flatten() {
        let Some(alt_text) = &listed.alt_text else { continue };
        let is_first_equal =
            images.iter().find(|image| image.url == listed.url).is_some_and(|image| image.alt_text == *alt_text);
        if !is_first_equal {
            for image in images.iter_mut().filter(|image| image.url == listed.url) {
                image.alt_text.clone_from(alt_text);
            }
        }
    }
}

/// The variants of a file with the image that it names for each, in the order of the file.
struct Named<'f>(Vec<(Shown, &'f Patch<String>)>);

impl<'f> Named<'f> {
    fn new(file: &'f FileImages, variants: &[VariantPlan<'_>]) -> Self {
        let listed = variants.iter().enumerate().filter_map(|(place, plan)| {
            let at = plan.edit?.at;
            Some((at, plan.id.map_or(Shown::New(place), Shown::Id), file.of_variants.get(at)?))
        });
        let mut named: Vec<(usize, Shown, &'f Patch<String>)> = listed.collect();
        named.sort_by_key(|(at, ..)| *at);
        Self(named.into_iter().map(|(_, variant, image)| (variant, image)).collect())
    }

    fn names(&self, url: &str) -> bool {
        self.0.iter().any(|(_, image)| matches!(image, Patch::Set(named) if named == url))
    }

    /// Takes the variant from images that no longer show it.
    fn unlink(&self, images: &mut [ImagePlan], removed: &[VariantId]) {
        let before: Vec<(String, Option<Shown>)> =
            images.iter().map(|image| (image.url.clone(), image.variant)).collect();
        for (place, image) in images.iter_mut().enumerate() {
            let Some(shown) = image.variant else { continue };
            let is_removed = matches!(shown, Shown::Id(id) if removed.contains(&id));
            let of_file = self.0.iter().find(|(variant, _)| *variant == shown);
            let stays = match of_file {
                None | Some((_, Patch::Keep)) => true,
                Some((_, Patch::Clear)) => false,
                Some((_, Patch::Set(url))) => {
                    // A further image of the variant comes after the one that the file names. Before it, it would be the first.
                    let mut earlier = before.iter().take(place);
                    *url == image.url || earlier.any(|(other, variant)| other == url && *variant == Some(shown))
                }
            };
            if is_removed || !stays {
                image.variant = None;
            }
        }
    }

    /// Gives each variant the image that the file names: the one with this URL, or a further one if that shows another variant.
    fn link(&self, images: &mut Vec<ImagePlan>) {
        for (variant, image) in &self.0 {
            let Patch::Set(url) = image else { continue };
            if images.iter().any(|image| image.url == *url && image.variant == Some(*variant)) {
                continue;
            }
            if let Some(free) = images.iter_mut().find(|image| image.url == *url && image.variant.is_none()) {
                free.variant = Some(*variant);
                continue;
            }
            let alt_text = images.iter().find(|image| image.url == *url).map(|image| image.alt_text.clone());
            let new = ImagePlan::of_url(url.clone());
            images.push(ImagePlan { alt_text: alt_text.unwrap_or_default(), variant: Some(*variant), ..new });
        }
    }
}

fn distinct(urls: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    urls.filter(|url| seen.insert(url.clone())).collect()
}
