//! The `transfers` Lambda.

use transfers::Transfers;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(transfers::router(), Transfers::from_environment).await
}
