//! What happens: somebody buys, twice, and gets two mails; once while SQS does not answer. Then they work here, and
//! upload an image. Then they forget their password.

mod upload;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use local_postgres::Cluster;
use serde_json::{Value, json};

use super::DATABASE;
use crate::moto::{Moto, SentMail};
use crate::runtime_api::Function;
use crate::stack::{FUNCTIONS, Stack};
use crate::terminal::say;

const BUYER: &str = "ana@example.com";
const PASSWORD: &str = "correct horse battery staple";
const NEW_PASSWORD: &str = "a quiet harbour at dawn";

/// Two units of a product.
const STOCK_THE_SHELF: &str = "
    with product as (
        insert into products (slug, name, base_price, created_at, updated_at)
        values ('red-shoes', 'Red shoes', 14990, now(), now()) returning id)
    insert into product_variants (product_id, sku, name) select id, 'RED-42', 'EU 42' from product;
    select change_stock(id, 2, 'received', now()) from product_variants;
    select refresh_product_cards(array_agg(id)) from products;";

pub(super) struct Play {
    stack: Stack,
    cluster: Cluster,
    moto: Moto,
    queue_url: String,
}

impl Play {
    pub(super) fn new(stack: Stack, cluster: Cluster, moto: Moto, queue_url: String) -> Self {
        Self { stack, cluster, moto, queue_url }
    }

    pub(super) async fn perform(self, events: &Path) -> anyhow::Result<()> {
        self.migrate().await.context("migrate")?;
        let token = self.sign_in().await.context("register and log in")?;
        let number = self.buy(&token).await.context("buy while all is well")?;
        self.mail_arrives(1, number).await.context("the mail of the first order")?;
        let number = self.buy_without_a_queue(&token).await.context("buy while SQS does not answer")?;
        self.relay().await.context("the relay sends what checkout could not")?;
        self.timed_jobs().await.context("the scheduler runs its jobs")?;
        self.mail_arrives(2, number).await.context("the mail of the second order")?;
        self.upload_an_image(&token).await.context("an image, by S3")?;
        self.choose_another_password().await.context("a new password, by the link in a mail")?;
        for file in sample_events(events)? {
            self.understands(&file).await.with_context(|| file.display().to_string())?;
        }
        Ok(())
    }

    async fn migrate(&self) -> anyhow::Result<()> {
        let mut migrate = self.start("migrate").await?;
        let done = migrate.invoke(&json!({"action": "apply"})).await?;
        self.cluster.psql(DATABASE, STOCK_THE_SHELF)?;
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
        say("ok  auth registered somebody and logged them in");
        text(&tokens, "access")
    }

    /// The number of the order.
    async fn buy(&self, token: &str) -> anyhow::Result<i64> {
        let mut catalogue = self.start("catalogue").await?;
        let request = http::Request::get("/api/v1/catalogue/products/red-shoes/").body(String::new())?;
        let product = expect(&mut catalogue, 200, request).await?;
        catalogue.stop().await?;
        say("ok  catalogue showed a product");
        let variant = product.pointer("/variants/0/id").context("a product without variants")?;
        let order = self.check_out(&self.stack, token, variant).await?;
        say(format_args!("ok  cart and orders took an order: {}", order["number"]));
        order["number"].as_i64().context("an order without a number")
    }

    async fn buy_without_a_queue(&self, token: &str) -> anyhow::Result<i64> {
        // Takes connections and never says a word.
        let silent = TcpListener::bind("127.0.0.1:0")?;
        let stack = self.stack.clone().with("AWS_ENDPOINT_URL_SQS", &format!("http://{}", silent.local_addr()?));
        let variant = self.cluster.psql(DATABASE, "select id from product_variants")?.parse::<i64>()?;
        let began = Instant::now();
        let order = self.check_out(&stack, token, &variant.into()).await?;
        let took = began.elapsed();
        ensure!(took < Duration::from_secs(5), "the buyer waited for {took:?}");
        let unsent = self.cluster.psql(DATABASE, "select count(*) from outbox where sent_at is null")?;
        ensure!(unsent == "1", "{unsent} events wait in the outbox");
        say(format_args!("ok  orders took an order while SQS did not answer: {} ({took:.1?})", order["number"]));
        order["number"].as_i64().context("an order without a number")
    }

    /// The order that the API answers.
    async fn check_out(&self, stack: &Stack, token: &str, variant: &Value) -> anyhow::Result<Value> {
        let mut cart = Function::start(&stack.function("cart")?).await?;
        let items = json!({"items": [{"product_variant_id": variant, "quantity": 1}]});
        let made = expect(&mut cart, 201, post("/api/v1/cart/", token, &items)?).await?;
        cart.stop().await?;
        let mut orders = Function::start(&stack.function("orders")?).await?;
        let body = json!({"cart_id": made["id"]});
        let order = expect(&mut orders, 201, post("/api/v1/orders/", token, &body)?).await?;
        orders.stop().await?;
        Ok(order)
    }

    async fn relay(&self) -> anyhow::Result<()> {
        // The function that wrote the event has its five seconds; here they are over.
        self.cluster.psql(DATABASE, "update outbox set next_attempt_at = now() where sent_at is null")?;
        let mut relay = self.start("outbox-relay").await?;
        let done =
            relay.invoke(&json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})).await?;
        relay.stop().await?;
        ensure!(done["sent"] == 1, "it answered {done}");
        say(format_args!("ok  outbox-relay sent it: {done}"));
        Ok(())
    }

    /// Every timed job, as the schedule asks for them.
    async fn timed_jobs(&self) -> anyhow::Result<()> {
        let mut scheduler = self.start("scheduler").await?;
        let done =
            scheduler.invoke(&json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})).await?;
        scheduler.stop().await?;
        ensure!(done["delete_sent_events"] == 0, "it answered {done}");
        say(format_args!("ok  scheduler ran every job: {done}"));
        Ok(())
    }

    /// With the message that is in the queue, this many mails have been sent in all, the last of them for this order.
    async fn mail_arrives(&self, mails: usize, number: i64) -> anyhow::Result<()> {
        let mail = self.delivered(mails).await?;
        let subject = format!("Your order {number} at Shop");
        ensure!(mail.subject == subject, "its subject is {:?}, not {subject:?}", mail.subject);
        ensure!(mail.body.contains("Red shoes"), "it does not say what was bought: {}", mail.body);
        say(format_args!("ok  notifications mailed it by SES: {:?} to {BUYER}", mail.subject));
        Ok(())
    }

    async fn choose_another_password(&self) -> anyhow::Result<()> {
        let mut auth = self.start("auth").await?;
        answer(&mut auth, 204, post("/auth/users/reset_password/", "", &json!({"email": BUYER}))?).await?;
        let mail = self.delivered(3).await?;
        let page = link(&mail.body, "/auth/pages/password/reset/")?;
        answer(&mut auth, 200, http::Request::get(&page).header("host", "localhost").body(String::new())?).await?;
        let form = format!("new_password={NEW_PASSWORD}&re_new_password={NEW_PASSWORD}").replace(' ', "+");
        let sent = http::Request::post(&page).header("host", "localhost");
        let sent = sent.header("content-type", "application/x-www-form-urlencoded").body(form)?;
        answer(&mut auth, 200, sent).await?;
        let told = self.delivered(4).await?;
        ensure!(told.subject == "Shop: Your password was changed", "its owner is told {:?}", told.subject);
        let credentials = json!({"email": BUYER, "password": NEW_PASSWORD});
        expect(&mut auth, 200, post("/auth/jwt/create/", "", &credentials)?).await?;
        auth.stop().await?;
        say(format_args!("ok  the link in {:?} led to a new password", mail.subject));
        Ok(())
    }

    /// The one message that is in the queue becomes a mail; with it, this many have been sent in all.
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
        ensure!(failures == 0, "notifications gave the message back: {answer}");
        let sent = self.moto.mails().await?;
        ensure!(sent.len() == mails, "{} mails were sent in all: {sent:?}", sent.len());
        let mail = sent.into_iter().last().context("no mail")?;
        ensure!(mail.destinations.to == [BUYER], "it went to {:?}", mail.destinations.to);
        ensure!(mail.source == crate::stack::MAIL_FROM, "it came from {}", mail.source);
        Ok(mail)
    }

    /// The function that the file is named after answers it: no function error, and no 5xx.
    async fn understands(&self, file: &Path) -> anyhow::Result<()> {
        let stem = file.file_stem().and_then(|stem| stem.to_str()).context("a name")?;
        let name = FUNCTIONS.into_iter().find(|name| stem.strip_prefix(name).is_some_and(|case| case.starts_with('-')));
        let name = name.with_context(|| format!("no function is called as {stem} begins"))?;
        let event: Value = serde_json::from_slice(&std::fs::read(file)?).context("it is no JSON")?;
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
    serde_json::from_str(&body).with_context(|| format!("no JSON: {body}"))
}

async fn answer(function: &mut Function, status: u16, request: http::Request<String>) -> anyhow::Result<String> {
    let asked = format!("{} {}", request.method(), request.uri());
    let answer = function.request(&request).await.with_context(|| asked.clone())?;
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    ensure!(answer.status() == status, "{asked} answered {} instead of {status}: {body}", answer.status());
    Ok(body)
}

/// The path of the one link in a mail, which begins so.
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
    ensure!(!files.is_empty(), "{} holds no events", folder.display());
    Ok(files)
}
