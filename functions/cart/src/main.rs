//! The Lambda function `cart`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(cart::router(), |app, _| Ok(app)).await
}
