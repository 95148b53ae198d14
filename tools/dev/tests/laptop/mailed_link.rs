//! A link in a mail, from asking for it to what it opens, on one machine.

use std::time::Duration;

use serde_json::{Value, json};

use crate::a_directory;
use crate::process::Serving;
use crate::sale::{NOW_AND_THEN, within};

const CUSTOMER: &str = "customer@example.com";
const NEW_PASSWORD: &str = "a quiet harbour at dawn";

/// The text of the newest mail to the customer with this subject.
fn mail(shop: &Serving, subject: &str) -> Option<String> {
    let mails = shop.get("/dev/mail/?format=json").json();
    let is_it = |mail: &&Value| mail["to"] == CUSTOMER && mail["subject"] == subject;
    let mail = mails["results"].as_array().unwrap().iter().find(is_it)?;
    Some(mail["text"].as_str().unwrap().to_owned())
}

fn log_in(shop: &Serving, password: &str) -> u16 {
    shop.post("/auth/jwt/create/", &json!({"email": CUSTOMER, "password": password})).status
}

#[test]
fn whoever_forgot_their_password_gets_a_link_by_mail_that_leads_to_a_new_one() {
    let home = a_directory();
    let shop = Serving::start(&home);

    assert_eq!(shop.post("/auth/users/reset_password/", &json!({ "email": CUSTOMER })).status, 204);
    within(Duration::from_secs(30), NOW_AND_THEN, || mail(&shop, "Shop: Choose a new password").is_some());

    let text = mail(&shop, "Shop: Choose a new password").unwrap();
    let link = text.lines().find(|line| line.starts_with("http://localhost:")).unwrap();
    let page = &link[link.find("/auth/pages/password/reset/").unwrap()..];
    assert!(shop.get(page).body.contains("<form method=\"post\">"), "to look at it changes nothing");
    let form = format!("new_password={NEW_PASSWORD}&re_new_password={NEW_PASSWORD}").replace(' ', "+");
    let changed = shop.post_form(page, &form);
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(shop.post_form(page, &form).status, 400, "it was good once");

    assert_eq!(log_in(&shop, "customer-on-this-machine"), 401);
    assert_eq!(log_in(&shop, NEW_PASSWORD), 200);
    within(Duration::from_secs(30), NOW_AND_THEN, || mail(&shop, "Shop: Your password was changed").is_some());
    assert!(shop.interrupt().1.success());
}
