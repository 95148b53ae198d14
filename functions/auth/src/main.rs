//! The `auth` Lambda.

use auth::Auth;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(auth::router(), Auth::from_environment).await
}
