//! Words of every script and spelling are found: `GET /api/v1/catalogue/products/?search=`.

use shared::catalogue::clean_html;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::{PRODUCTS, app, texts};

/// Percent-encodes a text.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Returns the names of the products that the search finds, in alphabetical order.
async fn found(app: &TestApp, search: &str) -> Vec<String> {
    // With facets, another statement finds the products; both must find the same.
    let plain = app.anonymous().get(&format!("{PRODUCTS}?search={}&page_size=100", encoded(search))).await.expect(200);
    let other = format!("{PRODUCTS}?search={}&page_size=100&facets=brand&count=true", encoded(search));
    let other = app.anonymous().get(&other).await.expect(200);
    assert_eq!(texts(&plain, "name"), texts(&other, "name"), "{search}");
    assert_eq!(other.body["count"], texts(&plain, "name").len(), "{search}");
    let mut names = texts(&plain, "name");
    names.sort();
    names
}

/// Asserts that a product with this name is found by each of these texts, and that no other product is.
async fn assert_finds(app: &TestApp, name: &str, searches: &[&str]) {
    for search in searches {
        assert_eq!(found(app, search).await, [name], "{search}");
    }
}

async fn shop(db: PgPool, names: &[&str]) -> TestApp {
    let app = app(db);
    for name in names {
        app.a_product().named(name).create().await;
    }
    give_plain_skus(&app).await;
    app
}

/// Gives every variant an SKU that no search of these tests finds by accident.
async fn give_plain_skus(app: &TestApp) {
    sqlx::query("update product_variants set sku = 'Q' || id").execute(&app.db).await.unwrap();
    sqlx::query("select refresh_product_cards(array(select id from products))").execute(&app.db).await.unwrap();
}

/// Creates a product with this description, as the API and imports store it.
async fn described(app: &TestApp, name: &str, html: &str) {
    let product = app.a_product().named(name).create().await;
    sqlx::query("update products set description = $2 where id = $1")
        .bind(product.id)
        .bind(clean_html(html))
        .execute(&app.db)
        .await
        .unwrap();
    give_plain_skus(app).await;
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn words_inside_a_run_without_blanks_are_found(db: PgPool) {
    let names = [
        "メンズ長袖シャツ",
        "ﾚﾃﾞｨｰｽﾄﾚｰﾅｰ黒",
        "苹果手机壳透明",
        "中文书",
        "เสื้อยืดสีแดง",
        "กางเกงยีนส์",
        "무선이어폰 케이스",
        "ເສື້ອຢືດ",
        "អាវយឺត",
        "တီရှပ်အနီ",
    ];
    let app = shop(db, &names).await;
    for (name, searches) in names.into_iter().zip([
        &["シャツ", "長袖", "メンズ", "長袖シャツ", "ｼｬﾂ", "袖", "ツ"][..],
        &["トレーナー", "ﾄﾚｰﾅｰ", "レディース", "黒", "レディーストレーナー"],
        &["手机壳", "手机", "壳", "透明", "苹果 透明"],
        &["中文", "书", "文书"],
        &["เสื้อยืด", "สีแดง", "แดง", "เสื้อ"],
        &["กางเกง", "ยีนส์"],
        &["이어폰", "무선", "케이스", "무선 케이스", "폰"],
        &["ຢືດ", "ເສື້ອ"],
        &["យឺត", "អាវ"],
        &["အနီ", "တီရှပ်"],
    ]) {
        assert_finds(&app, name, searches).await;
    }
    for nothing in ["機手", "シツ", "壳手机", "ยืดเสื้อ", "폰이어"] {
        assert_eq!(found(&app, nothing).await, [""; 0], "{nothing}");
    }
    app.a_product().named("책상 조명").create().await;
    assert_eq!(found(&app, "책상조명").await, ["책상 조명"], "a blank is missing");
    app.a_product().named("红色手机壳").create().await;
    assert_eq!(found(&app, "手机壳").await, ["红色手机壳", "苹果手机壳透明"]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn scripts_with_blanks_are_found_in_every_form(db: PgPool) {
    let names = [
        "قميص العمل",
        "İstanbul ışık",
        "Straße groß",
        "Καφές ΜΈΛΙ Σίσυφος",
        "Ёлка Зимняя",
        "Cafe\u{301} cre\u{300}me",
        "Zero\u{200b}Width so\u{ad}ft",
        "हिन्दी शर्ट",
        "ＡＢＣ ﬁne",
        "Nike™ Air®",
        "עִבְרִית",
    ];
    let app = shop(db, &names).await;
    for (name, searches) in names.into_iter().zip([
        &["عمل", "العمل", "والعمل", "عَمَل", "القميص", "قميص عمل"][..],
        &["istanbul", "İSTANBUL", "isik", "ışık", "IŞIK"],
        &["strasse", "STRASSE", "straße", "groß", "gross", "GROẞ"],
        &["καφες", "ΚΑΦΈΣ", "μέλι", "σισυφος", "ΣΊΣΥΦΟΣ", "Σίσυφος"],
        &["ёлка", "ЗИМНЯЯ", "елка"],
        &["café", "cafe", "CAFÉ", "cre\u{300}me", "crème"],
        &["zerowidth", "zero\u{200b}width", "soft", "so\u{2060}ft"],
        &["शर्ट", "हिन्दी"],
        &["abc", "ａｂｃ", "fine", "ﬁne"],
        &["nike", "nike air", "air"],
        &["עברית", "עִבְרִית"],
    ]) {
        assert_finds(&app, name, searches).await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn arabic_words_are_found_with_and_without_the_article(db: PgPool) {
    let names = ["الألعاب الإلكترونية", "بالونات وللأطفال", "ألوان"];
    let app = shop(db, &names).await;
    for (name, searches) in names.into_iter().zip([
        &["ألعاب", "العاب", "الألعاب", "والألعاب", "إلكترونية", "الكترونيه", "الألع"][..],
        &["بالون", "بالونات", "أطفال", "الأطفال", "للأطفال"],
        &["ألوان", "الوان", "الألوان", "بالألوان"],
    ]) {
        assert_finds(&app, name, searches).await;
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn signs_inside_words_and_digits_of_other_scripts_make_no_difference(db: PgPool) {
    let names = ["קרם 50 מ\"ל", "תה צ׳אי", "Boots 9½", "عطر ٥٠ مل", "کتاب یک"];
    let app = shop(db, &names).await;
    for (name, searches) in names.into_iter().zip([
        &["מ״ל", "מל", "50 מל", "מ\"ל"][..],
        &["צ'אי", "צאי", "צ׳אי"],
        &["9½", "9 1/2", "boots 9"],
        &["50 مل", "٥٠ عطر", "عطر 50"],
        &["كتاب", "کتاب", "يك"],
    ]) {
        assert_finds(&app, name, searches).await;
    }
    assert_eq!(found(&app, "91").await, [""; 0]);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn words_written_in_pieces_meet_those_written_as_one(db: PgPool) {
    let app = shop(
        db,
        &[
            "Router Wi-Fi",
            "Router wifi",
            "Router wi fi",
            "Soap 50ml",
            "Soap 50 ml",
            "Red T-shirt",
            "Red tshirt",
            "Red t shirt",
            "Screw M8x20",
            "Screw M8 x 20",
            "Screw M8×20",
            "Phone 5G",
            "Paper A4",
            "Lamp 12V",
            "Lamp 12 V",
            "Sweat-shirt",
            "Sweatshirt",
        ],
    )
    .await;
    for (searches, names) in [
        (
            &["wifi", "wi-fi", "wi fi", "WiFi router", "router wi-fi", "Wi‑Fi"][..],
            &["Router Wi-Fi", "Router wi fi", "Router wifi"][..],
        ),
        (&["50ml", "50 ml", "50-ml", "soap 50ml", "soap 50 ml"], &["Soap 50 ml", "Soap 50ml"]),
        (
            &["tshirt", "t-shirt", "t shirt", "T-Shirt red", "red t shirt", "tshi"],
            &["Red T-shirt", "Red t shirt", "Red tshirt"],
        ),
        (&["m8x20", "M8 x 20", "m8×20", "M8 × 20"], &["Screw M8 x 20", "Screw M8x20", "Screw M8×20"]),
        (&["5g", "phone 5g"], &["Phone 5G"]),
        (&["a4", "A4 paper"], &["Paper A4"]),
        (&["12v", "12 v", "lamp 12v"], &["Lamp 12 V", "Lamp 12V"]),
        (&["sweatshirt", "sweat-shirt"], &["Sweat-shirt", "Sweatshirt"]),
    ] {
        for search in searches {
            assert_eq!(found(&app, search).await, names, "{search}");
        }
    }
    // Neither a part of a word nor words that are only near.
    for nothing in ["ifi", "3g", "500ml", "m820"] {
        assert_eq!(found(&app, nothing).await, [""; 0], "{nothing}");
    }
    // A spelling as it is ranks before the others.
    let page = app.anonymous().get(&format!("{PRODUCTS}?search=wifi")).await.expect(200);
    assert_eq!(texts(&page, "name").first().map(String::as_str), Some("Router wifi"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn descriptions_are_found_by_their_text_alone(db: PgPool) {
    let app = app(db);
    described(&app, "Entities", "Caf&eacute; Gr&ouml;&szlig;e&nbsp;weich &amp; warm &lt;hell&gt;").await;
    described(&app, "Inline", "<p>in<b>ner</b>word m<sup>2</sup> <a href=\"/hidden\" class=\"x\">li</a>nk <span class=\"note\">sp</span>an so&shy;ft</p>").await;
    described(&app, "Blocks", "<p>one</p><p>two</p><ul><li>three</li><li>four</li></ul>five<br>six<table><tr><td>seven</td><td>eight</td></tr></table>")
        .await;
    described(&app, "Attributes", "<img src=\"/secret.jpg\" alt=\"leak > leaking\">shown").await;
    described(&app, "Sizes", "Comes with wi-fi, 250 ml each").await;
    for (name, searches) in [
        ("Entities", &["café", "größe", "weich", "warm", "hell"][..]),
        ("Inline", &["innerword", "m2", "m²", "link", "span", "soft"]),
        ("Blocks", &["one", "two", "three", "four", "five", "six", "seven", "eight"]),
        ("Attributes", &["shown"]),
        ("Sizes", &["wifi", "wi-fi", "wi fi", "250ml", "250 ml"]),
    ] {
        assert_finds(&app, name, searches).await;
    }
    for nothing in [
        "nbsp",
        "eacute",
        "amp",
        "szlig",
        "ner",
        "word",
        "onetwo",
        "threefour",
        "fivesix",
        "seveneight",
        "hidden",
        "note",
        "leak",
        "leaking",
        "secret",
    ] {
        assert_eq!(found(&app, nothing).await, [""; 0], "{nothing}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn skus_are_found_whole_in_parts_and_first(db: PgPool) {
    let app = app(db);
    for (name, sku) in [("Cup", "SKU-123"), ("Bowl", "AB-12/3"), ("Plate", "商品-7")] {
        let product = app.a_product().named(name).create().await;
        sqlx::query("update product_variants set sku = $2 where id = $1")
            .bind(product.variant)
            .bind(sku)
            .execute(&app.db)
            .await
            .unwrap();
    }
    app.a_product().named("SKU 123 AB 12 3 商品 7").create().await;
    sqlx::query("select refresh_product_cards(array(select id from products))").execute(&app.db).await.unwrap();
    for (search, first) in
        [("SKU-123", "Cup"), ("sku-123", "Cup"), ("AB-12/3", "Bowl"), ("ab-12/3", "Bowl"), ("商品-7", "Plate")]
    {
        let page = app.anonymous().get(&format!("{PRODUCTS}?search={}", encoded(search))).await.expect(200);
        assert_eq!(texts(&page, "name").first().map(String::as_str), Some(first), "{search}");
    }
    for (search, name) in
        [("SKU-12", "Cup"), ("123", "Cup"), ("AB-12", "Bowl"), ("12/3", "Bowl"), ("ab", "Bowl"), ("商品", "Plate")]
    {
        assert!(found(&app, search).await.contains(&name.to_owned()), "{search}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn corrections_are_words_that_products_have(db: PgPool) {
    let app = shop(db, &["Blouse M", "Wi-Fi T-Shirt 50 ml", "手机壳 เสื้อยืดสีแดง", "Caf\u{e9} U bend"]).await;
    let words: Vec<String> =
        sqlx::query_scalar("select word from catalogue_words order by word").fetch_all(&app.db).await.unwrap();
    assert_eq!(words, ["bend", "blouse", "cafe", "shirt"]);
    assert_eq!(found(&app, "bluose").await, ["Blouse M"]);
    assert_eq!(found(&app, "t-shrit").await, ["Wi-Fi T-Shirt 50 ml"]);
    assert_eq!(found(&app, "blousem").await, ["Blouse M"], "joined words are found");
    assert_eq!(found(&app, "blouzem").await, ["Blouse M"], "the word, and not the joined one, is meant");
    assert_eq!(found(&app, "手机亮").await, [""; 0]);
}
