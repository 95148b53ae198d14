//! The text of the confirmation.

use notifications::{Shop, Site, order_placed};
use shared::locale::Locale;
use shared::mail::Mail;
use shared::testing::TestApp;
use sqlx::PgPool;

use crate::mailers::RecordingMailer;
use crate::{consumer, delivered, shop};

/// Renders the mail of an order of two runners at 74.95 and one shirt, with these names.
async fn confirmation(db: PgPool, name: &str, shop: &Shop) -> (TestApp, Mail) {
    let app = TestApp::without_routes(db);
    let runner = app.a_product().named(name).cents(7495).stock(2).create().await;
    let shirt = app.a_product().named("Shirt").cents(1000).stock(1).create().await;
    let mut order = app.an_order_of(&[(&runner, 2), (&shirt, 1)]).await.order;
    order.items[0].sku = "RUN-1".to_owned();
    order.items[1].sku = "SHIRT-1".to_owned();
    let mail = order_placed(&order, shop, Locale::DEFAULT);
    (app, mail)
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_text_is_complete(db: PgPool) {
    let (app, mail) = confirmation(db, "Runner", &shop()).await;
    let id: sqlx::types::Uuid = sqlx::query_scalar("select id from orders").fetch_one(&app.db).await.unwrap();

    assert_eq!(mail.subject, "Your order 1001 at Corner Shop");
    assert_eq!(
        mail.text,
        format!(
            "Thank you for your order.

Order 1001 at Corner Shop
Placed on 22 November 2026, 06:38 UTC

2 x Runner, One size
    SKU RUN-1
    74.95 EUR each, 149.90 EUR
1 x Shirt, One size
    SKU SHIRT-1
    10.00 EUR each, 10.00 EUR

Total: 159.90 EUR

Your order: https://shop.example.com/orders/{id}

You get this mail because this address placed an order at Corner Shop.
"
        )
    );
    assert_eq!(mail.tags, [("kind", "order_placed".to_owned()), ("order_number", "1001".to_owned())]);
}

/// Renders the mail of two units, 14,990 minor units each, in this currency and language.
async fn amounts(db: PgPool, code: &str, locale: &str) -> String {
    shared::testing::sell_in(&db, code).await;
    let app = TestApp::without_routes(db);
    let runner = app.a_product().named("Runner").cents(14_990).stock(2).create().await;
    let order = app.an_order_of(&[(&runner, 2)]).await.order;
    let mail = order_placed(&order, &shop(), Locale::of_tag(locale));
    mail.text
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn amounts_in_yen_have_no_decimals(db: PgPool) {
    let text = amounts(db, "JPY", "en").await;
    assert!(text.contains("    14,990 JPY each, 29,980 JPY\n") && text.contains("Total: 29,980 JPY\n"), "{text}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn amounts_in_dinars_have_three_decimals(db: PgPool) {
    let text = amounts(db, "KWD", "de").await;
    assert!(text.contains("je 14,990 KWD, 29,980 KWD\n") && text.contains("Summe: 29,980 KWD\n"), "{text}");
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_html_has_the_same_content(db: PgPool) {
    let (app, mail) = confirmation(db, "Runner", &shop()).await;
    let id: sqlx::types::Uuid = sqlx::query_scalar("select id from orders").fetch_one(&app.db).await.unwrap();

    let words = words_of(&mail.html);
    for said in [
        "Thank you for your order.",
        "Order 1001 at Corner Shop",
        "Placed on 22 November 2026, 06:38 UTC",
        "Runner, One size SKU RUN-1 2 149.90 EUR 74.95 each",
        "Shirt, One size SKU SHIRT-1 1 10.00 EUR Total 159.90 EUR",
        "See your order",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert!(mail.html.contains(&format!(r#"href="https://shop.example.com/orders/{id}""#)), "{}", mail.html);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn names_are_escaped(db: PgPool) {
    let name = "<script>alert(\"1\")</script> & Söhne\r\nBcc: you@example.com";
    let shop = Shop { name: "A&B <b>\r\nSubject: x".to_owned(), ..shop() };
    let (_, mail) = confirmation(db, name, &shop).await;

    assert!(!mail.html.contains("<script"), "{}", mail.html);
    assert!(mail.html.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; Söhne Bcc:"), "{}", mail.html);
    assert!(mail.html.contains("A&amp;B &lt;b&gt; Subject: x"), "{}", mail.html);
    assert_eq!(mail.subject, "Your order 1001 at A&B <b> Subject: x");
    assert!(mail.text.contains("2 x <script>alert(\"1\")</script> & Söhne Bcc: you@example.com, One size\n"));
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn every_tag_is_closed_and_no_colour_is_set(db: PgPool) {
    let (_, mail) = confirmation(db, "Runner", &shop()).await;

    let mut open = Vec::new();
    for tag in mail.html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{}", mail.html),
            None if tag.starts_with("!DOCTYPE") || tag.starts_with("meta") || tag == "br" => {}
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(mail.html.contains(r#"<meta name="color-scheme" content="light dark">"#));
    // Our text colour on the client's background could make a mail unreadable.
    for setting in ["background", ";color:#", "\"color:#", "bgcolor"] {
        assert!(!mail.html.contains(setting), "{setting}");
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_shop_without_a_storefront_shows_no_link(db: PgPool) {
    let (_, mail) =
        confirmation(db, "Runner", &Shop { site: Site::Api("https://api.example.com".to_owned()), ..shop() }).await;

    assert!(!mail.html.contains("<a "), "{}", mail.html);
    assert!(!mail.text.contains("Your order:"), "{}", mail.text);
}

/// Returns the visible text with single spaces.
fn words_of(html: &str) -> String {
    let body = &html[html.find("<body").unwrap()..];
    let mut text = String::new();
    for piece in body.split('<').skip(1) {
        let (tag, words) = piece.split_once('>').unwrap();
        if !matches!(tag, "strong" | "/strong") {
            text.push(' ');
        }
        text.push_str(words);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_mail_is_in_the_language_that_was_accepted_at_checkout(db: PgPool) {
    let app = TestApp::without_routes(db);
    let runner = app.a_product().named("Runner").cents(123_450).stock(2).create().await;
    let event = app.an_order_of(&[(&runner, 2)]).await.event;
    sqlx::query("update orders set locale = 'de'").execute(&app.db).await.unwrap();
    let mailer = RecordingMailer::new();

    assert!(delivered(&consumer(&app, mailer.clone()), &event).await);

    let mail = mailer.sent().remove(0);
    assert_eq!(mail.subject, "Ihre Bestellung 1001 bei Corner Shop");
    for said in [
        "Vielen Dank für Ihre Bestellung.\n\nBestellung 1001 bei Corner Shop\nAufgegeben am 22. November 2026, 06:38 UTC\n",
        "2 x Runner, One size\n    Artikelnummer ",
        "\n    je 1.234,50 EUR, 2.469,00 EUR\n\nSumme: 2.469,00 EUR\n",
    ] {
        assert!(mail.text.contains(said), "{said}: {}", mail.text);
    }
    assert!(mail.html.contains(r#"<html lang="de">"#) && mail.html.contains("2.469,00 EUR"), "{}", mail.html);
    for english in ["Order ", "your order", "Total", " each"] {
        assert!(!mail.text.contains(english) && !words_of(&mail.html).contains(english), "{english}: {}", mail.text);
    }
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn names_from_right_to_left_stay_in_their_place(db: PgPool) {
    let app = TestApp::without_routes(db);
    let coffee = app.a_product().named("קפה").stock(1).create().await;
    let mut order = app.an_order_of(&[(&coffee, 1)]).await.order;
    order.items[0].variant_name = "250 g".to_owned();
    let mail = order_placed(&order, &Shop { name: "متجر".to_owned(), ..shop() }, Locale::DEFAULT);

    assert!(mail.text.contains("1 x \u{2068}קפה\u{2069}, 250 g\n"), "{}", mail.text);
    assert_eq!(mail.subject, "Your order 1001 at \u{2068}متجر\u{2069}");
    assert!(mail.html.contains("<bdi>\u{2068}קפה\u{2069}, 250 g</bdi>"), "{}", mail.html);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn the_only_variant_of_a_product_without_options_has_no_name(db: PgPool) {
    let app = TestApp::without_routes(db);
    let mug = app.a_product().named("Mug").stock(1).create().await;
    let mut order = app.an_order_of(&[(&mug, 1)]).await.order;
    order.items[0].variant_name = String::new();

    let mail = order_placed(&order, &shop(), Locale::DEFAULT);

    assert!(mail.text.contains("1 x Mug\n"), "{}", mail.text);
    assert!(mail.html.contains("<bdi>Mug</bdi>"), "{}", mail.html);
}

#[sqlx::test(migrator = "shared::app::db::MIGRATOR")]
async fn a_line_says_how_many_of_its_units_follow_later(db: PgPool) {
    let app = TestApp::without_routes(db);
    let table = app.a_product().named("Table").stock(2).backorders(None).create().await;
    let lamp = app.a_product().named("Lamp").stock(1).backorders(None).create().await;
    let event = app.an_order_of(&[(&table, 5), (&lamp, 1)]).await.event;
    for (locale, later) in [("en", "Follows later: 3 of 5"), ("de", "Folgt später: 3 von 5")] {
        sqlx::query("update orders set locale = $1").bind(locale).execute(&app.db).await.unwrap();
        sqlx::query("delete from mail_log").execute(&app.db).await.unwrap();
        let mailer = RecordingMailer::new();

        assert!(delivered(&consumer(&app, mailer.clone()), &event).await);

        let mail = mailer.sent().remove(0);
        assert_eq!(mail.text.matches(&format!("\n    {later}\n")).count(), 1, "{}", mail.text);
        assert_eq!(words_of(&mail.html).matches(later).count(), 1, "{}", mail.html);
        // Only the table follows later.
        let (table, lamp) = (mail.text.find("Table").unwrap(), mail.text.find("Lamp").unwrap());
        assert!((table..lamp).contains(&mail.text.find(later).unwrap()), "{}", mail.text);
    }
}
