//! The Lambda function `uploads`.

use uploads::UploadsState;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    shared::app::lambda::serve(uploads::router(), UploadsState::from_environment).await
}
