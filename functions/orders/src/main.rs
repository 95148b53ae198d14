//! The Lambda function `orders`.

use orders::Orders;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(orders::router(), Orders::from_environment).await
}
