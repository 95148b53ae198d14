//! An order with its lines, history and mails: `GET /admin/orders/{id}/`.

use axum::extract::State;
use maud::{Markup, html};
use shared::app::App;
use shared::http::{ApiError, PathId};
use shared::ids::OrderId;
use shared::mail::staff::{OrderMail, of_order};
use shared::orders::OrderLine;
use shared::orders::staff::{OrderRow, OrderStep, find, steps};
use shared::orders::store::lines;
use shared::users::Permission;
use shared::users::permissions::Orders;

use crate::error::PageError;
use crate::layout::{Section, page};
use crate::orders::status_tag;
use crate::resend_mail;
use crate::staff_page::RequiresOnPage;
use crate::variant::variant_path;

/// Shows the page of an order.
pub(crate) async fn get_order(
    State(app): State<App>,
    RequiresOnPage(account, _): RequiresOnPage<Orders>,
    id: Result<PathId<OrderId>, ApiError>,
) -> Result<Markup, PageError> {
    let PathId(id) = id?;
    let mut tx = app.db.read().await?;
    let order = find(&mut tx, id).await?.ok_or(PageError::NotFound)?;
    let lines = lines(&mut tx, id, order.currency).await?;
    let steps = steps(&mut tx, id).await?;
    let mails = of_order(&mut tx, id, order.placed_at, &order.email).await?;
    tx.commit().await?;
    let content = html! {
        (facts(&order))
        h2 { "Lines" }
        (line_table(&order, &lines, account.permissions.has(Permission::Stock)))
        h2 { "What happened" }
        (step_table(&steps))
        h2 { "Mail" }
        (mail_table(id, &mails))
    };
    Ok(page(Section::Orders, &format!("Order #{}", order.number), &account, &content))
}

fn facts(order: &OrderRow) -> Markup {
    html! {
        dl.facts {
            dt { "Status" } dd { (status_tag(&order.status)) }
            dt { "Buyer" } dd { (order.email) }
            dt { "Placed" } dd { (order.placed_at.for_people()) }
            dt { "Id" } dd { (order.id) }
        }
    }
}

/// Renders the lines, with links to the stock for users who may see it.
fn line_table(order: &OrderRow, lines: &[OrderLine], has_links: bool) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th scope="col" { "Product" } th scope="col" { "SKU" }
                th.number scope="col" { "Each" } th.number scope="col" { "Units" } th.number scope="col" { "Sum" }
            } }
            tbody { @for line in lines { tr {
                td { bdi { (line.product_name) } " " bdi.quiet { (line.variant_name) } }
                td { @match line.product_variant_id.filter(|_| has_links) {
                    Some(variant) => a href=(variant_path(variant)) { bdi { (line.sku) } },
                    None => bdi { (line.sku) },
                } }
                td.number { (line.unit_price) }
                td.number {
                    (line.quantity)
                    @if line.backordered > 0 { " " span.tag.bad { (line.backordered) " backordered" } }
                }
                td.number { (line.sub_total) }
            } } }
            tfoot { tr { td colspan="4" { "Total" } td.number { (order.currency.amount(order.total)) " " (order.currency) } } }
        } }
    }
}

fn step_table(steps: &[OrderStep]) -> Markup {
    html! {
        div.scroll { table { tbody { @for step in steps { tr {
            td.when { (step.at.for_people()) }
            td { (step.kind) }
            td.quiet { @if let Some(by) = &step.by { "by " (by) } }
        } } } } }
    }
}

fn mail_table(order: OrderId, mails: &[OrderMail]) -> Markup {
    html! {
        div.scroll {
            @if mails.is_empty() { p.empty { "No mails yet." } }
            @else { table { tbody { @for mail in mails { tr {
                td { (mail.kind) }
                td { (mail_state(mail)) }
                td { (mail.recipient.as_deref().unwrap_or_default()) }
                td.when { @if let Some(at) = mail.finished_at.or(mail.queued_at) { (at.for_people()) } }
                td.quiet { (mail.error.as_deref().or(mail.queue_error.as_deref()).unwrap_or_default()) }
                td { (resend_mail::form(order, mail)) }
            } } } } }
        }
    }
}

fn mail_state(mail: &OrderMail) -> Markup {
    match (mail.status.as_deref(), mail.queued_at) {
        (Some("sent"), _) => html! { span.tag.good { "sent" } },
        (Some("failed"), _) => html! { span.tag.bad { "failed" } },
        (Some("suppressed"), _) => html! { span.tag.bad { "not sent" } },
        (Some(_), _) => html! { span.tag { "being sent" } },
        (None, Some(_)) => html! { span.tag { "in the queue" } },
        (None, None) => html! { span.tag { "not in the queue yet" } },
    }
}
