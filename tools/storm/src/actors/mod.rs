//! The people of the shop.

pub mod buyer;
pub mod staff;

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::client::{Answer, Asked, Client};
use crate::stage::PASSWORD;

/// Number of tries after which a person gives up.
const TRIES: u32 = 8;
/// Wait of a person before another try.
const PAUSE: Duration = Duration::from_millis(400);

impl Client {
    /// Logs in as the owner of this account; returns false if that is not possible.
    pub async fn log_in(&mut self, email: &str) -> bool {
        self.token = None;
        let asked = Asked::post("log in", "/auth/jwt/create/", json!({"email": email, "password": PASSWORD}));
        let answer = self.insist(&asked).await;
        self.token = answer.and_then(|answer| Some(answer.body["access"].as_str()?.to_owned()));
        self.token.is_some()
    }

    /// Sends a request that can be repeated until there is an answer other than 503; `None` if there is none after some tries.
    pub async fn insist(&self, asked: &Asked) -> Option<Answer> {
        for _ in 0..TRIES {
            if let Some(answer) = self.send(asked).await
                && answer.status != 503
            {
                return Some(answer);
            }
            sleep(PAUSE).await;
        }
        None
    }
}
