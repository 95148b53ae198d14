//! A client that builds the pages of a storefront and fails on answers that contradict each other.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use crate::process::Serving;

/// A small number of products on a page, so that lists have several pages.
const PAGE_SIZE: usize = 3;

/// A visitor who remembers what they have seen.
pub(crate) struct Visitor<'s> {
    shop: &'s Serving,
    /// Products whose page the visitor has seen, by slug.
    seen: HashMap<String, Value>,
    /// Number of products in the list of each category, by id.
    counted: HashMap<i64, usize>,
}

impl<'s> Visitor<'s> {
    pub(crate) fn new(shop: &'s Serving) -> Self {
        Self { shop, seen: HashMap::new(), counted: HashMap::new() }
    }

    pub(crate) fn has_seen(&self, slug: &str) -> bool {
        self.seen.contains_key(slug)
    }

    /// Visits every category of the tree.
    pub(crate) fn visit_every_category(&mut self) {
        let tree = self.get("/api/v1/catalogue/categories/");
        assert_eq!(tree["next"], Value::Null, "the tree is one page");
        for top in array(&tree["results"]) {
            self.visit(top, &mut Vec::new());
        }
    }

    /// Visits a category and all categories below it. `path` has the ids of the categories above it.
    fn visit(&mut self, node: &Value, path: &mut Vec<i64>) {
        path.push(id(node));
        for child in array(&node["children"]) {
            self.visit(child, path);
        }
        self.build_page(node, path);
        path.pop();
    }

    fn build_page(&mut self, node: &Value, path: &[i64]) {
        let slug = text(&node["slug"]);
        let category = self.get(&format!("/api/v1/catalogue/categories/{slug}/"));
        assert_eq!(ids(&category["path"]), path, "the breadcrumb of {slug}");
        assert_eq!(ids(&category["children"]), ids(&node["children"]), "what is below {slug}");

        let products = self.list_products(&format!("category={slug}"));
        let count = products.len();
        assert_eq!(category["product_count"], count, "the count of {slug}");
        self.counted.insert(id(node), count);
        for child in array(&category["children"]) {
            assert_eq!(child["product_count"], self.counted[&id(child)], "of {child} below {slug}");
        }
        for product in &products {
            self.visit_product(product);
        }
        self.check_filters(slug, &products);
    }

    /// Returns all products of a list. Follows its pages forward, and checks that each page leads back.
    fn list_products(&self, query: &str) -> Vec<Value> {
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

    /// Visits the page of a product and compares it with the product in a list.
    fn visit_product(&mut self, summary: &Value) {
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
        check_variants(&product);
        let images = array(&product["images"]);
        let main = product["main_image"].get("url");
        assert_eq!(images.first().and_then(|image| image.get("url")), main, "the image of {slug}");
        for image in images {
            self.load_image(text(&image["url"]));
        }
        self.seen.insert(slug.to_owned(), product);
    }

    /// Checks that each filter of a category finds as many products as its count.
    fn check_filters(&self, slug: &str, products: &[Value]) {
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
                let found = self.list_products(&format!("category={slug}&attributes={filter}"));
                assert_eq!(found.len(), count(value), "{filter} in {slug}");
            }
        }
        assert_eq!(offered, values, "the attributes of {slug}");
        for band in array(&facets["price_bands"]) {
            let end = band["max"].as_str().map(|max| format!("&price_max={max}")).unwrap_or_default();
            let found = self.list_products(&format!("category={slug}&price_min={}{end}", text(&band["min"])));
            assert_eq!(found.len(), count(band), "{band} in {slug}");
        }
        let below = array(&facets["categories"]).iter().map(|child| (id(child), count(child)));
        let counted = below.clone().map(|(child, _)| (child, self.counted[&child]));
        assert!(below.eq(counted), "the categories below {slug}");
    }

    /// Loads an image of this shop; an image on another server is not requested.
    fn load_image(&self, url: &str) {
        if let Some(at) = url.find("/dev/") {
            assert_eq!(self.shop.get(&url[at..]).status, 200, "{url}");
        }
    }

    /// Follows an absolute link.
    fn follow(&self, link: &str) -> Value {
        self.get(&link[link.find("/api/").unwrap()..])
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.shop.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }
}

/// Checks that each variant has one value of each attribute of the product, that no two variants have the same values, and that
/// every value is used.
fn check_variants(product: &Value) {
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
