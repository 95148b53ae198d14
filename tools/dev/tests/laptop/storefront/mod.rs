//! A storefront's pages, each built from answers alone: a taxonomy and two product files come in as staff send them, and then somebody
//! walks through every category.

mod browse;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::a_directory;
use crate::process::Serving;
use crate::sale::{NOW_AND_THEN, within};
use browse::Visitor;

const TAXONOMY: &str = "10 - Garden\n11 - Garden > Tools\n12 - Garden > Tools > Spades\n13 - Garden > Tools > Forks\n\
    14 - Garden > Seeds\n20 - Kitchen\n21 - Kitchen > Cups\n22 - Kitchen > Cups > Mugs & Beakers\n30 - Toys\n";

/// Options, several images, a reduction, what is sold out and what is not published; three levels of categories.
const KITCHEN: &str = "Handle,Title,Body (HTML),Vendor,Product Category,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,\
Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text\n\
enamel-mug,Enamel Mug,<p>For every day</p>,Lumen,Kitchen > Cups > Mugs & Beakers,camping,true,Colour,Red,Size,S,MUG-R-S,350,4,14.90,19.90,\
https://cdn.example.com/mug-1.jpg,1,Front\n\
enamel-mug,,,,,,,,Red,,L,MUG-R-L,400,0,16.90,,https://cdn.example.com/mug-2.jpg,2,Back\n\
enamel-mug,,,,,,,,Blue,,S,MUG-B-S,350,7,14.90,,,,\n\
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

    staff.plants(TAXONOMY, 9);
    for file in [KITCHEN, GARDEN] {
        staff.imports(file);
    }

    let mut visitor = Visitor::new(&shop);
    visitor.walks_through_every_category();
    let slugs = ["enamel-mug", "tea-cup", "beaker", "jug", "spade", "fork", "trowel", "poppies"];
    assert!(slugs.iter().all(|slug| visitor.has_seen(slug)), "all that is for sale");
    assert!(!visitor.has_seen("cracked-jug"), "and nothing that is not");
    assert!(shop.interrupt().1.success());
}

/// The same with what a shop would really take over. It walks through thousands of categories, so it is done by hand:
/// `SHOP_DATA=folder cargo nextest run -p dev --run-ignored only real_files`.
#[test]
#[ignore = "needs files that are not in the repository"]
fn a_page_for_each_category_of_real_files_is_built_from_the_answers_alone() {
    let data = std::env::var_os("SHOP_DATA").map(PathBuf::from).unwrap();
    let read = |name: &str| std::fs::read_to_string(data.join(name)).unwrap();
    let taxonomy = read("google-product-taxonomy.en-US.txt");
    let shop = Serving::start(&a_directory());
    let staff = Staff::sign_in(&shop);

    staff.plants(&taxonomy, taxonomy.lines().filter(|line| !line.starts_with('#')).count());
    for name in ["shopify-apparel.csv", "shopify-jewelery.csv"] {
        staff.imports(&read(name));
    }

    let mut visitor = Visitor::new(&shop);
    visitor.walks_through_every_category();
    assert!(shop.interrupt().1.success());
}

/// The staff, with their token.
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

    /// A taxonomy, in one request.
    fn plants(&self, taxonomy: &str, categories: usize) {
        let planted = self.shop.post_text("/api/v1/catalogue/taxonomy/", &self.token, taxonomy);
        assert_eq!(planted.status, 200, "{}", planted.body);
        assert_eq!(planted.json()["created"], categories);
    }

    /// A product file: announced, sent to the storage, started, and looked at until it is done.
    fn imports(&self, csv: &str) {
        let announced = self.posts("/api/v1/catalogue/imports/", &json!({"kind": "shopify_csv", "bytes": csv.len()}));
        let import = format!("/api/v1/catalogue/imports/{}/", announced["id"].as_str().unwrap());
        let url = announced["upload"]["url"].as_str().unwrap();
        let sent = self.shop.put(
            &url[url.find("/dev/").unwrap()..],
            announced["upload"]["headers"]["content-type"].as_str().unwrap(),
            csv,
        );
        assert_eq!(sent.status, 200, "{}", sent.body);
        self.posts(&format!("{import}start/"), &json!({}));
        let mut now = Value::Null;
        within(Duration::from_secs(60), NOW_AND_THEN, || {
            now = self.shop.get_with_token(&import, &self.token).json();
            now["status"] != "running"
        });
        assert_eq!((&now["status"], &now["bad_rows"]), (&json!("done"), &json!(0)), "{now}");
    }

    fn posts(&self, path: &str, body: &Value) -> Value {
        let answer = self.shop.try_post(path, &self.token, body).unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.body);
        answer.json()
    }
}
