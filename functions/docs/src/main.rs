//! The Lambda function `docs`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve_without_database(docs::router_for).await
}
