//! The cases: kinds of requests. Each has many questions, drawn from the catalogue, so that no cache answers them all.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use aws_emulation::http_client::Client;
use serde::Serialize;
use serde_json::Value;
use shared::app::db::{Connector, Db, PoolSettings};
use shared::catalogue::store::filter::SearchQuery;
use shared::catalogue::store::search;
use shared::time::Timestamp;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::baselines::{self, Argument, Baseline};
use super::words::mistyped;

/// Number of the deep page. Each page has 50 products.
const DEEP: usize = 1_000;
/// Number of pages before it that are requested too.
const DEEP_PAGES: usize = 50;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(super) enum Case {
    /// The first 50 products in one of four orders.
    FirstPage,
    /// The same, compared with a baseline that reads finished cards instead of their columns.
    ReadyPage,
    /// 50 products after 1,000 pages.
    DeepPage,
    /// The first 50 products of a category and its subcategories, with facets.
    CategoryPage,
    /// The same for the categories whose counts are kept.
    LargeCategory,
    /// The first 20 products for a word of a product's name.
    Word,
    /// The first 20 products for two words that are frequent in names.
    TwoWords,
    /// The first 20 products for a word with a wrong letter.
    Typo,
    /// A whole product.
    Product,
}

pub(super) const CASES: [Case; 9] = [
    Case::FirstPage,
    Case::ReadyPage,
    Case::DeepPage,
    Case::CategoryPage,
    Case::LargeCategory,
    Case::Word,
    Case::TwoWords,
    Case::Typo,
    Case::Product,
];

/// A request and its expected response.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) path: String,
    pub(super) baseline: Baseline,
    /// Number of rows that the baseline returns.
    pub(super) rows: usize,
    /// Length of the response body: nothing changes during the measurement.
    pub(super) length: usize,
    pub(super) request: Vec<u8>,
}

/// All questions of a case.
#[derive(Clone, Debug)]
pub(super) struct Questions(Arc<[Question]>);

impl Questions {
    /// Returns the question for a task. Consecutive tasks get questions that are far apart.
    pub(super) fn of(&self, task: usize) -> &Question {
        const STRIDE: usize = 7_919;
        let Self(questions) = self;
        &questions[task * STRIDE % questions.len()]
    }

    /// Draws the questions, asks each once, and compares the response with the baseline's rows, product by product.
    pub(super) async fn draw(
        case: Case,
        connection: &mut PgConnection,
        server: SocketAddr,
        url: &str,
    ) -> anyhow::Result<Self> {
        let mut client = Client::connect(server).await?;
        let drawn = match case {
            Case::FirstPage => {
                first_pages([baselines::NEWEST, baselines::BY_NAME, baselines::CHEAPEST, baselines::DEAREST])
            }
            Case::ReadyPage => first_pages(baselines::READY),
            Case::DeepPage => deep_pages(connection, &mut client).await?,
            Case::CategoryPage => category_pages(connection, false, baselines::IN_CATEGORY).await?,
            Case::LargeCategory => category_pages(connection, true, baselines::IN_LARGE_CATEGORY).await?,
            Case::Word => words(connection).await?,
            Case::TwoWords => two_words(connection).await?,
            Case::Typo => typos(connection, url).await?,
            Case::Product => products(connection).await?,
        };
        let mut questions = Vec::with_capacity(drawn.len());
        for (path, baseline) in drawn {
            questions.push(compared(&mut client, connection, path, baseline).await?);
        }
        ensure!(!questions.is_empty(), "the catalogue has nothing to ask for");
        Ok(Self(questions.into()))
    }
}

/// A path and the statement that reads the same rows.
type PathAndBaseline = (String, Baseline);

fn list(query: &str) -> String {
    format!("/api/v1/catalogue/products/?{query}")
}

/// First pages in four orders: newest, by name, cheapest, most expensive.
fn first_pages(baselines: [&'static str; 4]) -> Vec<PathAndBaseline> {
    let orders = ["-created_at", "name", "price", "-price"].into_iter().zip(baselines);
    let page =
        |(order, sql)| (list(&format!("page_size=50&ordering={order}")), Baseline { sql, arguments: Vec::new() });
    orders.map(page).collect()
}

/// Follows `next` like a client.
async fn deep_pages(connection: &mut PgConnection, client: &mut Client) -> anyhow::Result<Vec<PathAndBaseline>> {
    let (mut path, mut drawn) = (list("page_size=50"), Vec::new());
    for page in 1..=DEEP {
        let answer = get(client, &path).await?;
        let last = ids(&answer)?.last().copied().context("a page is empty")?;
        let next = answer["next"].as_str().context("the list ends before the deep page")?;
        path = next.find("/api/").and_then(|at| next.get(at..)).context("the link leads elsewhere")?.to_owned();
        if page >= DEEP - DEEP_PAGES {
            let made_at: Timestamp = sqlx::query_scalar("select created_at from products where id = $1")
                .bind(last)
                .fetch_one(&mut *connection)
                .await?;
            let arguments = vec![Argument::Time(made_at), Argument::Id(last)];
            drawn.push((path.clone(), Baseline { sql: baselines::NEWEST_BEHIND, arguments }));
        }
    }
    Ok(drawn)
}

/// Pages of the categories whose counts are kept, or of those below the top whose counts are not. Those without categories below are left out.
async fn category_pages(
    connection: &mut PgConnection,
    are_kept: bool,
    sql: &'static str,
) -> anyhow::Result<Vec<PathAndBaseline>> {
    let categories: Vec<(i64, String, Vec<i64>)> = sqlx::query_as(
        "select c.id, c.slug, array(with recursive down as (
                    select c.id union all select k.id from categories k join down on k.parent_id = down.id) select id from down)
           from categories c
          where exists (select from categories k where k.parent_id = c.id)
            and exists (select from kept_facets f where f.category_id = c.id) = $1
            and (c.parent_id is not null or $1)
          order by c.id",
    )
    .bind(are_kept)
    .fetch_all(connection)
    .await?;
    let page = |(id, slug, all): (i64, String, Vec<i64>)| {
        let path = list(&format!("page_size=50&facets=true&category={slug}"));
        (path, Baseline { sql, arguments: vec![Argument::Ids(all), Argument::Id(id)] })
    };
    Ok(categories.into_iter().map(page).collect())
}

/// Words of product names, frequent words more often.
async fn some_words(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "select split_part(slug, '-', 2) from products where id % 499 = 7 and status = 'active' and publish_at is null
          order by id limit 200",
    )
    .fetch_all(connection)
    .await
}

async fn words(connection: &mut PgConnection) -> anyhow::Result<Vec<PathAndBaseline>> {
    let search = |word: String| {
        let arguments = vec![Argument::Text(format!("'{word}':*")), Argument::Text(format!("'{word}'"))];
        (list(&format!("search={word}")), Baseline { sql: baselines::FOUND, arguments })
    };
    Ok(some_words(connection).await?.into_iter().map(search).collect())
}

/// Pairs of words that are both in a product's name, and in those of many others.
async fn two_words(connection: &mut PgConnection) -> anyhow::Result<Vec<PathAndBaseline>> {
    let pairs: Vec<(String, String)> = sqlx::query_as(
        "select one, other
           from (select split_part(slug, '-', 1) as one, split_part(slug, '-', 2) as other, count(*) as products from products
                  where status = 'active' and publish_at is null group by 1, 2) pairs
          where one <> other order by products desc, one, other limit 50",
    )
    .fetch_all(connection)
    .await?;
    let search = |(one, other): (String, String)| {
        let arguments =
            vec![Argument::Text(format!("'{one}':* & '{other}':*")), Argument::Text(format!("'{one}' & '{other}'"))];
        (list(&format!("search={one}+{other}")), Baseline { sql: baselines::FOUND, arguments })
    };
    Ok(pairs.into_iter().map(search).collect())
}

/// The shop corrects a mistyped word; the baseline gets the corrected word.
async fn typos(connection: &mut PgConnection, url: &str) -> anyhow::Result<Vec<PathAndBaseline>> {
    let db = Db::new(Connector::to(url.parse()?), PoolSettings { max_connections: 1 });
    let mut tx = db.read().await?;
    let mut drawn = Vec::new();
    for word in some_words(connection).await? {
        let typed = mistyped(&word);
        // Some are too far from anything.
        let Some(SearchQuery { query: meant, .. }) = search::corrected(&mut tx, &typed).await? else { continue };
        let whole = meant.replace(":*", "");
        let arguments = vec![Argument::Text(meant), Argument::Text(whole), Argument::Text(typed.clone())];
        drawn.push((list(&format!("search={typed}")), Baseline { sql: baselines::FOUND_MISTYPED, arguments }));
    }
    tx.commit().await?;
    Ok(drawn)
}

async fn products(connection: &mut PgConnection) -> anyhow::Result<Vec<PathAndBaseline>> {
    let slugs: Vec<String> = sqlx::query_scalar(
        "select slug from products where id % 47 = 11 and status = 'active' and publish_at is null order by id limit 2000",
    )
    .fetch_all(connection)
    .await?;
    let page = |slug: String| {
        let path = format!("/api/v1/catalogue/products/{slug}/");
        (path, Baseline { sql: baselines::PRODUCT, arguments: vec![Argument::Text(slug)] })
    };
    Ok(slugs.into_iter().map(page).collect())
}

async fn compared(
    client: &mut Client,
    connection: &mut PgConnection,
    path: String,
    baseline: Baseline,
) -> anyhow::Result<Question> {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes();
    let answer = client.send(&request).await?;
    ensure!(answer.status == 200, "{path} answered {}: {}", answer.status, String::from_utf8_lossy(answer.body));
    let length = answer.body.len();
    let answer: Value = serde_json::from_slice(answer.body)?;
    let answered = ids(&answer)?;
    let rows = baseline.rows(connection).await?;
    let read: Vec<i64> = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
    ensure!(read.starts_with(&answered), "{path} answered the products {answered:?}, and in the tables are {read:?}");
    ensure!(!answered.is_empty(), "{path} returned no products");
    // The facets follow the products, with a row for each count.
    let counts = counts(&answer["facets"]);
    ensure!(counts > 0 || !path.contains("facets="), "{path} has no facets");
    ensure!(
        read.len() == answered.len() + counts,
        "{path} answered {counts} counts, and in the tables are {}",
        read.len() - answered.len()
    );
    Ok(Question { path, baseline, rows: read.len(), length, request })
}

/// Returns the number of counts in the facets: brands, categories, attribute values, price bands and availability.
fn counts(facets: &Value) -> usize {
    let length = |list: &Value| list.as_array().map_or(0, Vec::len);
    let values = facets["attributes"].as_array().map_or(0, |all| all.iter().map(|one| length(&one["values"])).sum());
    let availability =
        ["available", "unavailable"].iter().filter(|&&side| facets["availability"][side].as_i64() > Some(0)).count();
    length(&facets["brands"]) + length(&facets["categories"]) + length(&facets["price_bands"]) + values + availability
}

async fn get(client: &mut Client, path: &str) -> anyhow::Result<Value> {
    let answer = client.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await?;
    ensure!(answer.status == 200, "{path} answered {}: {}", answer.status, String::from_utf8_lossy(answer.body));
    Ok(serde_json::from_slice(answer.body)?)
}

/// Returns the ids of the products in a response: those of a list, or the one product.
fn ids(answer: &Value) -> anyhow::Result<Vec<i64>> {
    let products = answer["results"].as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
    products.iter().map(|product| product["id"].as_i64().context("a product has no id")).collect()
}
