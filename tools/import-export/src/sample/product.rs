//! Turns a line of `products.txt` into a product.

use shared::catalogue::product_import::{ImportImage, ImportImages, ImportVariant, ProductImport};
use shared::catalogue::{Status, clean_html, sku_part, slugify};
use shared::money::{Currency, Money};
use shared::patch::Patch;

use super::colours;

const PRODUCTS: &str = include_str!("products.txt");

/// A line, cut into its fields.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    brand: &'static str,
    category: &'static str,
    price: &'static str,
    pub(super) colours: Vec<&'static str>,
    sizes: &'static [&'static str],
    tags: &'static str,
    remark: &'static str,
    description: &'static str,
}

/// The whole sample.
pub(super) fn all() -> Vec<Sample> {
    PRODUCTS.lines().filter(|line| !line.starts_with('#')).filter_map(Sample::read).collect()
}

impl Sample {
    fn read(line: &'static str) -> Option<Self> {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let &[kind, name, brand, category, price, colours, sizes, tags, remark, description] = fields.as_slice() else {
            return None;
        };
        let colours = colours.split(',').map(str::trim).collect();
        let sizes = self::sizes(sizes);
        Some(Self { kind, name, brand, category, price, colours, sizes, tags, remark, description })
    }

    /// Its name in URLs.
    pub(super) fn slug(&self) -> String {
        slugify(self.name, "product")
    }

    /// The product with prices in this currency: every colour in every size, and a picture for each colour.
    pub(super) fn entry(&self, currency: Currency) -> ProductImport {
        let list = |text: &str, by: char| text.split(by).map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        let images = self.colours.iter().map(|colour| ImportImage {
            url: self.picture(colour),
            alt_text: Some(format!("{} in {}", self.name, colour.to_lowercase())),
        });
        ProductImport {
            handle: self.slug(),
            has_slug_of_name: false,
            name: Some(self.name.to_owned()),
            description: Some(clean_html(&format!("<p>{}</p>", self.description))),
            brand: Patch::Set(self.brand.to_owned()),
            categories: Patch::Set(vec![list(self.category, '>')]),
            has_all_categories: false,
            tags: Some(list(self.tags, ',').into_iter().filter(|tag| !tag.is_empty()).collect()),
            status: Some(Status::Active),
            is_published: None,
            variants: self.variants(currency),
            has_all_variants: true,
            option_columns: usize::MAX,
            images: ImportImages { all: Some(images.collect()), has_those_of_variants: true, is_ordered: true },
        }
    }

    fn picture(&self, colour: &str) -> String {
        format!("/dev/images/{}--{}.svg", self.slug(), colours::key(colour))
    }

    fn variants(&self, currency: Currency) -> Vec<ImportVariant> {
        let mut variants = Vec::new();
        for colour in &self.colours {
            let first = variants.len();
            if self.sizes.is_empty() {
                variants.push(self.variant(vec![option("Colour", colour)], 0, currency));
            }
            for (nth, size) in self.sizes.iter().enumerate() {
                variants.push(self.variant(vec![option("Size", size), option("Colour", colour)], nth, currency));
            }
            // The picture is of a colour; the first variant of that colour stands for it.
            if let Some(variant) = variants.get_mut(first) {
                variant.image = Patch::Set(self.picture(colour));
            }
        }
        variants
    }

    fn variant(&self, options: Vec<(String, String)>, nth_size: usize, currency: Currency) -> ImportVariant {
        let parts = std::iter::once(self.slug()).chain(options.iter().rev().map(|(_, value)| sku_part(value)));
        let sku = parts.collect::<Vec<_>>().join("-").to_uppercase();
        // The largest size takes more cloth.
        let more = if self.sizes == LETTERS && nth_size + 1 == LETTERS.len() { "2.00" } else { "0" };
        ImportVariant {
            price: Some(price(self.price, currency) + price(more, currency)),
            compare_at_price: Patch::replace(self.remark.strip_prefix("was ").map(|was| price(was, currency))),
            weight_grams: Patch::Set(weight(self.kind)),
            on_hand: Some(self.on_hand(&sku)),
            sku: Some(sku),
            options: Some(options),
            ..ImportVariant::default()
        }
    }

    /// Returns a stock that depends on the SKU alone, so that it is always the same and differs between variants.
    fn on_hand(&self, sku: &str) -> i32 {
        let any = sku.bytes().fold(7_i32, |sum, byte| (sum * 31 + i32::from(byte)) % 9973);
        match self.remark {
            "sold out" => 0,
            "few" => any % 4,
            _ if any % 9 == 0 => 0,
            _ => 5 + any % 60,
        }
    }
}

/// Returns a price in euros as a usual price in this currency: without decimals a unit is worth about a cent, with three about two euros.
fn price(euros: &str, currency: Currency) -> Money {
    let cents = Currency::DEFAULT.parse_amount(euros).unwrap_or_default();
    if currency.exponent() == 3 { cents * 5 } else { cents }
}

const LETTERS: &[&str] = &["XS", "S", "M", "L", "XL"];

fn sizes(kind: &str) -> &'static [&'static str] {
    match kind {
        "letters" => LETTERS,
        "waists" => &["28", "30", "32", "34", "36"],
        "shoes" => &["38", "39", "40", "41", "42", "43", "44"],
        "pairs" => &["36–38", "39–41", "42–44", "45–47"],
        "belts" => &["80 cm", "90 cm", "100 cm", "110 cm"],
        _ => &[],
    }
}

fn weight(kind: &str) -> i32 {
    match kind {
        "coat" | "boot" | "blanket" => 1_400,
        "jacket" | "sneaker" | "backpack" | "bag" => 900,
        "sweater" | "hoodie" | "trousers" | "dress" | "sandal" => 550,
        "cap" | "beanie" | "socks" | "belt" | "scarf" => 120,
        _ => 250,
    }
}

fn option(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
