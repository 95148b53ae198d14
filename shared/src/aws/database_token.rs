//! The password of an IAM database login: a presigned request that is never sent.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

use super::Credentials;

/// Longest lifetime that AWS accepts.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// Returns a token with which `user` may log in at `host:port` within the next 15 minutes.
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
    fn a_token_equals_that_of_botocore() {
        let session = Some("session/token+=".to_owned());
        let keys = aws_credential_types::Credentials::new("AKIDEXAMPLE", "secret", session, None, "test");
        let credentials = Credentials { region: "eu-central-1".to_owned(), keys };
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_329_531);
        let token = signed_at(now, &credentials, "db.example.com", 5432, "shop").unwrap();
        // botocore 1.4x: `client('rds').generate_db_auth_token('db.example.com', 5432, 'shop')` at that time.
        let expected = "db.example.com:5432/?Action=connect&DBUser=shop&X-Amz-Algorithm=AWS4-HMAC-SHA256\
            &X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Feu-central-1%2Frds-db%2Faws4_request&X-Amz-Date=20261122T063851Z\
            &X-Amz-SignedHeaders=host&X-Amz-Expires=900&X-Amz-Security-Token=session%2Ftoken%2B%3D\
            &X-Amz-Signature=56c4ba9558f37646450a89a773d7dc2e5f3b92313dca44c2888e3f4ec31d4a77";
        let parts = |token: &str| token.split('&').map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(parts(&token), parts(expected));
    }
}
