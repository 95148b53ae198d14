//! The `catalogue` Lambda.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(catalogue::router(), |app, environment| Ok(app.reading_from_replica(environment)?)).await
}
