//! Somebody who builds the pages of a storefront, and finds what does not agree.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::process::Serving;

/// Few on a page, so that there are several.
const PAGE_SIZE: usize = 3;

/// A shopper with a notebook.
pub(crate) struct Visitor<'s> {
    shop: &'s Serving,
    /// The products whose page they have seen, by slug.
    seen: HashMap<String, Value>,
    /// How many products each category's list has, by id.
    counted: HashMap<i64, usize>,
}

impl<'s> Visitor<'s> {
    pub(crate) fn new(shop: &'s Serving) -> Self {
        Self { shop, seen: HashMap::new(), counted: HashMap::new() }
    }

    pub(crate) fn has_seen(&self, slug: &str) -> bool {
        self.seen.contains_key(slug)
    }

    /// The whole tree, down to the last of its pages.
    pub(crate) fn walks_through_every_category(&mut self) {
        let tree = self.get("/api/v1/catalogue/categories/");
        assert_eq!(tree["next"], Value::Null, "the tree is one page");
        for top in array(&tree["results"]) {
            self.walk(top, &mut Vec::new());
        }
    }

    /// A category and all that is below it. `path` is what leads to it, by id.
    fn walk(&mut self, node: &Value, path: &mut Vec<i64>) {
        path.push(id(node));
        for child in array(&node["children"]) {
            self.walk(child, path);
        }
        self.builds_the_page_of(node, path);
        path.pop();
    }

    fn builds_the_page_of(&mut self, node: &Value, path: &[i64]) {
        let slug = text(&node["slug"]);
        let category = self.get(&format!("/api/v1/catalogue/categories/{slug}/"));
        assert_eq!(ids(&category["path"]), path, "the breadcrumb of {slug}");
        assert_eq!(ids(&category["children"]), ids(&node["children"]), "what is below {slug}");

        let products = self.lists(&format!("category={slug}"));
        let count = products.len();
        assert_eq!(category["product_count"], count, "the count of {slug}");
        self.counted.insert(id(node), count);
        for child in array(&category["children"]) {
            assert_eq!(child["product_count"], self.counted[&id(child)], "of {child} below {slug}");
        }
        for product in &products {
            self.shows(product);
        }
        self.offers_filters(slug, &products);
    }

    /// All products of a list, page by page, and back again.
    fn lists(&self, query: &str) -> Vec<Value> {
        let first = format!("/api/v1/catalogue/products/?{query}&page_size={PAGE_SIZE}&count=true");
        let (mut page, mut all) = (self.get(&first), Vec::new());
        let count = page["count"].clone();
        loop {
            let results = array(&page["results"]).clone();
            assert!(results.len() <= PAGE_SIZE);
            all.extend(results.iter().cloned());
            let Some(next) = page["next"].as_str() else { break };
            let behind = self.follow(next);
            let before = self.follow(text(&behind["previous"]));
            assert_eq!(before["results"], Value::Array(results), "back from {next}");
            page = behind;
        }
        assert_eq!(count, all.len(), "the count of {query}");
        let different: std::collections::HashSet<_> = all.iter().map(id).collect();
        assert_eq!(different.len(), all.len(), "{query} shows nothing twice");
        all
    }

    /// A product as a list shows it, and its own page.
    fn shows(&mut self, summary: &Value) {
        let slug = text(&summary["slug"]);
        if self.seen.contains_key(slug) {
            return;
        }
        let product = self.get(&format!("/api/v1/catalogue/products/{slug}/"));
        for (field, shown) in summary.as_object().unwrap() {
            assert_eq!(&product[field], shown, "{field} of {slug}");
        }
        let variants = array(&product["variants"]);
        let is_available = variants.iter().any(|variant| variant["is_available"] == true);
        assert_eq!(product["is_available"], is_available, "whether {slug} is there");
        let prices: Vec<u64> = variants.iter().map(|variant| cents(&variant["price"])).collect();
        assert_eq!(prices.iter().min(), Some(&cents(&product["price_range"]["min"])), "the price of {slug}");
        assert_eq!(prices.iter().max(), Some(&cents(&product["price_range"]["max"])), "the price of {slug}");
        let default = &product["default_variant_id"];
        assert!(variants.iter().any(|variant| variant["id"] == *default), "{slug} has a variant to begin with");
        options_make_variants(&product);
        let images = array(&product["images"]);
        let main = product["main_image"].get("url");
        assert_eq!(images.first().and_then(|image| image.get("url")), main, "the image of {slug}");
        for image in images {
            self.loads(text(&image["url"]));
        }
        self.seen.insert(slug.to_owned(), product);
    }

    /// Its filters, each with as many products as it says.
    fn offers_filters(&self, slug: &str, products: &[Value]) {
        let facets =
            self.get(&format!("/api/v1/catalogue/products/?category={slug}&facets=true&page_size=1"))["facets"].clone();
        let mut brands = BTreeMap::new();
        for brand in products.iter().filter_map(|product| product["brand"].as_object()) {
            *brands.entry(text(&brand["slug"]).to_owned()).or_insert(0_usize) += 1;
        }
        let offered = array(&facets["brands"]).iter();
        let offered: BTreeMap<_, _> = offered.map(|brand| (text(&brand["slug"]).to_owned(), count(brand))).collect();
        assert_eq!(offered, brands, "the brands of {slug}");

        let mut values = BTreeMap::new();
        for product in products {
            for attribute in array(&self.seen[text(&product["slug"])]["attributes"]) {
                for value in array(&attribute["values"]) {
                    *values.entry((id(attribute), id(value))).or_insert(0_usize) += 1;
                }
            }
        }
        let mut offered = BTreeMap::new();
        for attribute in array(&facets["attributes"]) {
            for value in array(&attribute["values"]) {
                offered.insert((id(attribute), id(value)), count(value));
                let filter = format!("{}:{}", text(&attribute["name"]), text(&value["value"])).replace(' ', "%20");
                let found = self.lists(&format!("category={slug}&attributes={filter}"));
                assert_eq!(found.len(), count(value), "{filter} in {slug}");
            }
        }
        assert_eq!(offered, values, "the attributes of {slug}");
        for band in array(&facets["price_bands"]) {
            let end = band["max"].as_str().map(|max| format!("&price_max={max}")).unwrap_or_default();
            let found = self.lists(&format!("category={slug}&price_min={}{end}", text(&band["min"])));
            assert_eq!(found.len(), count(band), "{band} in {slug}");
        }
        let below = array(&facets["categories"]).iter().map(|child| (id(child), count(child)));
        let counted = below.clone().map(|(child, _)| (child, self.counted[&child]));
        assert!(below.eq(counted), "the categories below {slug}");
    }

    /// An image that lies here; one from elsewhere is not ours to ask for.
    fn loads(&self, url: &str) {
        if let Some(at) = url.find("/dev/") {
            assert_eq!(self.shop.get(&url[at..]).status, 200, "{url}");
        }
    }

    /// An absolute link.
    fn follow(&self, link: &str) -> Value {
        self.get(&link[link.find("/api/").unwrap()..])
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.shop.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }
}

/// Each variant has one value of each attribute that the product has, no two the same, and there is no value that no variant has.
fn options_make_variants(product: &Value) {
    let attributes = array(&product["attributes"]);
    let mut combinations = std::collections::HashSet::new();
    let mut had = std::collections::HashSet::new();
    for variant in array(&product["variants"]) {
        let values = ids(&variant["attribute_values"]);
        assert_eq!(values.len(), attributes.len(), "{variant}");
        had.extend(values.iter().copied());
        assert!(combinations.insert(values), "{variant} is there twice");
    }
    let offered: std::collections::HashSet<_> =
        attributes.iter().flat_map(|attribute| ids(&attribute["values"])).collect();
    assert_eq!(offered, had, "{product}");
}

fn array(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn id(value: &Value) -> i64 {
    value["id"].as_i64().unwrap_or_else(|| panic!("no id: {value}"))
}

fn ids(list: &Value) -> Vec<i64> {
    array(list).iter().map(id).collect()
}

fn count(value: &Value) -> usize {
    usize::try_from(value["count"].as_u64().unwrap()).unwrap()
}

fn cents(money: &Value) -> u64 {
    text(money).replace('.', "").parse().unwrap()
}
