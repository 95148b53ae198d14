//! The mail for `back_in_stock_requested`: a link with which the owner of an address confirms a back-in-stock subscription.

use shared::app::db::Tx;
use shared::catalogue::variant_title;
use shared::ids::SubscriptionId;
use shared::locale::Texts;
use shared::stock::store::subscriptions::find_unconfirmed;

use super::{Draft, LinkTarget, NewLink, Ready};
use crate::Notifications;
use crate::letter::Letter;

pub(super) async fn draft(tx: &mut Tx, notifications: &Notifications, id: SubscriptionId) -> sqlx::Result<Draft> {
    let Some(subscription) = find_unconfirmed(tx, id).await? else {
        return Ok(Draft::NotDue("the subscription was deleted or is confirmed"));
    };
    let link = NewLink::new(LinkTarget::Subscription(id), notifications);
    let (shop, texts) = (&notifications.shop, Texts::new(subscription.locale));
    let text = |name: &str| texts.text(&format!("back-in-stock-request.{name}"));
    let letter = Letter {
        heading: text("heading"),
        sentences: vec![variant_title(&subscription.product_name, &subscription.variant_name), text("text")],
        link: Some((text("link"), shop.link_url(&link))),
        after: vec![text("validity"), text("otherwise")],
    };
    let mail = letter.mail(&subscription.email, "back_in_stock_requested", &shop.name, &texts);
    Ok(Draft::Ready(Ready { mail, link: Some(link), order_number: None, user_id: None }))
}
