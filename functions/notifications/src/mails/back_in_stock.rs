//! The mail for `back_in_stock`: a variant is available again.

use shared::app::db::Tx;
use shared::catalogue::variant_title;
use shared::ids::{EventId, SubscriptionId};
use shared::locale::Texts;
use shared::stock::store::subscriptions::{Subscription, find, wait_again};

use super::{Draft, Ready};
use crate::letter::Letter;
use crate::{Notifications, Shop};

pub(super) async fn draft(
    tx: &mut Tx,
    notifications: &Notifications,
    event: EventId,
    id: SubscriptionId,
) -> sqlx::Result<Draft> {
    let Some(subscription) = find(tx, id, event, notifications.clock.now()).await? else {
        return Ok(Draft::NotDue("the subscription was deleted or waits again"));
    };
    if !subscription.can_be_bought {
        // The variant was sold out while other mails were sent, or is no longer published: the subscription waits for the next time.
        wait_again(tx, id).await?;
        return Ok(Draft::NotDue("the variant cannot be bought now"));
    }
    let (shop, texts) = (&notifications.shop, Texts::new(subscription.locale));
    let mail = letter(&subscription, shop, &texts).mail(&subscription.email, "back_in_stock", &shop.name, &texts);
    Ok(Draft::Ready(Ready { mail, link: None, order_number: None, user_id: subscription.user_id }))
}

fn letter(subscription: &Subscription, shop: &Shop, texts: &Texts) -> Letter {
    Letter {
        heading: texts.text("back-in-stock.heading"),
        sentences: vec![
            variant_title(&subscription.product_name, &subscription.variant_name),
            texts.text("back-in-stock.text"),
        ],
        link: Some((texts.text("back-in-stock.link"), shop.product_url(&subscription.product_slug))),
        after: vec![texts.text("back-in-stock.reason")],
    }
}
