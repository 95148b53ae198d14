//! Links in mails on one machine, from the request for a link to the page that it opens.

use std::time::Duration;

use serde_json::{Value, json};

use crate::a_directory;
use crate::process::{Answer, Serving};
use crate::sale::{POLL_INTERVAL, within};

const CUSTOMER: &str = "customer@example.com";
const PASSWORD: &str = "a quiet harbour at dawn";

/// Waits for the newest mail to this address with this subject, and returns its text.
#[track_caller]
fn mail(shop: &Serving, to: &str, subject: &str) -> String {
    let mut text = None;
    within(Duration::from_secs(30), POLL_INTERVAL, || {
        let mails = shop.get("/dev/mail/?format=json").json();
        let is_it = |mail: &&Value| mail["to"] == to && mail["subject"] == subject;
        let mail = mails["results"].as_array().unwrap().iter().find(is_it);
        text = mail.map(|mail| mail["text"].as_str().unwrap().to_owned());
        text.is_some()
    });
    text.unwrap()
}

/// Returns the path of the page that the link in a mail leads to.
fn page_in(mail: &str) -> String {
    let link = mail.lines().find(|line| line.starts_with("http://localhost:")).unwrap();
    link[link.find("/auth/pages/").unwrap()..].to_owned()
}

fn log_in(shop: &Serving, email: &str, password: &str) -> Answer {
    shop.post("/auth/jwt/create/", &json!({"email": email, "password": password}))
}

#[test]
fn a_mailed_link_resets_a_forgotten_password() {
    let home = a_directory();
    let shop = Serving::start(&home);

    assert_eq!(shop.post("/auth/users/reset_password/", &json!({ "email": CUSTOMER })).status, 204);
    let page = page_in(&mail(&shop, CUSTOMER, "Shop: Choose a new password"));
    assert!(shop.get(&page).body.contains("<form method=\"post\">"), "to look at it changes nothing");
    let form = format!("new_password={PASSWORD}&re_new_password={PASSWORD}").replace(' ', "+");
    let changed = shop.post_form(&page, &form);
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(shop.post_form(&page, &form).status, 400, "it was good once");

    assert_eq!(log_in(&shop, CUSTOMER, "customer-on-this-machine").status, 401);
    assert_eq!(log_in(&shop, CUSTOMER, PASSWORD).status, 200);
    mail(&shop, CUSTOMER, "Shop: Your password was changed");
    assert!(shop.interrupt().1.success());
}

#[test]
fn with_activation_mails_a_new_account_and_a_new_address_need_their_link() {
    let home = a_directory();
    let shop = Serving::start_with(&home, "SEND_ACTIVATION_EMAIL");
    let (old, new) = ("ana@example.com", "ana@example.org");

    let ana = json!({"email": old, "username": "ana", "password": PASSWORD});
    assert_eq!(shop.post("/auth/users/", &ana).status, 201);
    assert_eq!(log_in(&shop, old, PASSWORD).status, 401);
    let page = page_in(&mail(&shop, old, "Shop: Activate your account"));
    let form = format!("password={PASSWORD}&re_password={PASSWORD}").replace(' ', "+");
    assert_eq!(shop.post_form(&page, &form).status, 200);
    let tokens = log_in(&shop, old, PASSWORD).json();

    let change = json!({"new_email": new, "current_password": PASSWORD});
    let changed = shop.try_post("/auth/users/set_email/", tokens["access"].as_str().unwrap(), &change).unwrap();
    assert_eq!(changed.status, 204, "{}", changed.body);
    assert_eq!(log_in(&shop, new, PASSWORD).status, 401);
    let page = page_in(&mail(&shop, new, "Shop: Activate your account"));
    assert_eq!(shop.post_form(&page, &form).status, 200);
    assert_eq!(log_in(&shop, new, PASSWORD).status, 200);
    mail(&shop, new, "Shop: This is the new address of your account");
    mail(&shop, old, "Shop: The address of your account was changed");
    assert!(shop.interrupt().1.success());
}
