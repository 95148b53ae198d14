//! The Lambda function `orders`.

use orders::OrdersState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(orders::router(), OrdersState::from_environment).await
}
