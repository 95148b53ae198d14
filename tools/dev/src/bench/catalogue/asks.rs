//! What is asked of the catalogue: of each kind many questions, drawn from what it has, so that no cache answers them all.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use serde::Serialize;
use serde_json::Value;
use shared::app::db::{Connector, Db, PoolSettings};
use shared::catalogue::store::filter::SearchQuery;
use shared::catalogue::store::search;
use shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::super::client::Client;
use super::super::figures::Actor;
use super::floors::{self, Argument, Floor};
use super::words::mistyped;

/// How deep the deep page is. It has 50 products, as each before it.
const DEEP: usize = 1_000;
/// How many of the pages before it are asked for, too.
const DEEP_PAGES: usize = 50;

/// A kind of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ask {
    /// The first 50 products in one of four orders.
    FirstPage,
    /// The same, beside a floor that reads their cards, which are ready, and not the columns that those are made of.
    ReadyPage,
    /// 50 products behind 1,000 pages.
    DeepPage,
    /// The first 50 products of a category and of all below it, with facets.
    CategoryPage,
    /// The first 20 products for a word of a product's name.
    Word,
    /// The same for the word with a wrong letter.
    Typo,
    /// A whole product.
    Product,
}

pub(super) const ASKS: [Ask; 7] =
    [Ask::FirstPage, Ask::ReadyPage, Ask::DeepPage, Ask::CategoryPage, Ask::Word, Ask::Typo, Ask::Product];

/// One question, and what the right answer is known by.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) path: String,
    pub(super) floor: Floor,
    /// What the floor answers.
    pub(super) rows: usize,
    /// What the body of the answer weighs: nothing changes while it is measured.
    length: usize,
    request: Vec<u8>,
}

/// All of one kind.
#[derive(Clone, Debug)]
pub(super) struct Questions(Arc<[Question]>);

impl Questions {
    /// The question for a deed. Deeds follow each other, questions do not.
    pub(super) fn of(&self, deed: usize) -> &Question {
        const STRIDE: usize = 7_919;
        let Self(questions) = self;
        &questions[deed * STRIDE % questions.len()]
    }

    /// Draws them, asks each once, and compares the answer with the floor's, product by product.
    pub(super) async fn draw(
        ask: Ask,
        connection: &mut PgConnection,
        (server, url): (SocketAddr, &str),
    ) -> anyhow::Result<Self> {
        let mut client = Client::connect(server).await?;
        let drawn = match ask {
            Ask::FirstPage => first_pages([floors::NEWEST, floors::BY_NAME, floors::CHEAPEST, floors::DEAREST]),
            Ask::ReadyPage => first_pages(floors::READY),
            Ask::DeepPage => deep_pages(connection, &mut client).await?,
            Ask::CategoryPage => category_pages(connection).await?,
            Ask::Word => words(connection).await?,
            Ask::Typo => typos(connection, url).await?,
            Ask::Product => products(connection).await?,
        };
        let mut questions = Vec::with_capacity(drawn.len());
        for (path, floor) in drawn {
            let question = compared(&mut client, connection, path, floor).await?;
            questions.push(question);
        }
        ensure!(!questions.is_empty(), "there is nothing to ask");
        Ok(Self(questions.into()))
    }
}

/// A path and the statement that reads the same.
type Drawn = (String, Floor);

fn list(query: &str) -> String {
    format!("/api/v1/catalogue/products/?{query}")
}

/// Of the newest, by name, of the cheapest and of the dearest.
fn first_pages(floors: [&'static str; 4]) -> Vec<Drawn> {
    let orders = ["-created_at", "name", "price", "-price"].into_iter().zip(floors);
    let page = |(order, sql)| (list(&format!("page_size=50&ordering={order}")), Floor { sql, arguments: Vec::new() });
    orders.map(page).collect()
}

/// Walks there as a client does, by `next`.
async fn deep_pages(connection: &mut PgConnection, client: &mut Client) -> anyhow::Result<Vec<Drawn>> {
    let (mut path, mut drawn) = (list("page_size=50"), Vec::new());
    for page in 1..=DEEP {
        let answer = ask(client, &path).await?;
        let last = ids(&answer)?.last().copied().context("a page is empty")?;
        let next = answer["next"].as_str().context("the list ends before the deep page")?;
        path = next.find("/api/").and_then(|at| next.get(at..)).context("a link elsewhere")?.to_owned();
        if page >= DEEP - DEEP_PAGES {
            let made_at: Timestamp = sqlx::query_scalar("select created_at from products where id = $1")
                .bind(last)
                .fetch_one(&mut *connection)
                .await?;
            let arguments = vec![Argument::Time(made_at), Argument::Id(last)];
            drawn.push((path.clone(), Floor { sql: floors::NEWEST_BEHIND, arguments }));
        }
    }
    Ok(drawn)
}

async fn category_pages(connection: &mut PgConnection) -> anyhow::Result<Vec<Drawn>> {
    let categories: Vec<(i64, String, Vec<i64>)> = sqlx::query_as(
        "select c.id, c.slug, array(with recursive down as (
                    select c.id union all select k.id from categories k join down on k.parent_id = down.id) select id from down)
           from categories c where c.id between 9 and 168 order by c.id",
    )
    .fetch_all(connection)
    .await?;
    let page = |(id, slug, all): (i64, String, Vec<i64>)| {
        let path = list(&format!("page_size=50&facets=true&category={slug}"));
        (path, Floor { sql: floors::IN_CATEGORY, arguments: vec![Argument::Ids(all), Argument::Id(id)] })
    };
    Ok(categories.into_iter().map(page).collect())
}

/// Words of products' names, the frequent ones as often as they come.
async fn some_words(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "select split_part(slug, '-', 2) from products where id % 499 = 7 and status = 'active' and publish_at is null
          order by id limit 200",
    )
    .fetch_all(connection)
    .await
}

async fn words(connection: &mut PgConnection) -> anyhow::Result<Vec<Drawn>> {
    let search = |word: String| {
        let arguments = vec![Argument::Text(format!("'{word}':*")), Argument::Text(format!("'{word}'"))];
        (list(&format!("search={word}")), Floor { sql: floors::FOUND, arguments })
    };
    Ok(some_words(connection).await?.into_iter().map(search).collect())
}

/// What a mistyped word is taken for is the shop's to say; the floor is told.
async fn typos(connection: &mut PgConnection, url: &str) -> anyhow::Result<Vec<Drawn>> {
    let db = Db::new(Connector::to(url.parse()?), PoolSettings { max_connections: 1 });
    let mut tx = db.read().await?;
    let mut drawn = Vec::new();
    for word in some_words(connection).await? {
        let typed = mistyped(&word);
        // Some are too far from anything.
        let Some(SearchQuery { query: meant, .. }) = search::corrected(&mut tx, &typed).await? else { continue };
        let whole = meant.replace(":*", "");
        let arguments = vec![Argument::Text(meant), Argument::Text(whole), Argument::Text(typed.clone())];
        drawn.push((list(&format!("search={typed}")), Floor { sql: floors::FOUND_MISTYPED, arguments }));
    }
    tx.commit().await?;
    Ok(drawn)
}

async fn products(connection: &mut PgConnection) -> anyhow::Result<Vec<Drawn>> {
    let slugs: Vec<String> = sqlx::query_scalar(
        "select slug from products where id % 47 = 11 and status = 'active' and publish_at is null order by id limit 2000",
    )
    .fetch_all(connection)
    .await?;
    let page = |slug: String| {
        let path = format!("/api/v1/catalogue/products/{slug}/");
        (path, Floor { sql: floors::PRODUCT, arguments: vec![Argument::Text(slug)] })
    };
    Ok(slugs.into_iter().map(page).collect())
}

async fn compared(
    client: &mut Client,
    connection: &mut PgConnection,
    path: String,
    floor: Floor,
) -> anyhow::Result<Question> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes();
    let answer = client.send(&request).await?;
    ensure!(answer.status == 200, "{path} answered {}: {}", answer.status, String::from_utf8_lossy(answer.body));
    let length = answer.body.len();
    let answer: Value = serde_json::from_slice(answer.body)?;
    let answered = ids(&answer)?;
    let rows = floor.rows(connection).await?;
    let read: Vec<i64> = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
    ensure!(read.starts_with(&answered), "{path} answered the products {answered:?}, and in the tables are {read:?}");
    ensure!(!answered.is_empty(), "{path} finds nothing");
    // Behind the products come the facets, a row for each count.
    let counts = counts(&answer["facets"]);
    ensure!(
        read.len() == answered.len() + counts,
        "{path} answered {counts} counts, and in the tables are {}",
        read.len() - answered.len()
    );
    Ok(Question { path, floor, rows: read.len(), length, request })
}

/// How many counts facets have: of brands, categories, values of attributes, price bands, and of what is available or not.
fn counts(facets: &Value) -> usize {
    let length = |list: &Value| list.as_array().map_or(0, Vec::len);
    let values = facets["attributes"].as_array().map_or(0, |all| all.iter().map(|one| length(&one["values"])).sum());
    let availability =
        ["available", "unavailable"].iter().filter(|&&side| facets["availability"][side].as_i64() > Some(0)).count();
    length(&facets["brands"]) + length(&facets["categories"]) + length(&facets["price_bands"]) + values + availability
}

async fn ask(client: &mut Client, path: &str) -> anyhow::Result<Value> {
    let answer = client.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await?;
    ensure!(answer.status == 200, "{path} answered {}: {}", answer.status, String::from_utf8_lossy(answer.body));
    Ok(serde_json::from_slice(answer.body)?)
}

/// Which products an answer has: those of a list, or the one.
fn ids(answer: &Value) -> anyhow::Result<Vec<i64>> {
    let products = answer["results"].as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
    products.iter().map(|product| product["id"].as_i64().context("a product without an id")).collect()
}

/// Somebody who asks over HTTP, on a connection that is kept alive.
pub(super) struct HttpReader {
    client: Client,
    questions: Questions,
}

impl HttpReader {
    pub(super) async fn connect(server: SocketAddr, questions: Questions) -> anyhow::Result<Self> {
        Ok(Self { client: Client::connect(server).await?, questions })
    }
}

impl Actor for HttpReader {
    type Deed = usize;

    async fn act(&mut self, deed: usize) -> anyhow::Result<()> {
        let question = self.questions.of(deed);
        let answer = self.client.send(&question.request).await?;
        ensure!(answer.status == 200, "{} answered {}", question.path, answer.status);
        ensure!(answer.body.len() == question.length, "{} is answered otherwise than before", question.path);
        Ok(())
    }
}
