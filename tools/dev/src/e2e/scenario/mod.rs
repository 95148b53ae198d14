//! The scenario: a customer places two orders and receives two mails, one of them although SQS did not respond. Then the customer becomes
//! staff, uploads an image, and resets a forgotten password.

mod upload;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use aws_emulation::moto::{Moto, SentMail};
use aws_emulation::runtime_api::Function;
use aws_emulation::stack::{FUNCTIONS, Stack};
use command_line::terminal::say;
use local_postgres::Cluster;
use serde_json::{Value, json};

use super::DATABASE;

const BUYER: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery staple";
const NEW_PASSWORD: &str = "a quiet harbour at dawn";

/// A product with two units in stock.
const ADD_PRODUCT: &str = "
    with product as (
        insert into products (slug, handle, name, base_price, created_at, updated_at)
        values ('red-shoes', 'red-shoes', 'Red shoes', 14990, now(), now()) returning id)
    insert into product_variants (product_id, sku, name) select id, 'RED-42', 'EU 42' from product;
    select change_stock(id, 2, 'received', now()) from product_variants;
    select refresh_product_cards(array_agg(id)) from products;";

pub(super) struct Scenario {
    stack: Stack,
    cluster: Cluster,
    moto: Moto,
    queue_url: String,
}

impl Scenario {
    pub(super) fn new(stack: Stack, cluster: Cluster, moto: Moto, queue_url: String) -> Self {
        Self { stack, cluster, moto, queue_url }
    }

    pub(super) async fn run(self, events: &Path) -> anyhow::Result<()> {
        self.migrate().await.context("migrate")?;
        let token = self.sign_in().await.context("register and log in")?;
        let number = self.place_order(&token).await.context("place an order")?;
        self.expect_order_mail(1, number).await.context("the mail of the first order")?;
        let number =
            self.place_order_without_queue(&token).await.context("place an order while SQS does not respond")?;
        self.relay().await.context("the relay sends the event that checkout could not send")?;
        self.expect_order_mail(2, number).await.context("the mail of the second order")?;
        self.timed_jobs().await.context("the scheduler runs its jobs")?;
        self.upload_an_image(&token).await.context("upload an image through S3")?;
        self.reset_password().await.context("reset the password through the link in a mail")?;
        for file in sample_events(events)? {
            self.check_sample_event(&file).await.with_context(|| file.display().to_string())?;
        }
        Ok(())
    }

    async fn migrate(&self) -> anyhow::Result<()> {
        let mut migrate = self.start("migrate").await?;
        let done = migrate.invoke(&json!({"action": "apply"})).await?;
        self.cluster.psql(DATABASE, ADD_PRODUCT)?;
        migrate.stop().await?;
        say(format_args!("ok  migrate applied the migrations: {done}"));
        Ok(())
    }

    async fn sign_in(&self) -> anyhow::Result<String> {
        let mut auth = self.start("auth").await?;
        let account = json!({"email": BUYER, "username": "ana", "password": PASSWORD});
        expect(&mut auth, 201, post("/auth/users/", "", &account)?).await?;
        let credentials = json!({"email": BUYER, "password": PASSWORD});
        let tokens = expect(&mut auth, 200, post("/auth/jwt/create/", "", &credentials)?).await?;
        auth.stop().await?;
        say("ok  auth registered a customer and logged them in");
        text(&tokens, "access")
    }

    /// Places an order and returns its number.
    async fn place_order(&self, token: &str) -> anyhow::Result<i64> {
        let mut catalogue = self.start("catalogue").await?;
        let request = http::Request::get("/api/v1/catalogue/products/red-shoes/").body(String::new())?;
        let product = expect(&mut catalogue, 200, request).await?;
        catalogue.stop().await?;
        say("ok  catalogue returned a product");
        let variant = product.pointer("/variants/0/id").context("a product without variants")?;
        let order = self.check_out(&self.stack, token, variant).await?;
        say(format_args!("ok  cart and orders created an order: {}", order["number"]));
        order["number"].as_i64().context("an order without a number")
    }

    async fn place_order_without_queue(&self, token: &str) -> anyhow::Result<i64> {
        // Accepts connections and never responds.
        let silent = TcpListener::bind("127.0.0.1:0")?;
        let stack = self.stack.clone().with("AWS_ENDPOINT_URL_SQS", &format!("http://{}", silent.local_addr()?));
        let variant = self.cluster.psql(DATABASE, "select id from product_variants")?.parse::<i64>()?;
        let started = Instant::now();
        let order = self.check_out(&stack, token, &variant.into()).await?;
        let took = started.elapsed();
        ensure!(took < Duration::from_secs(5), "the customer waited for {took:?}");
        let unsent = self.cluster.psql(DATABASE, "select count(*) from outbox where sent_at is null")?;
        ensure!(unsent == "1", "{unsent} events wait in the outbox");
        say(format_args!("ok  orders created an order while SQS did not respond: {} ({took:.1?})", order["number"]));
        order["number"].as_i64().context("an order without a number")
    }

    /// Checks out a new cart and returns the order.
    async fn check_out(&self, stack: &Stack, token: &str, variant: &Value) -> anyhow::Result<Value> {
        let mut cart = Function::start(&stack.function("cart")?).await?;
        let items = json!({"items": [{"product_variant_id": variant, "quantity": 1}]});
        let created = expect(&mut cart, 201, post("/api/v1/cart/", token, &items)?).await?;
        cart.stop().await?;
        let mut orders = Function::start(&stack.function("orders")?).await?;
        let body = json!({"cart_id": created["id"]});
        let order = expect(&mut orders, 201, post("/api/v1/orders/", token, &body)?).await?;
        orders.stop().await?;
        Ok(order)
    }

    async fn relay(&self) -> anyhow::Result<()> {
        // The relay leaves new events to the function that recorded them for five seconds: skip that wait.
        self.cluster.psql(DATABASE, "update outbox set next_attempt_at = now() where sent_at is null")?;
        let mut relay = self.start("outbox-relay").await?;
        let done =
            relay.invoke(&json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})).await?;
        relay.stop().await?;
        ensure!(done["sent"] == 1, "it answered {done}");
        say(format_args!("ok  outbox-relay sent it: {done}"));
        Ok(())
    }

    /// Invokes the scheduler as its schedule does.
    async fn timed_jobs(&self) -> anyhow::Result<()> {
        let mut scheduler = self.start("scheduler").await?;
        let done =
            scheduler.invoke(&json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})).await?;
        scheduler.stop().await?;
        ensure!(done["delete_sent_events"] == 0, "it answered {done}");
        say(format_args!("ok  scheduler ran every job: {done}"));
        Ok(())
    }

    /// Delivers the queued message; then this many mails have been sent in total, the last one for this order.
    async fn expect_order_mail(&self, mails: usize, number: i64) -> anyhow::Result<()> {
        let mail = self.delivered(mails).await?;
        let subject = format!("Your order {number} at Shop");
        ensure!(mail.subject == subject, "its subject is {:?}, not {subject:?}", mail.subject);
        ensure!(mail.body.contains("Red shoes"), "the mail does not name the product: {}", mail.body);
        say(format_args!("ok  notifications sent it through SES: {:?} to {BUYER}", mail.subject));
        Ok(())
    }

    async fn reset_password(&self) -> anyhow::Result<()> {
        let mut auth = self.start("auth").await?;
        answer(&mut auth, 204, post("/auth/users/reset_password/", "", &json!({"email": BUYER}))?).await?;
        let mail = self.delivered(3).await?;
        let page = link(&mail.body, "/auth/pages/password/reset/")?;
        answer(&mut auth, 200, http::Request::get(&page).header("host", "localhost").body(String::new())?).await?;
        let form = format!("new_password={NEW_PASSWORD}&re_new_password={NEW_PASSWORD}").replace(' ', "+");
        let sent = http::Request::post(&page).header("host", "localhost");
        let sent = sent.header("content-type", "application/x-www-form-urlencoded").body(form)?;
        answer(&mut auth, 200, sent).await?;
        let notice = self.delivered(4).await?;
        ensure!(notice.subject == "Shop: Your password was changed", "the last mail is {:?}", notice.subject);
        let credentials = json!({"email": BUYER, "password": NEW_PASSWORD});
        expect(&mut auth, 200, post("/auth/jwt/create/", "", &credentials)?).await?;
        auth.stop().await?;
        say(format_args!("ok  the link in {:?} set a new password", mail.subject));
        Ok(())
    }

    /// Delivers the one queued message and returns its mail; then this many have been sent in total.
    async fn delivered(&self, mails: usize) -> anyhow::Result<SentMail> {
        let messages = self.moto.take_messages(&self.queue_url).await?;
        ensure!(messages.len() == 1, "{} messages are in the queue", messages.len());
        let records: Vec<Value> = messages
            .iter()
            .map(|message| json!({"messageId": message.message_id, "body": message.body, "eventSource": "aws:sqs"}))
            .collect();
        let mut notifications = self.start("notifications").await?;
        let answer = notifications.invoke(&json!({"Records": records})).await?;
        notifications.stop().await?;
        let failures = answer["batchItemFailures"].as_array().map_or(0, Vec::len);
        ensure!(failures == 0, "notifications reported the message as failed: {answer}");
        let sent = self.moto.mails().await?;
        ensure!(sent.len() == mails, "{} mails were sent in total: {sent:?}", sent.len());
        let mail = sent.into_iter().last().context("no mail")?;
        ensure!(mail.destinations.to == [BUYER], "it went to {:?}", mail.destinations.to);
        ensure!(
            mail.source == format!("\"Shop\" <{}>", aws_emulation::stack::MAIL_FROM),
            "it came from {}",
            mail.source
        );
        Ok(mail)
    }

    /// Sends a sample event to the function that the file is named after: no function error and no 5xx.
    async fn check_sample_event(&self, file: &Path) -> anyhow::Result<()> {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).context("a name")?;
        let name = FUNCTIONS.into_iter().find(|name| stem.strip_prefix(name).is_some_and(|case| case.starts_with('-')));
        let name = name.with_context(|| format!("the name {stem} does not begin with a function's name"))?;
        let event: Value = serde_json::from_slice(&std::fs::read(file)?).context("the file is not JSON")?;
        let mut function = self.start(name).await?;
        let answer = function.invoke(&event).await?;
        function.stop().await?;
        let status = answer.get("statusCode").and_then(Value::as_u64);
        if event.get("rawPath").is_some() {
            ensure!(status.is_some_and(|status| status < 500), "it answered {answer}");
        }
        say(format_args!("ok  events/{stem}.json: {}", status.map_or("done".to_owned(), |status| status.to_string())));
        Ok(())
    }

    async fn start(&self, name: &str) -> anyhow::Result<Function> {
        Function::start(&self.stack.function(name)?).await
    }
}

async fn expect(function: &mut Function, status: u16, request: http::Request<String>) -> anyhow::Result<Value> {
    let body = answer(function, status, request).await?;
    serde_json::from_str(&body).with_context(|| format!("the response is not JSON: {body}"))
}

async fn answer(function: &mut Function, status: u16, request: http::Request<String>) -> anyhow::Result<String> {
    let request_line = format!("{} {}", request.method(), request.uri());
    let answer = function.request(&request).await.with_context(|| request_line.clone())?;
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    ensure!(answer.status() == status, "{request_line} answered {} instead of {status}: {body}", answer.status());
    Ok(body)
}

/// Returns the path of the link in a mail that begins like this.
fn link(mail: &str, beginning: &str) -> anyhow::Result<String> {
    let at = mail.find(beginning).with_context(|| format!("no link to {beginning} in {mail}"))?;
    Ok(mail[at..].split(['"', '<', ' ', '\r', '\n']).next().unwrap_or_default().to_owned())
}

fn post(path: &str, token: &str, body: &Value) -> anyhow::Result<http::Request<String>> {
    let request = http::Request::post(path).header("host", "localhost").header("content-type", "application/json");
    let request = if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) };
    Ok(request.body(body.to_string())?)
}

fn text(body: &Value, name: &str) -> anyhow::Result<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned).with_context(|| format!("no {name} in {body}"))
}

fn sample_events(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} could not be read", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    ensure!(!files.is_empty(), "{} contains no events", folder.display());
    Ok(files)
}
