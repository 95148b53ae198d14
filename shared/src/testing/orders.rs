//! Orders that are already placed, for tests of the steps after that.

use uuid::Uuid;

use super::{TestApp, TestProduct};
use crate::app::Clock as _;
use crate::ids::{CartId, EventId, OrderId, UserId};
use crate::locale::Locale;
use crate::orders::Order;
use crate::orders::store::{Outcome, Placement, place};
use crate::outbox::{Event, EventKind};
use crate::shop::ShopOptions;
use crate::throttles::Subject;
use crate::users::ClientInfo;

/// An order with its event in the outbox.
#[derive(Clone, Debug)]
pub struct TestOrder {
    /// The placed order.
    pub order: Order,
    /// Its event, which is not sent yet.
    pub event: Event,
}

impl TestApp {
    /// Places an order of one unit of a new product by a new user.
    pub async fn an_order(&self) -> TestOrder {
        let shoes = self.a_product().stock(1).create().await;
        self.an_order_of(&[(&shoes, 1)]).await
    }

    /// Places an order of these items by a new user. Its event is not sent yet.
    pub async fn an_order_of(&self, items: &[(&TestProduct, i32)]) -> TestOrder {
        let user = self.a_user().await;
        let cart = items
            .iter()
            .fold(self.a_cart().of(user.id), |cart, (product, quantity)| cart.with(product.variant, *quantity));
        let placement = self.a_placement(cart.create().await, user.id);
        let Outcome::Placed(order) = self.check_out(&placement).await else {
            panic!("an order of items in stock is placed");
        };
        let event = Event::new(placement.event, EventKind::OrderPlaced { order_id: order.id });
        TestOrder { order, event }
    }

    /// Returns the input of a checkout now, without an idempotency key.
    pub fn a_placement(&self, cart: CartId, user: UserId) -> Placement {
        Placement {
            order: OrderId(self.ordered_uuid()),
            event: EventId(self.ordered_uuid()),
            cart,
            user,
            sign_in: Self::sign_in_of(user),
            idempotency_key: None,
            request_digest: Uuid::nil(),
            expected_total: None,
            locale: Locale::DEFAULT,
            client: Subject::client(&ClientInfo::default()),
            options: ShopOptions::UNLIMITED,
            now: self.clock.now(),
        }
    }

    /// Checks out a cart.
    pub async fn check_out(&self, placement: &Placement) -> Outcome {
        place(&self.owner, placement).await.unwrap()
    }
}
