//! All orders, newest first, searchable by number and email address: `GET /admin/orders/`.

use axum::extract::State;
use maud::{Markup, html};
use shared::app::App;
use shared::orders::staff::{OrderRow, OrderSearch, list};
use shared::users::permissions::Orders;

use crate::error::PageError;
use crate::layout::{Section, page};
use crate::list_query::ListQuery;
use crate::staff_page::RequiresOnPage;

const COLUMNS: [(&str, &str); 5] = [("", "Order"), ("", "Buyer"), ("", "Status"), ("number", "Total"), ("", "Placed")];

/// Shows the list of orders.
pub(crate) async fn list_orders(
    State(app): State<App>,
    RequiresOnPage(account, _): RequiresOnPage<Orders>,
    query: ListQuery,
) -> Result<Markup, PageError> {
    let bounds = query.bounds()?;
    let orders = match order_search(query.search.as_deref()) {
        Some(search) => {
            let mut tx = app.db.read().await?;
            let orders = list(&mut tx, search, bounds.after, bounds.limit).await?;
            tx.commit().await?;
            orders
        }
        None => Vec::new(),
    };
    let rows = query.rows(orders, &bounds, |order| (order.placed_at, order.id));
    let content = html! {
        (query.search_form("Order number, or the buyer's email address"))
        (rows.table(&COLUMNS, "No orders found.", cells))
    };
    Ok(page(Section::Orders, "Orders", &account, &content))
}

fn cells(order: &OrderRow) -> Markup {
    html! {
        td { a href={ "/admin/orders/" (order.id) "/" } { "#" (order.number) } }
        td { (order.email) }
        td { (status_tag(&order.status)) }
        td.number { (order.currency.amount(order.total)) " " (order.currency) }
        td.when { (order.placed_at.for_people()) }
    }
}

/// Returns the filter for a search text; `None` if nothing can match it.
fn order_search(text: Option<&str>) -> Option<OrderSearch<'_>> {
    let Some(text) = text else { return Some(OrderSearch::Any) };
    if text.contains('@') {
        return Some(OrderSearch::Email(text));
    }
    text.trim_start_matches('#').parse().ok().map(OrderSearch::Number)
}

/// Renders the status of an order.
pub(crate) fn status_tag(status: &str) -> Markup {
    html! { span.tag.bad[status == "cancelled"].good[status == "delivered"] { (status) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_text_is_a_number_or_an_address() {
        assert!(matches!(order_search(None), Some(OrderSearch::Any)));
        assert!(matches!(order_search(Some("#1001")), Some(OrderSearch::Number(1001))));
        assert!(matches!(order_search(Some("ana@example.com")), Some(OrderSearch::Email("ana@example.com"))));
        assert!(order_search(Some("shoes")).is_none());
        assert!(order_search(Some("99999999999999999999")).is_none());
    }
}
