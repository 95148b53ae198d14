//! The `transfers` Lambda.

use transfers::TransfersState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(transfers::router(), TransfersState::from_environment).await
}
