//! The mailbox keeps mail and shows it.

use std::sync::Arc;

use aws_emulation::mailbox::{Mailbox, router};
use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use shared::mail::{Mail, Mailer as _, SendError};
use tower::ServiceExt as _;

use crate::{TestClock, a_directory};

fn a_mail(subject: &str) -> Mail {
    Mail {
        to: "ana@example.com".to_owned(),
        subject: subject.to_owned(),
        text: "Thank you.".to_owned(),
        html: "<p>Thank <b>you</b>.</p>".to_owned(),
        tags: Vec::new(),
    }
}

fn a_mailbox() -> Arc<Mailbox> {
    Arc::new(Mailbox::open(a_directory(), TestClock::new(), "http://localhost:8000".to_owned()).unwrap())
}

async fn get(pages: &Router, path: &str) -> (StatusCode, String) {
    let answer = pages.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn get_json(pages: &Router, path: &str) -> Value {
    serde_json::from_str(&get(pages, path).await.1).unwrap()
}

#[tokio::test]
async fn a_mail_is_still_there_after_a_restart() {
    let dir = a_directory();
    let open = || Mailbox::open(dir.clone(), TestClock::new(), String::new()).unwrap();
    let id = open().send(&a_mail("Your order")).await.unwrap();
    let kept = open().read(id.parse().unwrap()).unwrap().unwrap();
    assert_eq!((kept.subject, kept.to), ("Your order".to_owned(), "ana@example.com".to_owned()));
}

#[tokio::test]
async fn what_strangers_wrote_is_shown_and_not_run() {
    let mailbox = a_mailbox();
    let pages = router(mailbox.clone());
    let evil = "<script>alert(1)</script>";
    let mail = Mail { text: evil.to_owned(), html: format!("<p>\"{evil}</p>"), ..a_mail(evil) };
    let id = mailbox.send(&mail).await.unwrap();
    for path in ["/dev/mail/", &format!("/dev/mail/{id}/")] {
        let (status, page) = get(&pages, path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    }
    let (_, page) = get(&pages, &format!("/dev/mail/{id}/")).await;
    let frame = page.split_once("<iframe").unwrap().1.split_once('>').unwrap().0;
    assert!(frame.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""), "{frame}");
    assert!(frame.contains("srcdoc=\"&lt;base target=&quot;_blank&quot;&gt;&lt;p&gt;&quot;"), "{frame}");
}

#[tokio::test]
async fn an_address_that_ses_refuses_gets_no_mail() {
    let mailbox = a_mailbox();
    for to in ["\"<script>\"@example.com", "ünï@example.com"] {
        let sent = mailbox.send(&Mail { to: to.to_owned(), ..a_mail("Order 1001") }).await;
        assert!(matches!(sent, Err(SendError::Permanent(_))), "{to}: {sent:?}");
    }
    assert!(mailbox.ids().unwrap().is_empty());
}

#[tokio::test]
async fn the_newest_mail_comes_first_and_fifty_make_a_page() {
    let clock = TestClock::new();
    let mailbox = Arc::new(Mailbox::open(a_directory(), clock.clone(), "http://localhost:8000".to_owned()).unwrap());
    let pages = router(mailbox.clone());
    for number in 1..=51 {
        mailbox.send(&a_mail(&format!("Order {number}"))).await.unwrap();
        clock.advance(std::time::Duration::from_millis(1));
    }
    let first = get_json(&pages, "/dev/mail/?format=json").await;
    assert_eq!(first["count"], 51);
    assert_eq!(first["results"].as_array().unwrap().len(), 50);
    assert_eq!(first["results"][0]["subject"], "Order 51");
    assert_eq!(first["next"], "http://localhost:8000/dev/mail/?format=json&page=2");
    let second = get_json(&pages, "/dev/mail/?format=json&page=2").await;
    assert_eq!(second["results"][0]["subject"], "Order 1");
    assert_eq!(second["next"], Value::Null);
    assert!(get(&pages, "/dev/mail/?page=2").await.1.contains("Order 1<"));
}

#[tokio::test]
async fn a_mail_that_is_not_there_is_not_found() {
    let pages = router(a_mailbox());
    for path in ["/dev/mail/01a202cf683275988c673333ea553245/", "/dev/mail/..%2F..%2Fsigning-key/", "/dev/mail/x"] {
        assert_eq!(get(&pages, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}
