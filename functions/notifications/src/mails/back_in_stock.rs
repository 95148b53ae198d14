//! The mail for `back_in_stock`: a variant is available again.

use shared::app::db::Tx;
use shared::ids::{EventId, NoticeId};
use shared::stock::store::notices::{Notice, find, wait_again};

use super::{Draft, Ready};
use crate::letter::{Letter, one_line};
use crate::{Notifications, Shop};

pub(super) async fn draft(
    tx: &mut Tx,
    notifications: &Notifications,
    event: EventId,
    notice: NoticeId,
) -> sqlx::Result<Draft> {
    let Some(asked) = find(tx, notice, event, notifications.clock.now()).await? else {
        return Ok(Draft::Nobody("the subscription was deleted or waits again"));
    };
    if !asked.can_be_bought {
        // The variant was sold out while other mails were sent, or is no longer published: the subscription waits for the next time.
        wait_again(tx, notice).await?;
        return Ok(Draft::Nobody("it cannot be bought now"));
    }
    let mail = letter(&asked, &notifications.shop).mail(&asked.email, "back_in_stock", &notifications.shop.name);
    Ok(Draft::Ready(Ready { mail, link: None, order_number: None, user_id: asked.user_id }))
}

fn letter(asked: &Notice, shop: &Shop) -> Letter<'static> {
    let (product, variant) = (one_line(&asked.product_name), one_line(&asked.variant_name));
    let what = if variant.is_empty() { product } else { format!("{product}, {variant}") };
    Letter {
        heading: "What you asked for is in stock again",
        sentences: vec![what, "It is available now, but not reserved for you.".to_owned()],
        link: Some(("See it", shop.product_url(&asked.product_slug))),
        after: vec![
            "You get this mail because someone, most likely you, asked for it with this address. It is the only one: with it the \
             request is done, so there is nothing to unsubscribe from."
                .to_owned(),
        ],
    }
}
