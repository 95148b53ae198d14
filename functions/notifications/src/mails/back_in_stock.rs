//! The mail for `back_in_stock`: a variant is available again.

use shared::app::db::Tx;
use shared::ids::{EventId, SubscriptionId};
use shared::stock::store::subscriptions::{Subscription, find, wait_again};

use super::{Draft, Ready};
use crate::letter::{Letter, one_line};
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
    let mail =
        letter(&subscription, &notifications.shop).mail(&subscription.email, "back_in_stock", &notifications.shop.name);
    Ok(Draft::Ready(Ready { mail, link: None, order_number: None, user_id: subscription.user_id }))
}

fn letter(subscription: &Subscription, shop: &Shop) -> Letter<'static> {
    let (product, variant) = (one_line(&subscription.product_name), one_line(&subscription.variant_name));
    let name = if variant.is_empty() { product } else { format!("{product}, {variant}") };
    Letter {
        heading: "What you asked for is in stock again",
        sentences: vec![name, "It is available now, but not reserved for you.".to_owned()],
        link: Some(("See it", shop.product_url(&subscription.product_slug))),
        after: vec![
            "You get this mail because someone, most likely you, asked for it with this address. It is the only one: with it the \
             request is done, so there is nothing to unsubscribe from."
                .to_owned(),
        ],
    }
}
