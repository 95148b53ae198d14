//! `cargo dev services`: the services of compose.yaml without Docker, for `cargo lambda watch`: a private PostgreSQL with migrations and
//! the sample catalogue, moto in place of SQS, SES and S3, and a file with the functions' environment variables.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use aws_emulation::moto::{Moto, REGION};
use aws_emulation::stack::{IMAGES_BUCKET, MAIL_FROM, SigningKey, UPLOADS_BUCKET, totp_keys};
use command_line::Stop;
use command_line::terminal::say;
use import_export::sample;
use shared::app::{Clock as _, Environment, SystemClock};
use shared::money::Currency;

use crate::database::Database;
use crate::home::Home;

/// Options for starting the services.
#[derive(Clone, Debug, clap::Args)]
pub struct ServicesArgs {
    /// Program of moto's server (`pip install 'moto[server]'`)
    #[arg(long, value_name = "PATH", default_value = "moto_server")]
    moto: PathBuf,
    /// Port that moto listens on
    #[arg(long, value_name = "PORT", default_value_t = 5001)]
    moto_port: u16,
}

/// Starts the services and stops them when requested.
pub async fn run(home: &Home, environment: &Environment, args: &ServicesArgs) -> anyhow::Result<()> {
    let home = Home::new(Some(home.path().join("services")))?;
    let mut stop = Stop::on_signals()?;
    let mut lock = home.lock()?;
    let database = Database::open(&home, environment).await?;
    let served = tokio::select! {
        served = serve(&home, &database, environment, args) => served,
        () = stop.requested(1) => Ok(None),
    };
    if let Ok(Some((moto, file))) = &served {
        lock.set_url(&moto.url())?;
        say(format_args!(
            "PostgreSQL, SQS, SES and S3 are ready until Ctrl-C. In two other terminals:\n\n  \
             cargo lambda watch --env-file {}\n  cargo dev pump --functions watch --sqs {url}\n\n\
             Sent mail is at {url}/moto-api/data.json",
            file.display(),
            url = moto.url()
        ));
        stop.requested(1).await;
    }
    database.stop().await?;
    served.map(drop)
}

async fn serve(
    home: &Home,
    database: &Database,
    environment: &Environment,
    args: &ServicesArgs,
) -> anyhow::Result<Option<(Moto, PathBuf)>> {
    sample::load(&database.app(1), SystemClock.now()).await.context("the sample catalogue could not be loaded")?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.moto_port));
    let moto = Moto::start(&args.moto, home.path(), address).await?;
    let queues =
        Queues { orders: moto.create_queue("order-events").await?, jobs: moto.create_queue("catalogue-jobs").await? };
    moto.create_sender(MAIL_FROM).await?;
    moto.create_bucket(UPLOADS_BUCKET).await?;
    moto.create_public_bucket(IMAGES_BUCKET).await?;
    let file = home.path().join("env");
    let key = SigningKey::generate()?;
    let shop = Shop { database: database.app_url(), currency: database.currency(), environment };
    write(&file, &variables(&shop, &key, &moto.url(), &queues))?;
    Ok(Some((moto, file)))
}

/// The facts about the shop that the functions need.
struct Shop<'a> {
    /// URL of the database.
    database: String,
    currency: Currency,
    /// The environment of this command, with the options of the shop.
    environment: &'a Environment,
}

/// URLs of the queues.
struct Queues {
    orders: String,
    jobs: String,
}

/// Returns the variables of all functions in one list.
///
/// Without a storefront, so that links in mails lead to pages that the functions serve.
fn variables(shop: &Shop<'_>, key: &SigningKey, moto: &str, queues: &Queues) -> Vec<(&'static str, String)> {
    let option = |name| shop.environment.get(name).unwrap_or_default().to_owned();
    vec![
        ("DATABASE_URL", shop.database.clone()),
        ("SHOP_CURRENCY", shop.currency.code().to_owned()),
        ("PUBLIC_URL", "http://127.0.0.1:9000".to_owned()),
        ("SHOP_NAME", "Shop".to_owned()),
        ("AUTH_OPTIONS", option("AUTH_OPTIONS")),
        ("SHOP_OPTIONS", option("SHOP_OPTIONS")),
        ("TOKEN_PUBLIC_KEYS", key.signer.public_key_text()),
        ("TOKEN_SIGNING_KEY", key.private.clone()),
        ("TOTP_KEYS", totp_keys()),
        ("ORDER_EVENTS_QUEUE_URL", queues.orders.clone()),
        ("CATALOGUE_JOBS_QUEUE_URL", queues.jobs.clone()),
        ("AWS_ENDPOINT_URL_SQS", moto.to_owned()),
        ("AWS_ENDPOINT_URL_SESV2", moto.to_owned()),
        ("AWS_ENDPOINT_URL_S3", moto.to_owned()),
        ("UPLOADS_BUCKET", UPLOADS_BUCKET.to_owned()),
        ("IMAGES_BUCKET", IMAGES_BUCKET.to_owned()),
        ("IMAGES_URL", format!("{moto}/{IMAGES_BUCKET}")),
        ("MAIL_FROM", MAIL_FROM.to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
    ]
}

fn write(path: &Path, variables: &[(&str, String)]) -> anyhow::Result<()> {
    let mut text = String::new();
    for (name, value) in variables {
        // Quoted, because cargo-lambda otherwise rejects values with an equals sign.
        writeln!(text, "{name}=\"{value}\"")?;
    }
    let file = std::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| format!("{} could not be written", path.display()))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// `cargo lambda watch` sets the variables that `sam local` sets.
    #[test]
    fn every_variable_of_env_json_is_set() {
        let example: Value = serde_json::from_str(include_str!("../../../env.example.json")).unwrap();
        let queues =
            Queues { orders: "http://moto/order-events".to_owned(), jobs: "http://moto/catalogue-jobs".to_owned() };
        let environment = Environment::default();
        let shop = Shop { database: "postgres://".to_owned(), currency: Currency::DEFAULT, environment: &environment };
        let variables = variables(&shop, &SigningKey::generate().unwrap(), "http://moto", &queues);
        for (name, value) in example["Parameters"].as_object().unwrap() {
            let is_set = variables.iter().any(|(known, _)| known == name);
            assert!(is_set || value == "", "{name}");
        }
    }
}
