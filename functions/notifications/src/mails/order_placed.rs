//! The mail for `order_placed`: the confirmation of an order.

use maud::{Markup, html};
use shared::app::db::Tx;
use shared::catalogue::variant_title;
use shared::ids::OrderId;
use shared::locale::{Locale, Texts, one_line};
use shared::mail::{ERASED, Mail};
use shared::orders::{Order, OrderLine, store};

use super::{Draft, Ready};
use crate::Shop;
use crate::letter::{SMALL, document, heading};

const TABLE: &str = "width:100%;border-collapse:collapse;margin:1.5rem 0";
const CELL: &str = "padding:.6rem 0;border-bottom:1px solid #888;text-align:left;vertical-align:top";
const AMOUNT: &str =
    "padding:.6rem 0 .6rem 1rem;border-bottom:1px solid #888;text-align:right;vertical-align:top;white-space:nowrap";
const TOTAL: &str = "padding:.6rem 0;text-align:left";
const TOTAL_AMOUNT: &str = "padding:.6rem 0 .6rem 1rem;text-align:right;white-space:nowrap";

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, order: OrderId) -> sqlx::Result<Draft> {
    // The buyer is read first: an erasure between the two reads shows in the order, and a later one makes the claim fail.
    let buyer = store::buyer(tx, order).await?;
    Ok(match buyer.zip(store::find_of_anyone(tx, order).await?) {
        Some((_, order)) if order.email == ERASED => Draft::NotDue("the buyer's account was erased"),
        Some((buyer, order)) => {
            let mail = render(&order, shop, buyer.locale);
            Draft::Ready(Ready { mail, link: None, order_number: Some(order.number), user_id: buyer.user_id })
        }
        None => Draft::Impossible("the order does not exist"),
    })
}

/// Renders the confirmation of an order in this language.
pub fn render(order: &Order, shop: &Shop, locale: Locale) -> Mail {
    let letter = Confirmation {
        order,
        shop: one_line(&shop.name),
        number: order.number.to_string(),
        link: shop.order_url(order),
        texts: Texts::new(locale),
    };
    Mail {
        to: order.email.clone(),
        subject: letter.about_order("order-placed.subject"),
        text: letter.text(),
        html: letter.html().into_string(),
        tags: vec![("kind", "order_placed".to_owned()), ("order_number", order.number.to_string())],
    }
}

/// The content of both forms of the confirmation.
struct Confirmation<'a> {
    order: &'a Order,
    /// The name of the shop.
    shop: String,
    /// The number of the order.
    number: String,
    /// The URL of the order's page, if there is one.
    link: Option<String>,
    texts: Texts,
}

impl Confirmation<'_> {
    /// Returns a text that names the order or the shop.
    fn about_order(&self, path: &str) -> String {
        self.texts.text_with(path, &[("number", &self.number), ("shop", &self.shop)])
    }

    fn placed(&self) -> String {
        self.texts.text_with("order-placed.placed", &[("time", &self.texts.time(self.order.placed_at))])
    }

    fn text(&self) -> String {
        let texts = &self.texts;
        let mut blocks = vec![
            texts.text("order-placed.heading"),
            format!("{}\n{}", self.about_order("order-placed.order"), self.placed()),
            self.order.items.iter().map(|line| self.line_text(line)).collect::<Vec<_>>().join("\n"),
            texts.text_with("order-placed.total", &[("amount", &self.texts.amount(self.order.grand_total))]),
        ];
        blocks.extend(self.link.iter().map(|link| format!("{}: {link}", texts.text("order-placed.link"))));
        blocks.push(self.about_order("order-placed.reason"));
        blocks.join("\n\n") + "\n"
    }

    fn line_text(&self, line: &OrderLine) -> String {
        let texts = &self.texts;
        let title = variant_title(&line.product_name, &line.variant_name);
        let (price, amount) = (self.texts.amount(line.unit_price), self.texts.amount(line.sub_total));
        let mut rows = vec![
            texts.text_with("order-placed.line", &[("quantity", &line.quantity.to_string()), ("title", &title)]),
            texts.text_with("order-placed.sku", &[("sku", &one_line(&line.sku))]),
            texts.text_with("order-placed.amounts", &[("price", &price), ("amount", &amount)]),
        ];
        rows.extend(self.later(line));
        rows.join("\n    ")
    }

    /// Says how many units of a line follow later, if any do.
    fn later(&self, line: &OrderLine) -> Option<String> {
        let (units, quantity) = (line.backordered.to_string(), line.quantity.to_string());
        let text = || self.texts.text_with("order-placed.later", &[("units", &units), ("quantity", &quantity)]);
        (line.backordered > 0).then(text)
    }

    fn html(&self) -> Markup {
        let texts = &self.texts;
        document(
            texts,
            &self.about_order("order-placed.order"),
            &html! {
                (heading(&texts.text("order-placed.heading")))
                p style="margin:0" { strong { (self.about_order("order-placed.order")) } }
                p style="margin:0" { (self.placed()) }
                (self.table())
                @if let Some(link) = &self.link {
                    p { a href=(link) style="color:inherit" { (texts.text("order-table.link")) } }
                }
                p style=(SMALL) { (self.about_order("order-placed.reason")) }
            },
        )
    }

    fn table(&self) -> Markup {
        let texts = &self.texts;
        html! {
            table style=(TABLE) {
                thead {
                    tr {
                        th scope="col" style=(CELL) { (texts.text("order-table.item")) }
                        th scope="col" style=(AMOUNT) { (texts.text("order-table.quantity")) }
                        th scope="col" style=(AMOUNT) { (texts.text("order-table.price")) }
                    }
                }
                tbody { @for line in &self.order.items { (self.row(line)) } }
                tfoot {
                    tr {
                        th scope="row" colspan="2" style=(TOTAL) { (texts.text("order-table.total")) }
                        td style=(TOTAL_AMOUNT) { strong { (self.texts.amount(self.order.grand_total)) } }
                    }
                }
            }
        }
    }

    fn row(&self, line: &OrderLine) -> Markup {
        let texts = &self.texts;
        let each = || texts.text_with("order-table.each", &[("price", &texts.number(line.unit_price))]);
        html! {
            tr {
                td style=(CELL) {
                    bdi { (variant_title(&line.product_name, &line.variant_name)) }
                    br;
                    span style=(SMALL) { (texts.text_with("order-placed.sku", &[("sku", &one_line(&line.sku))])) }
                    @if let Some(later) = self.later(line) { br; span style=(SMALL) { (later) } }
                }
                td style=(AMOUNT) { (line.quantity) }
                td style=(AMOUNT) {
                    (self.texts.amount(line.sub_total))
                    @if line.quantity > 1 { br; span style=(SMALL) { (each()) } }
                }
            }
        }
    }
}
