//! `cargo dev --replica`: what a late page of the catalogue can do to a sale, and to the staff who changed it.

use std::path::Path;
use std::time::{Duration, Instant};

use local_postgres::{Cluster, Durability};
use serde_json::{Value, json};

use crate::a_directory;
use crate::process::{Serving, command};

const TEE: &str = "/api/v1/catalogue/products/everyday-tee/";

/// Returns a running server of the shop. The shop owns it, so dropping this does not stop it.
fn server(home: &Path, name: &str) -> Cluster {
    let cluster = local_postgres::open(&home.join(name), Durability::Durable).unwrap();
    assert!(!cluster.is_owner(), "the shop runs it");
    cluster
}

fn psql(cluster: &Cluster, sql: &str) -> String {
    cluster.psql("shop", sql).unwrap()
}

fn wait_until(what: &str, mut ready: impl FnMut() -> bool) {
    let started = Instant::now();
    while !ready() {
        assert!(started.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn log_in(shop: &Serving, name: &str) -> String {
    let login = json!({"email": format!("{name}@example.com"), "password": format!("{name}-on-this-machine")});
    shop.post("/auth/jwt/create/", &login).json()["access"].as_str().unwrap().to_owned()
}

/// Returns the first variant of the tee as this caller sees it; without a token, as everybody does.
fn first_variant(shop: &Serving, token: Option<&str>) -> Value {
    let tee = match token {
        Some(token) => shop.get_with_token(TEE, token),
        None => shop.get(TEE),
    };
    assert_eq!(tee.status, 200, "{}", tee.body);
    tee.json()["variants"][0].clone()
}

/// Puts this many into a cart and checks it out.
fn buy(shop: &Serving, token: &str, variant: &Value, quantity: i64) -> (u16, Value) {
    let wish = json!({"items": [{"product_variant_id": variant["id"], "quantity": quantity}]});
    let cart = shop.post("/api/v1/cart/", &wish);
    if cart.status != 201 {
        return (cart.status, cart.json());
    }
    let order = shop.try_post("/api/v1/orders/", token, &json!({"cart_id": cart.json()["id"]})).unwrap();
    (order.status, order.json())
}

#[test]
fn a_late_page_sells_nothing_that_is_not_there_and_staff_see_their_change() {
    let home = a_directory();
    let shop = Serving::start_with_replica(&home);
    let (primary, replica) = (server(&home, "postgres"), server(&home, "replica"));
    let (staff, customer) = (log_in(&shop, "staff"), log_in(&shop, "customer"));
    let variant = first_variant(&shop, Some(&staff));
    let id = variant["id"].as_i64().unwrap();
    let count_stock = |seen: &Value, units: i64| {
        let counted = json!({"items": [{"variant_id": id, "counted": units, "on_hand_seen": seen}]});
        let set = shop.try_post("/api/v1/catalogue/bulk/stock/", &staff, &counted).unwrap();
        assert_eq!((set.status, &set.json()["changed"]), (200, &json!(1)), "{}", set.body);
    };
    count_stock(&variant["inventory_count"], 5);
    wait_until("the replica follows", || first_variant(&shop, None)["inventory_count"] == 5);

    // From now on the replica is an hour late.
    psql(&replica, "alter system set recovery_min_apply_delay = '1h'");
    psql(&replica, "select pg_reload_conf()");
    wait_until("the delay is set", || psql(&replica, "show recovery_min_apply_delay") == "1h");
    count_stock(&json!(5), 2);

    assert_eq!(first_variant(&shop, Some(&staff))["inventory_count"], 2, "staff see what they set");
    assert_eq!(first_variant(&shop, None)["inventory_count"], 5, "the page is late");

    let (status, refused) = buy(&shop, &customer, &variant, 5);
    assert_eq!(status, 409, "{refused}");
    assert_eq!(psql(&primary, "select count(*) from orders"), "0");

    // What is there is sold, and no more than that.
    let (status, order) = buy(&shop, &customer, &variant, 2);
    assert_eq!(status, 201, "{order}");
    let (status, refused) = buy(&shop, &customer, &variant, 1);
    assert_eq!(status, 409, "{refused}");
    assert_eq!(first_variant(&shop, None)["inventory_count"], 5, "the page is still late");
    let sold = format!("select on_hand from stock_levels where variant_id = {id}");
    assert_eq!(psql(&primary, &sold), "0");
    assert_eq!(psql(&primary, "select sum(quantity) from order_lines"), "2");

    // Without the replica the shop reads the writer.
    replica.kill_hard().unwrap();
    wait_until("the connections of the replica end", || first_variant(&shop, None)["inventory_count"] == 0);
    assert!(shop.interrupt().1.success());
}

#[test]
fn a_replica_of_another_database_is_refused_and_the_next_start_deletes_what_was_left() {
    let home = a_directory();
    let shop = Serving::start_with_replica(&home);
    let replica = server(&home, "replica");
    let running = replica.dir().join("data/postmaster.pid");
    shop.kill();
    assert!(running.exists(), "it outlives a kill, as PostgreSQL does");

    let shop = Serving::start(&home);
    assert!(!running.exists());
    assert!(first_variant(&shop, None)["id"].is_i64());
    assert!(shop.interrupt().1.success());

    let refused = command(&home, &["serve", "--port", "0", "--replica"])
        .env("DATABASE_URL", "postgres://127.0.0.1:1/x")
        .output()
        .unwrap();
    let output = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && output.contains("--replica"), "{output}");
}
