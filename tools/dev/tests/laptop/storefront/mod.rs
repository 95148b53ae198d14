//! The pages of a storefront, each built from answers of the API alone: staff import a taxonomy and two product files, and then a
//! visitor walks through every category.

mod browse;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::a_directory;
use crate::process::Serving;
use crate::sale::{POLL_INTERVAL, within};
use browse::Visitor;

const TAXONOMY: &str = "10 - Garden\n11 - Garden > Tools\n12 - Garden > Tools > Spades\n13 - Garden > Tools > Forks\n\
    14 - Garden > Seeds\n20 - Kitchen\n21 - Kitchen > Cups\n22 - Kitchen > Cups > Mugs & Beakers\n30 - Toys\n";

/// A product file with options, several images, a reduced price, a product that is sold out, one that is not published, and three
/// levels of categories.
const KITCHEN: &str = "Handle,Title,Body (HTML),Vendor,Product Category,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,\
Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text\n\
tin-mug,Tin Mug,<p>For every day</p>,Lumen,Kitchen > Cups > Mugs & Beakers,camping,true,Colour,Red,Size,S,MUG-R-S,350,4,14.90,19.90,\
https://cdn.example.com/mug-1.jpg,1,Front\n\
tin-mug,,,,,,,,Red,,L,MUG-R-L,400,0,16.90,,https://cdn.example.com/mug-2.jpg,2,Back\n\
tin-mug,,,,,,,,Blue,,S,MUG-B-S,350,7,14.90,,,,\n\
tea-cup,Tea Cup,,Marlow,Kitchen > Cups,,true,Colour,Blue,,,CUP-B,120,0,9.50,,https://cdn.example.com/cup.jpg,1,\n\
beaker,Beaker,,Lumen,Kitchen > Cups > Mugs & Beakers,camping,true,Title,Default Title,,,BEAKER,90,12,4.20,,,,\n\
jug,Jug,,Marlow,Kitchen,,true,Colour,Red,,,JUG-R,900,3,29.00,35.00,https://cdn.example.com/jug.jpg,1,\n\
cracked-jug,Cracked Jug,,Marlow,Kitchen,,false,Title,Default Title,,,JUG-X,900,1,1.00,,,,\n";

const GARDEN: &str = "Handle,Title,Vendor,Product Category,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,\
Variant Price,Image Src\n\
spade,Spade,Acre,Garden > Tools > Spades,true,Length,Short,SPADE-S,5,24.00,https://cdn.example.com/spade.jpg\n\
spade,,,,,,Long,SPADE-L,1,27.00,\n\
fork,Fork,Acre,Garden > Tools > Forks,true,Length,Long,FORK-L,2,25.50,https://cdn.example.com/fork.jpg\n\
trowel,Trowel,Acre,Garden > Tools,true,Title,Default Title,TROWEL,0,8.00,\n\
poppies,Poppies,,Garden > Seeds,true,Title,Default Title,POPPY,100,1.95,\n";

#[test]
fn a_page_for_each_category_is_built_from_the_answers_alone() {
    let shop = Serving::start(&a_directory());
    let staff = Staff::sign_in(&shop);

    staff.import_taxonomy(TAXONOMY, 9);
    for file in [KITCHEN, GARDEN] {
        staff.import_products(file);
    }

    let mut visitor = Visitor::new(&shop);
    visitor.visit_every_category();
    let slugs = ["tin-mug", "tea-cup", "beaker", "jug", "spade", "fork", "trowel", "poppies"];
    assert!(slugs.iter().all(|slug| visitor.has_seen(slug)), "all that is for sale");
    assert!(!visitor.has_seen("cracked-jug"), "and nothing that is not");
    assert!(shop.interrupt().1.success());
}

/// The same test with files of a real shop. It visits thousands of categories, so it is run by hand:
/// `SHOP_DATA=folder cargo nextest run -p dev --run-ignored only real_files`.
#[test]
#[ignore = "needs files that are not in the repository"]
fn a_page_for_each_category_of_real_files_is_built_from_the_answers_alone() {
    let data = std::env::var_os("SHOP_DATA").map(PathBuf::from).unwrap();
    let read = |name: &str| std::fs::read_to_string(data.join(name)).unwrap();
    let taxonomy = read("google-product-taxonomy.en-US.txt");
    let shop = Serving::start(&a_directory());
    let staff = Staff::sign_in(&shop);

    staff.import_taxonomy(&taxonomy, taxonomy.lines().filter(|line| !line.starts_with('#')).count());
    for name in ["shopify-apparel.csv", "shopify-jewelery.csv"] {
        staff.import_products(&read(name));
    }

    let mut visitor = Visitor::new(&shop);
    visitor.visit_every_category();
    assert!(shop.interrupt().1.success());
}

/// A member of the staff with their token.
struct Staff<'s> {
    shop: &'s Serving,
    token: String,
}

impl<'s> Staff<'s> {
    fn sign_in(shop: &'s Serving) -> Self {
        let login = json!({"email": "staff@example.com", "password": "staff-on-this-machine"});
        let token = shop.post("/auth/jwt/create/", &login).json()["access"].as_str().unwrap().to_owned();
        Self { shop, token }
    }

    /// Imports a taxonomy in one request.
    fn import_taxonomy(&self, taxonomy: &str, categories: usize) {
        let planted = self.shop.post_text("/api/v1/catalogue/taxonomy/", &self.token, taxonomy);
        assert_eq!(planted.status, 200, "{}", planted.body);
        assert_eq!(planted.json()["created"], categories);
    }

    /// Imports a product file: creates the import, sends the file to the storage, starts the import and waits until it is done.
    fn import_products(&self, csv: &str) {
        let announced = self.post("/api/v1/catalogue/imports/", &json!({"kind": "shopify_csv", "bytes": csv.len()}));
        let import = format!("/api/v1/catalogue/imports/{}/", announced["id"].as_str().unwrap());
        let url = announced["upload"]["url"].as_str().unwrap();
        let sent = self.shop.put(
            &url[url.find("/dev/").unwrap()..],
            announced["upload"]["headers"]["content-type"].as_str().unwrap(),
            csv,
        );
        assert_eq!(sent.status, 200, "{}", sent.body);
        self.post(&format!("{import}start/"), &json!({}));
        let mut now = Value::Null;
        within(Duration::from_secs(60), POLL_INTERVAL, || {
            now = self.shop.get_with_token(&import, &self.token).json();
            now["status"] != "running"
        });
        assert_eq!((&now["status"], &now["rows_failed"]), (&json!("done"), &json!(0)), "{now}");
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.shop.try_post(path, &self.token, body).unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.body);
        answer.json()
    }
}
