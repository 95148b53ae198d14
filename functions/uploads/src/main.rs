//! The Lambda function `uploads`.

use uploads::Uploads;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(uploads::router(), Uploads::from_environment).await
}
