//! Buyers: they register or log in, fill carts and check out, repeat requests and vanish in the middle of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};
use shared::app::db::Db;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::TRIES;
use crate::client::{Answer, Asked, Behaviour, Client};
use crate::seeded::Seeded;
use crate::stage::{Account, PASSWORD, Shelf, prove};

/// Name of checkouts in the record.
const CHECK_OUT: &str = "check out";

/// A person who buys.
pub struct Buyer {
    /// Browser of the buyer.
    pub client: Client,
    /// Random decisions of the buyer.
    pub seeded: Seeded,
    /// Products that are for sale.
    pub shelf: Arc<Shelf>,
    /// Account of the buyer.
    pub account: Account,
    /// Connections that no fault touches.
    pub directly: Db,
    /// Number of the accounts that buyers have registered.
    pub registered: Arc<AtomicU64>,
}

/// A checkout whose outcome the buyer does not know, with the account that may know it.
pub struct Unknown {
    asked: Asked,
    cart: Uuid,
    account: Account,
}

impl Buyer {
    /// Buys until it is time to stop; returns the checkouts whose outcome is unknown.
    pub async fn buy(mut self, stop: Arc<AtomicBool>) -> (Self, Vec<Unknown>) {
        let mut unknown = Vec::new();
        while !stop.load(Ordering::SeqCst) {
            if self.client.token.is_none() && !self.arrive().await {
                continue;
            }
            if let Some((cart, total)) = self.fill_a_cart().await {
                unknown.extend(self.check_out(cart, total).await);
            }
            if self.seeded.within(0..150) == 0 {
                self.leave_for_good().await;
            }
            sleep(self.seeded.millis(0..300)).await;
        }
        (self, unknown)
    }

    /// Repeats a checkout until its outcome is known, for a minute at most.
    pub async fn resolve(&mut self, unknown: Unknown, ends: Instant) {
        let Unknown { asked, cart, account } = unknown;
        self.account = account;
        self.client.token = None;
        while Instant::now() < ends {
            if self.client.token.is_none() && !self.client.log_in(&self.account.email).await {
                // The account was erased.
                self.client.recorder().lock().checkouts.entry(cart).or_default().is_unknown = false;
                return;
            }
            let answer = self.client.send(&asked).await;
            if self.note(cart, answer.as_ref()) {
                return;
            }
            if answer.is_some_and(|answer| answer.status == 401) {
                self.client.token = None;
            }
        }
    }

    /// Logs in, or registers if the account is gone.
    async fn arrive(&mut self) -> bool {
        if self.client.log_in(&self.account.email).await {
            return true;
        }
        let number = self.registered.fetch_add(1, Ordering::SeqCst);
        let name = format!("newcomer-{number}");
        let email = format!("{name}@storm.example.com");
        let body = json!({"email": email, "username": name, "password": PASSWORD});
        // Registering is not repeatable: after a lost answer, the second try gets 400, and the log-in succeeds.
        self.client.insist(&Asked::post("register", "/auth/users/", body)).await;
        if !self.client.log_in(&email).await {
            return false;
        }
        let me = Asked::new("read the account", http::Method::GET, "/auth/users/me/", Value::Null);
        let id = self.client.insist(&me).await.and_then(|answer| answer.body["id"].as_i64());
        let Some(id) = id else { return false };
        self.account = Account { id, email };
        // An address that is not proven gets few mails; the others are recorded as suppressed.
        if self.seeded.chance(60) {
            let _ = prove(&self.directly, &self.account).await;
        }
        true
    }

    /// Creates a cart, as a guest or with the account; returns its id and its total.
    async fn fill_a_cart(&mut self) -> Option<(Uuid, Value)> {
        let mut shopper = self.client.clone();
        if self.seeded.chance(30) {
            shopper.token = None;
        }
        let items: Vec<Value> = (0..self.seeded.within(1..5)).filter_map(|_| self.item()).collect();
        let asked = Asked::post("create a cart", "/api/v1/cart/", json!({"items": distinct(items)}));
        let created = shopper.insist(&asked.with_key(Some(self.seeded.uuid()))).await?;
        if created.status == 401 {
            self.client.token = None;
        }
        let cart: Uuid = created.body["id"].as_str()?.parse().ok()?;
        if !self.seeded.chance(30) {
            return Some((cart, created.body["grand_total"].clone()));
        }
        let added = Asked::post("add an item", format!("/api/v1/cart/{cart}/items/"), self.item()?);
        shopper.insist(&added.with_key(Some(self.seeded.uuid()))).await;
        Some((cart, Value::Null))
    }

    fn item(&mut self) -> Option<Value> {
        let products = self.shelf.products();
        let variants = self.seeded.pick(&products)?.variants.clone();
        let variant = self.seeded.pick(&variants)?;
        Some(json!({"product_variant_id": variant, "quantity": self.seeded.within(1..4)}))
    }

    /// Checks a cart out, with one key or without, until the outcome is known or the buyer gives up.
    async fn check_out(&mut self, cart: Uuid, total: Value) -> Option<Unknown> {
        let key = self.seeded.chance(80).then(|| self.seeded.uuid());
        let mut body = json!({"cart_id": cart});
        if !total.is_null() && self.seeded.chance(40) {
            body["expected_total"] = total;
        }
        let asked = || Asked::post(CHECK_OUT, "/api/v1/orders/", body.clone()).with_key(key);
        for _ in 0..TRIES {
            if self.client.token.is_none() && !self.client.log_in(&self.account.email).await {
                break;
            }
            let (first, second) = (asked(), self.seeded.chance(10).then(&asked));
            let behaviour = self.behaviour();
            let (answer, twin) = tokio::join!(self.client.send_with(&first, behaviour), async {
                match &second {
                    Some(second) => self.client.send(second).await,
                    None => None,
                }
            });
            let is_known = self.note(cart, answer.as_ref());
            let is_known = is_known & (second.is_none() || self.note(cart, twin.as_ref()));
            let is_ordered = answer.as_ref().or(twin.as_ref()).is_some_and(|answer| answer.status < 300);
            if [answer, twin].into_iter().flatten().any(|answer| answer.status == 401) {
                self.client.token = None;
                continue;
            }
            if is_known {
                if is_ordered && self.seeded.chance(30) {
                    let again = self.client.send(&asked()).await;
                    self.note(cart, again.as_ref());
                }
                return None;
            }
            sleep(self.seeded.millis(50..800)).await;
        }
        Some(Unknown { asked: asked(), cart, account: self.account.clone() })
    }

    fn behaviour(&mut self) -> Behaviour {
        match self.seeded.within(0..10) {
            0 => Behaviour::HangsUp(self.seeded.millis(1..60)),
            1 => Behaviour::HangsUp(self.seeded.millis(60..2_000)),
            2 => Behaviour::Leaves,
            _ => Behaviour::Waits,
        }
    }

    /// Records the answer of a checkout; returns true if its outcome is known.
    fn note(&self, cart: Uuid, answer: Option<&Answer>) -> bool {
        let mut record = self.client.recorder().lock();
        let checkout = record.checkouts.entry(cart).or_default();
        checkout.tries += 1;
        let is_known = answer.is_some_and(|answer| ![401, 503].contains(&answer.status));
        if let Some(Answer { status: status @ (200 | 201), body }) = answer {
            checkout.orders.push((*status, body.clone()));
        }
        checkout.is_unknown = !is_known && checkout.orders.is_empty();
        is_known
    }

    /// Deletes the account. The buyer comes back as another.
    pub async fn leave_for_good(&mut self) {
        let asked = Asked::new(
            "delete the account",
            http::Method::DELETE,
            "/auth/users/me/",
            json!({"current_password": PASSWORD}),
        );
        let answer = self.client.insist(&asked).await;
        if answer.is_some_and(|answer| answer.status == 204) {
            self.client
                .recorder()
                .lock()
                .erased
                .push(crate::record::Erased { user_id: self.account.id, email: self.account.email.clone() });
        }
        self.client.token = None;
    }
}

/// Returns one item for each variant, because a new cart must not name one twice.
fn distinct(mut items: Vec<Value>) -> Vec<Value> {
    let mut known = Vec::new();
    items.retain(|item| {
        let is_new = !known.contains(&item["product_variant_id"]);
        known.push(item["product_variant_id"].clone());
        is_new
    });
    items
}
