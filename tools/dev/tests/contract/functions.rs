//! The functions and their operations, for the contract tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use auth::{AuthState, KeyRing, Keys, Lifetimes, TotpKeys};
use axum::Router;
use orders::OrdersState;
use ring::rand::SystemRandom;
use ring::signature::Ed25519KeyPair;
use serde_json::Value;
use shared::app::{App, Environment, service};
use shared::testing::{BrokenQueue, MemoryStorage};
use shared::users::Permission;
use shared::users::tokens::TokenSigner;
use transfers::TransfersState;
use uploads::{Images, UploadsState};

/// Returns the root folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Returns the names of all functions: the folders of `functions/`.
pub(crate) fn all() -> Vec<String> {
    let folders = std::fs::read_dir(workspace().join("functions")).unwrap();
    let mut names: Vec<String> = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// One operation of the API description.
#[derive(Debug)]
pub(crate) struct Operation {
    pub function: &'static str,
    pub method: String,
    pub path: String,
    pub json: Value,
}

impl Operation {
    pub(crate) fn id(&self) -> &str {
        self.json["operationId"].as_str().unwrap_or_default()
    }

    /// Returns true if the operation requires a token. `{}` among the requirements makes the token optional.
    pub(crate) fn is_private(&self) -> bool {
        let requirements = self.json["security"].as_array();
        requirements.is_some_and(|all| {
            !all.is_empty() && all.iter().all(|one| one.as_object().is_some_and(|one| !one.is_empty()))
        })
    }

    /// Returns the permission that the operation names. Panics on an unknown one, which is a typing error.
    pub(crate) fn permission(&self) -> Option<Permission> {
        let requirements = self.json["security"].as_array()?;
        let names = requirements.iter().filter_map(Value::as_object).flat_map(|one| one.values());
        let name = names.filter_map(|scopes| scopes[0].as_str()).next()?;
        Some(name.parse().unwrap_or_else(|_| panic!("{} names {name}", self.id())))
    }

    /// Returns a path to the operation with 1 for each id.
    pub(crate) fn concrete_path(&self) -> String {
        let segments = self.path.split('/').map(|segment| if segment.starts_with('{') { "1" } else { segment });
        segments.collect::<Vec<_>>().join("/")
    }
}

/// Returns every operation of every function, from the function's own API description.
pub(crate) fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (function, document) in dev::shop::documents() {
        let document = serde_json::to_value(document).unwrap();
        for (path, method, json) in dev::openapi::operations(&document) {
            let (path, json) = (path.clone(), json.clone());
            operations.push(Operation { function, method: method.to_uppercase(), path, json });
        }
    }
    assert!(operations.len() > 10, "{operations:?}");
    operations
}

/// Returns the router of one HTTP function as its Lambda serves it, or `None` if the function has no HTTP API.
pub(crate) fn serve(function: &str, app: &App, signer: &Arc<TokenSigner>) -> Option<Router> {
    let app = app.clone();
    Some(match function {
        "admin" => service(admin::router(), app),
        "auth" => {
            let keys = Keys { signer: signer.clone(), totp: Arc::new(TotpKeys::single(&[7; 32]).unwrap()) };
            let (keys, queue) = (Arc::new(KeyRing::of(keys)), Arc::new(BrokenQueue));
            service(auth::router(), AuthState { app, keys, lifetimes: Lifetimes::default(), queue })
        }
        "cart" => service(cart::router(), app),
        "catalogue" => service(catalogue::router(), app),
        "docs" => service(docs::router(), app),
        "orders" => service(orders::router(), OrdersState { app, queue: Arc::new(BrokenQueue) }),
        "uploads" => {
            let (received, storage) = (Arc::new(MemoryStorage::default()), Arc::new(MemoryStorage::default()));
            let images = Images { storage, url: "https://images.test".to_owned() };
            service(uploads::router(), UploadsState::new(app, received, images))
        }
        "transfers" => {
            let transfers =
                TransfersState { app, storage: Arc::new(MemoryStorage::default()), jobs: Arc::new(BrokenQueue) };
            service(transfers::router(), transfers)
        }
        _ => return None,
    })
}

/// Returns the router of one HTTP function without a database.
pub(crate) fn serve_without_database(function: &str) -> Router {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let signer = Arc::new(TokenSigner::new(key.as_ref()).unwrap());
    serve(function, &App::without_database(&Environment::default()).unwrap(), &signer).unwrap()
}
