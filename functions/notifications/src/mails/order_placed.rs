//! The mail for `order_placed`: the confirmation of an order.

use std::fmt::Write as _;

use maud::{Markup, html};
use shared::app::db::Tx;
use shared::ids::OrderId;
use shared::mail::{ERASED, Mail};
use shared::orders::{Order, OrderLine, store};

use super::{Draft, Ready};
use crate::Shop;
use crate::letter::{SMALL, document, heading, one_line};

const TABLE: &str = "width:100%;border-collapse:collapse;margin:1.5rem 0";
const CELL: &str = "padding:.6rem 0;border-bottom:1px solid #888;text-align:left;vertical-align:top";
const AMOUNT: &str =
    "padding:.6rem 0 .6rem 1rem;border-bottom:1px solid #888;text-align:right;vertical-align:top;white-space:nowrap";
const TOTAL: &str = "padding:.6rem 0;text-align:left";
const TOTAL_AMOUNT: &str = "padding:.6rem 0 .6rem 1rem;text-align:right;white-space:nowrap";

pub(super) async fn draft(tx: &mut Tx, shop: &Shop, order: OrderId) -> sqlx::Result<Draft> {
    // The buyer is read first: an erasure between the two reads shows in the order, and a later one makes the claim fail.
    let user_id = store::buyer(tx, order).await?;
    Ok(match store::find_of_anyone(tx, order).await? {
        Some(order) if order.email == ERASED => Draft::NotDue("the buyer's account was erased"),
        Some(order) => {
            let number = Some(order.number);
            Draft::Ready(Ready { mail: render(&order, shop), link: None, order_number: number, user_id })
        }
        None => Draft::Impossible("the order does not exist"),
    })
}

/// Renders the confirmation of an order.
pub fn render(order: &Order, shop: &Shop) -> Mail {
    let name = one_line(&shop.name);
    Mail {
        to: order.email.clone(),
        subject: format!("Your order {} at {name}", order.number),
        text: text(order, &name, shop.order_url(order).as_deref()),
        html: html(order, &name, shop.order_url(order).as_deref()).into_string(),
        tags: vec![("kind", "order_placed".to_owned()), ("order_number", order.number.to_string())],
    }
}

/// Returns the names of product and variant: `Runner, EU 42`.
fn title(line: &OrderLine) -> String {
    let (product, variant) = (one_line(&line.product_name), one_line(&line.variant_name));
    if variant.is_empty() { product } else { format!("{product}, {variant}") }
}

fn text(order: &Order, shop: &str, link: Option<&str>) -> String {
    let currency = &order.currency;
    let mut text = format!(
        "Thank you for your order.\n\nOrder {} at {shop}\nPlaced on {}\n\n",
        order.number,
        order.placed_at.for_people()
    );
    // Writing to a String cannot fail.
    for line in &order.items {
        let _ = writeln!(text, "{} x {}", line.quantity, title(line));
        let _ = writeln!(text, "    SKU {}", one_line(&line.sku));
        let _ = writeln!(text, "    {} {currency} each, {} {currency}", line.unit_price, line.sub_total);
    }
    let _ = writeln!(text, "\nTotal: {} {currency}", order.grand_total);
    if let Some(link) = link {
        let _ = writeln!(text, "\nYour order: {link}");
    }
    let _ = writeln!(text, "\nYou get this mail because this address placed an order at {shop}.");
    text
}

fn html(order: &Order, shop: &str, link: Option<&str>) -> Markup {
    document(
        &format!("Order {} at {shop}", order.number),
        &html! {
            (heading("Thank you for your order."))
            p style="margin:0" { "Order " strong { (order.number) } " at " (shop) }
            p style="margin:0" { "Placed on " (order.placed_at.for_people()) }
            (lines(order))
            @if let Some(link) = link {
                p { a href=(link) style="color:inherit" { "See your order" } }
            }
            p style=(SMALL) { "You get this mail because this address placed an order at " (shop) "." }
        },
    )
}

fn lines(order: &Order) -> Markup {
    let currency = &order.currency;
    html! {
        table style=(TABLE) {
            thead {
                tr {
                    th scope="col" style=(CELL) { "Item" }
                    th scope="col" style=(AMOUNT) { "Quantity" }
                    th scope="col" style=(AMOUNT) { "Price" }
                }
            }
            tbody {
                @for line in &order.items {
                    tr {
                        td style=(CELL) { (title(line)) br; span style=(SMALL) { "SKU " (one_line(&line.sku)) } }
                        td style=(AMOUNT) { (line.quantity) }
                        td style=(AMOUNT) {
                            (line.sub_total) " " (currency)
                            @if line.quantity > 1 { br; span style=(SMALL) { (line.unit_price) " each" } }
                        }
                    }
                }
            }
            tfoot {
                tr {
                    th scope="row" colspan="2" style=(TOTAL) { "Total" }
                    td style=(TOTAL_AMOUNT) { strong { (order.grand_total) " " (currency) } }
                }
            }
        }
    }
}
