//! Orders that were placed, for the tests of what follows.

use uuid::Uuid;

use super::{TestApp, TestProduct};
use crate::app::Ambient as _;
use crate::ids::{EventId, OrderId};
use crate::orders::Order;
use crate::orders::store::{Outcome, Placement, place};
use crate::outbox::{Event, EventKind};

/// An order, and the event in the outbox that tells of it.
#[derive(Clone, Debug)]
pub struct TestOrder {
    /// The order.
    pub order: Order,
    /// Its event, not sent yet.
    pub event: Event,
}

impl TestApp {
    /// Somebody new buys one of something new.
    pub async fn an_order(&self) -> TestOrder {
        let shoes = self.a_product().stock(1).create().await;
        self.an_order_of(&[(&shoes, 1)]).await
    }

    /// Somebody new buys these. Nobody has sent its event yet.
    pub async fn an_order_of(&self, items: &[(&TestProduct, i32)]) -> TestOrder {
        let user = self.a_user().await;
        let cart = items
            .iter()
            .fold(self.a_cart().of(user.id), |cart, (product, quantity)| cart.with(product.variant, *quantity));
        let placement = Placement {
            order: OrderId(self.clock.ordered_uuid()),
            event: EventId(self.clock.ordered_uuid()),
            cart: cart.create().await,
            user: user.id,
            sign_in: None,
            idempotency_key: None,
            request_digest: Uuid::nil(),
            expected_total: None,
            now: self.clock.now(),
        };
        let Outcome::Placed(order) = place(&self.app.db, &placement).await.unwrap() else {
            panic!("a buyer of what there is enough of gets it");
        };
        let event = Event::new(placement.event, EventKind::OrderPlaced { order_id: order.id });
        TestOrder { order, event }
    }
}
