//! The password of an IAM database login: a presigned request that nobody sends.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

use super::Credentials;

/// AWS takes no longer one.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// A token with which `user` may log in at `host:port` within the next 15 minutes.
///
/// Source: "Connecting to your DB instance using IAM authentication", Amazon RDS User Guide; the same as the SDK's
/// `aws_sdk_rds::auth_token`, without the 360,000 lines around it.
#[expect(clippy::disallowed_methods, reason = "AWS judges the signature by the machine's clock, not by the shop's")]
pub fn database_token(credentials: &Credentials, host: &str, port: u16, user: &str) -> anyhow::Result<String> {
    signed_at(SystemTime::now(), credentials, host, port, user)
}

fn signed_at(now: SystemTime, credentials: &Credentials, host: &str, port: u16, user: &str) -> anyhow::Result<String> {
    let mut settings = SigningSettings::default();
    settings.expires_in = Some(LIFETIME);
    settings.signature_location = SignatureLocation::QueryParams;
    let identity = credentials.keys.clone().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(&credentials.region)
        .name("rds-db")
        .time(now)
        .settings(settings)
        .build()?;
    let query = serde_urlencoded::to_string([("Action", "connect"), ("DBUser", user)])?;
    let url = format!("https://{host}:{port}/?{query}");
    let request = SignableRequest::new("GET", &url, std::iter::empty(), SignableBody::Bytes(&[]))?;
    let (instructions, _) = sign(request, &params.into())?.into_parts();
    let signature = serde_urlencoded::to_string(instructions.params())?;
    Ok(format!("{host}:{port}/?{query}&{signature}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_the_user_and_the_service_and_ends_in_15_minutes() {
        let keys = aws_credential_types::Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let credentials = Credentials { region: "eu-central-1".to_owned(), keys };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_329_531);
        let token = signed_at(now, &credentials, "db.example.com", 5432, "shop").unwrap();
        assert!(token.starts_with("db.example.com:5432/?Action=connect&DBUser=shop&"), "{token}");
        assert!(token.contains("X-Amz-Expires=900"), "{token}");
        assert!(token.contains("%2Feu-central-1%2Frds-db%2Faws4_request"), "{token}");
        assert!(token.contains("X-Amz-Signature="), "{token}");
    }
}
