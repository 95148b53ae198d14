//! The `auth` Lambda.

use auth::AuthState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(auth::router(), AuthState::from_environment).await
}
