//! `cargo dev serve`, started and stopped as on the command line.

use std::net::TcpListener;
use std::path::Path;

use serde_json::json;

use crate::a_directory;
use crate::process::{Serving, command};

#[test]
fn one_command_starts_a_shop_and_its_data_survives_a_kill() {
    let home = a_directory();
    let shop = Serving::start(&home);
    for path in ["/", "/api/docs/", "/api/schema/", "/dev/mail/", "/admin/sign-in/", "/api/v1/catalogue/products"] {
        assert_eq!(shop.get(path).status, 200, "{path}");
    }
    let login = json!({"email": "customer@example.com", "password": "customer-on-this-machine"});
    let tokens = shop.post("/auth/jwt/create/", &login).json();
    let token = tokens["access"].as_str().unwrap();
    let cart = shop.post("/api/v1/cart/", &json!({})).json();
    let cart = format!("/api/v1/cart/{}/", cart["id"].as_str().unwrap());
    shop.kill();

    let shop = Serving::start(&home);
    assert_eq!(shop.get(&cart).status, 200, "the data is kept");
    assert_eq!(shop.get_with_token("/auth/users/me/", token).json()["email"], "customer@example.com");
    let (_, ended) = shop.interrupt();
    assert!(ended.success());
    let again =
        command(&home, &["serve", "--port", "0", "--fresh"]).env("DATABASE_URL", "postgres://127.0.0.1:1/x").output();
    let output = String::from_utf8(again.unwrap().stderr).unwrap();
    assert!(output.contains("DATABASE_URL names another"), "{output}");
}

#[test]
fn a_second_shop_is_refused_and_a_superuser_is_created_in_the_running_one() {
    let home = a_directory();
    let shop = Serving::start(&home);
    let second = command(&home, &["serve", "--port", "0"]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let output = String::from_utf8(second.stderr).unwrap();
    assert!(output.contains("is already running: http://localhost:"), "{output}");

    let root = ["--email", "root@example.com", "--username", "root", "--password", "a-good-long-one"];
    let made = command(&home, &[["createsuperuser"].as_slice(), &root].concat()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let login = json!({"email": "root@example.com", "password": "a-good-long-one"});
    assert_eq!(shop.post("/auth/jwt/create/", &login).status, 200, "it is in the running shop, which goes on");

    let twice = command(&home, &[["createsuperuser"].as_slice(), &root].concat()).output().unwrap();
    assert_eq!(twice.status.code(), Some(1));
    assert!(shop.interrupt().1.success());
}

#[test]
fn a_port_in_use_is_reported_before_anything_is_started() {
    let home = a_directory();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = command(&home, &["serve", "--port", &port]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let output = String::from_utf8(refused.stderr).unwrap();
    assert!(output.contains(&format!("port {port} is in use")) && output.contains("--port"), "{output}");
    assert!(!home.join("postgres").exists());
}

/// The name of a page on the internet may lead to this machine.
#[test]
fn a_request_to_another_host_is_refused() {
    let shop = Serving::start_at(&a_directory(), "shop.example");
    for path in ["/", "/dev/mail/?format=json", "/api/v1/catalogue/products/", "/dev/images/x.svg", "/nowhere/"] {
        for host in
            ["evil.example", "localhost.evil.example", "evil.example:8000", "127.0.0.1.evil.example", "0.0.0.0", ""]
        {
            let refused = shop.get_at_host(host, path);
            assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("host_not_allowed")), "{host} {path}");
        }
        for host in ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "shop.example", "shop.example:443"] {
            assert_ne!(shop.get_at_host(host, path).status, 403, "{host} {path}");
        }
        assert_eq!(shop.get_at_host("localhost", &format!("http://evil.example{path}")).status, 403, "{path}");
    }
    assert!(shop.interrupt().1.success());
}

#[test]
fn the_currency_is_chosen_at_the_first_start_and_kept() {
    let home = a_directory();
    let tee = |shop: &Serving| shop.get("/api/v1/catalogue/products/everyday-tee/").json();
    let starts: [fn(&Path) -> Serving; 2] = [|home| Serving::start_in(home, "JPY"), Serving::start];
    for start in starts {
        let shop = start(&home);
        assert_eq!((&tee(&shop)["base_price"], &tee(&shop)["currency"]), (&json!("1990"), &json!("JPY")));
        assert!(shop.interrupt().1.success());
    }
    for (currency, problem) in
        [("EUR", "so its currency cannot become EUR"), ("XAU", "is not a currency with at most three decimals")]
    {
        let refused = command(&home, &["serve", "--port", "0", "--currency", currency]).output().unwrap();
        let output = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && output.contains(problem), "{output}");
    }
}
