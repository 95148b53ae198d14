//! A sale during which the serving process or PostgreSQL dies. Afterwards units sold + units on hand = units received, every order
//! has lines, and the mail of every order arrives.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use local_postgres::{Cluster, Durability};
use serde_json::{Value, json};

use crate::a_directory;
use crate::process::{Answer, Serving};

const CARTS: usize = 120;
const UNITS: usize = 100;
/// Number of orders after which the process or PostgreSQL dies.
const MIDDLE: usize = 12;

/// The carts of a sale and their answers.
struct Sale {
    token: String,
    /// The last answer of each cart: an order (`Some(true)`), a refusal (`Some(false)`), or none yet (`None`).
    carts: Mutex<BTreeMap<String, Option<bool>>>,
    bought: AtomicUsize,
}

impl Sale {
    /// Prepares a variant with `UNITS` units, and more carts than that with one unit each.
    fn prepare(shop: &Serving, cluster: &Cluster) -> Self {
        let login = json!({"email": "customer@example.com", "password": "customer-on-this-machine"});
        let token = shop.post("/auth/jwt/create/", &login).json()["access"].as_str().unwrap().to_owned();
        let variant: i64 =
            psql(cluster, "select variant_id from stock_levels where on_hand > 0 order by variant_id limit 1")
                .parse()
                .unwrap();
        psql(
            cluster,
            &format!(
                "select change_stock({variant}, {UNITS} - on_hand, 'counted', now()) from stock_levels where variant_id = {variant}"
            ),
        );
        let wish = json!({"items": [{"product_variant_id": variant, "quantity": 1}]});
        let cart = |_| (shop.post("/api/v1/cart/", &wish).json()["id"].as_str().unwrap().to_owned(), None);
        Self { token, carts: Mutex::new((0..CARTS).map(cart).collect()), bought: AtomicUsize::new(0) }
    }

    /// Checks out every cart without an answer, eight at a time. After no answer or `503`, a cart is still without one.
    fn check_out_waiting_carts(&self, shop: &Serving) {
        let waiting: Vec<String> = self.waiting();
        let next = AtomicUsize::new(0);
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    while let Some(cart) = waiting.get(next.fetch_add(1, Ordering::SeqCst)) {
                        self.record(cart, shop.try_post("/api/v1/orders/", &self.token, &json!({"cart_id": cart})));
                    }
                });
            }
        });
    }

    /// Waits for the middle of the sale. The pauses are short, because a fast machine sells the rest within a tenth of a second.
    fn wait_for_its_middle(&self) {
        within(Duration::from_secs(30), Duration::from_millis(1), || self.bought.load(Ordering::SeqCst) >= MIDDLE);
    }

    fn record(&self, cart: &str, answer: std::io::Result<Answer>) {
        let outcome = match answer.map(|answer| answer.status) {
            Ok(200 | 201) => Some(true),
            Ok(409) => Some(false),
            Ok(503) | Err(_) => None,
            Ok(other) => panic!("no buyer should get {other}"),
        };
        if outcome == Some(true) {
            self.bought.fetch_add(1, Ordering::SeqCst);
        }
        self.carts.lock().unwrap().insert(cart.to_owned(), outcome);
    }

    fn waiting(&self) -> Vec<String> {
        self.carts
            .lock()
            .unwrap()
            .iter()
            .filter(|(_, outcome)| outcome.is_none())
            .map(|(cart, _)| cart.clone())
            .collect()
    }

    /// Checks out the carts without an answer again and again, until all have one.
    fn finish(&self, shop: &Serving) {
        within(Duration::from_secs(60), POLL_INTERVAL, || {
            self.check_out_waiting_carts(shop);
            self.waiting().is_empty()
        });
    }

    fn assert_nothing_is_lost(&self, shop: &Serving, cluster: &Cluster) {
        let bought = self.carts.lock().unwrap().values().filter(|outcome| **outcome == Some(true)).count();
        assert_eq!(bought, UNITS, "as many as there were");
        assert_eq!(
            psql(cluster, "select count(*) from orders"),
            UNITS.to_string(),
            "everyone who bought has one order"
        );
        assert_eq!(
            psql(
                cluster,
                "select count(*) from orders o where not exists (select from order_lines where order_id = o.id)"
            ),
            "0"
        );
        let unbalanced = "select count(*) from stock_levels s where on_hand < 0
                             or on_hand <> (select coalesce(sum(change), 0) from stock_ledger l where l.variant_id = s.variant_id)";
        assert_eq!(psql(cluster, unbalanced), "0");
        let numbers = psql(cluster, "select number from orders");
        // A mail that was being sent when its process died stays claimed for a minute; then its message is delivered again.
        within(Duration::from_secs(180), POLL_INTERVAL, || {
            let subjects = mailed_subjects(shop);
            numbers.lines().all(|number| subjects.iter().any(|subject| subject.contains(number)))
        });
        // If the process died after it had sent an event and before it had marked it, the relay sends the event again and marks it.
        within(Duration::from_secs(180), POLL_INTERVAL, || {
            psql(cluster, "select count(*) from outbox where sent_at is null") == "0"
        });
    }
}

fn mailed_subjects(shop: &Serving) -> Vec<String> {
    let mut subjects = Vec::new();
    let mut path = Some("/dev/mail/?format=json".to_owned());
    while let Some(here) = path {
        let page = shop.get(&here).json();
        subjects.extend(
            page["results"].as_array().unwrap().iter().map(|mail| mail["subject"].as_str().unwrap().to_owned()),
        );
        path = page["next"].as_str().map(|url| url[url.find("/dev/").unwrap()..].to_owned());
    }
    subjects
}

/// Pause before a condition is checked again.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Checks the condition again and again until it is true; panics after the limit.
#[track_caller]
pub(crate) fn within(limit: Duration, pause: Duration, mut is_true: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_true() {
        assert!(started.elapsed() < limit, "not within {limit:?}");
        std::thread::park_timeout(pause);
    }
}

#[track_caller]
fn psql(cluster: &Cluster, sql: &str) -> String {
    cluster.psql("shop", sql).unwrap().trim().to_owned()
}

/// Returns the PostgreSQL of the shop with this home. The shop owns it, so dropping this handle does not stop it.
fn cluster_of(home: &std::path::Path) -> Cluster {
    Cluster::start(&home.join("postgres"), Durability::Durable).unwrap()
}

#[test]
fn kill_9_in_the_middle_of_a_sale_loses_nothing() {
    let home: PathBuf = a_directory();
    let shop = Serving::start_without_limits(&home);
    let cluster = cluster_of(&home);
    let sale = Sale::prepare(&shop, &cluster);
    std::thread::scope(|threads| {
        let buyers = threads.spawn(|| sale.check_out_waiting_carts(&shop));
        sale.wait_for_its_middle();
        shop.kill_9();
        buyers.join().unwrap();
    });
    assert!(!sale.waiting().is_empty(), "it died in the middle");
    drop(shop);

    let shop = Serving::start_without_limits(&home);
    sale.finish(&shop);
    sale.assert_nothing_is_lost(&shop, &cluster);
    assert!(shop.interrupt().1.success());
}

#[test]
fn a_restart_of_postgresql_in_the_middle_of_a_sale_loses_nothing() {
    let home: PathBuf = a_directory();
    let shop = Serving::start_without_limits(&home);
    let cluster = cluster_of(&home);
    let sale = Sale::prepare(&shop, &cluster);
    std::thread::scope(|threads| {
        let buyers = threads.spawn(|| sale.check_out_waiting_carts(&shop));
        sale.wait_for_its_middle();
        assert!(!buyers.is_finished(), "it is the middle");
        cluster.restart_at_once().unwrap();
        buyers.join().unwrap();
    });

    sale.finish(&shop);
    sale.assert_nothing_is_lost(&shop, &cluster);
    assert!(shop.interrupt().1.success());
}

#[test]
fn a_new_customer_registers_browses_fills_a_cart_checks_out_and_gets_the_mail() {
    let home = a_directory();
    let shop = Serving::start(&home);
    let ana = json!({"email": "ana@example.com", "username": "ana", "password": "correct horse battery"});
    assert_eq!(shop.post("/auth/users/", &ana).status, 201);
    let token = shop.post("/auth/jwt/create/", &ana).json()["access"].as_str().unwrap().to_owned();

    let available = shop.get("/api/v1/catalogue/products/?is_available=true&page_size=1").json();
    let product =
        shop.get(&format!("/api/v1/catalogue/products/{}/", available["results"][0]["slug"].as_str().unwrap())).json();
    let variant =
        product["variants"].as_array().unwrap().iter().find(|variant| variant["is_available"] == true).unwrap();
    let image = product["main_image"]["url"].as_str().unwrap();
    assert!(shop.get(&image[image.find("/dev/").unwrap()..]).body.starts_with("<svg"), "an image that shows");

    let wish = json!({"items": [{"product_variant_id": variant["id"], "quantity": 1}]});
    let cart = shop.try_post("/api/v1/cart/", &token, &wish).unwrap().json();
    assert_eq!(cart["grand_total"], variant["price"]);
    let order = shop.try_post("/api/v1/orders/", &token, &json!({"cart_id": cart["id"]})).unwrap();
    assert_eq!(order.status, 201, "{}", order.body);
    let order = order.json();

    let number = order["number"].to_string();
    within(Duration::from_secs(30), POLL_INTERVAL, || {
        mailed_subjects(&shop).iter().any(|subject| subject.contains(&number))
    });
    let mail: Value = shop.get("/dev/mail/?format=json").json();
    assert_eq!(mail["results"][0]["to"], "ana@example.com");
    assert!(shop.interrupt().1.success());
}
