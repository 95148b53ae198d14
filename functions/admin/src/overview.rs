//! The figures of the shop that the user may see: `GET /admin/`.

use axum::extract::State;
use maud::{Markup, html};
use shared::app::App;
use shared::app::db::Tx;
use shared::orders::staff::Sales;
use shared::outbox::store::Backlog;
use shared::time::Timestamp;
use shared::users::{Permission, Permissions};
use shared::{mail, orders, outbox, stock};

use crate::error::PageError;
use crate::layout::{Section, page};
use crate::staff_page::StaffPage;

const DAY_SECONDS: i64 = 86_400;
/// Days for which failed mails are shown.
const FAILED_MAIL_DAYS: i64 = 7;

/// The figures of the page, each for users with its permission.
struct Figures {
    orders: Option<OrderFigures>,
    out_of_stock: Option<i64>,
}

struct OrderFigures {
    sales: Sales,
    backlog: Backlog,
    failed_mails: i64,
}

/// Shows the overview page.
pub(crate) async fn get_overview(State(app): State<App>, StaffPage(account): StaffPage) -> Result<Markup, PageError> {
    let now = app.clock.now();
    let mut tx = app.db.read().await?;
    let figures = read(&mut tx, account.permissions, now).await?;
    tx.commit().await?;
    Ok(page(Section::Overview, "Overview", &account, &show(&figures)))
}

async fn read(tx: &mut Tx, permissions: Permissions, now: Timestamp) -> Result<Figures, PageError> {
    let orders = if permissions.has(Permission::Orders) { Some(read_orders(tx, now).await?) } else { None };
    let has_stock = permissions.has(Permission::Stock);
    let out_of_stock = if has_stock { Some(stock::staff::out_of_stock(tx, now).await?) } else { None };
    Ok(Figures { orders, out_of_stock })
}

async fn read_orders(tx: &mut Tx, now: Timestamp) -> Result<OrderFigures, PageError> {
    Ok(OrderFigures {
        sales: orders::staff::sales_since(tx, start_of_day(now)).await?,
        backlog: outbox::store::backlog(tx).await?,
        failed_mails: mail::staff::failed_since(tx, now.plus_seconds(-FAILED_MAIL_DAYS * DAY_SECONDS)).await?,
    })
}

fn show(figures: &Figures) -> Markup {
    let Figures { orders, out_of_stock } = figures;
    html! {
        @if let Some(OrderFigures { sales, .. }) = orders {
            h2 { "Today" small.quiet { " since 00:00 UTC" } }
            dl.figures {
                div { dt { "Orders" } dd { (sales.orders) } }
                div { dt { "Revenue" } dd { (sales.revenue) " " (sales.revenue.currency) } }
                div { dt { "Units sold" } dd { (sales.units) } }
            }
        }
        @if orders.is_some() || out_of_stock.is_some() {
            h2 { "Needs attention" }
            dl.figures {
                @if let Some(orders) = orders { (mail_figures(orders)) }
                @if let Some(variants) = out_of_stock {
                    div.warn[*variants > 0] {
                        dt { "Variants out of stock" } dd { (variants) small { "of those for sale" } }
                    }
                }
            }
        } @else {
            p.empty { "Your roles do not include any of these figures." }
        }
    }
}

fn mail_figures(figures: &OrderFigures) -> Markup {
    let OrderFigures { backlog: Backlog { unsent, oldest }, failed_mails, .. } = figures;
    html! {
        div.warn[*unsent > 0] {
            dt { "Events not sent yet" }
            dd { (unsent) @if let Some(oldest) = oldest { small { "the oldest since " (oldest.for_people()) } } }
        }
        div.warn[*failed_mails > 0] { dt { "Mails failed" } dd { (failed_mails) small { "in the last 7 days" } } }
    }
}

/// Returns the midnight before this time, in UTC.
fn start_of_day(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds(now.seconds() - now.seconds().rem_euclid(DAY_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight() {
        let midnight = 1_795_305_600;
        for seconds in [midnight, midnight + 1, midnight + DAY_SECONDS - 1] {
            assert_eq!(start_of_day(Timestamp::from_seconds(seconds)).to_string(), "2026-11-22T00:00:00.000000Z");
        }
    }
}
