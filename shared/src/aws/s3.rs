//! Files in S3.

use std::collections::BTreeMap;
use std::ops::Range;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::{PresignedRequest as Presigned, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;

use super::{Credentials, https_client};
use crate::app::{Environment, EnvironmentError};
use crate::storage::{OPEN_FOR, PresignedRequest, Storage, Upload};
use crate::time::Timestamp;
use crate::trace::subsegment::{Downstream, recorded};

/// Lets caches keep public files for ever, because a name is never used for another file.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The files of one bucket.
pub struct S3 {
    pub(super) client: Client,
    pub(super) bucket: String,
    cache_control: Option<&'static str>,
}

impl S3 {
    /// Returns the bucket `UPLOADS_BUCKET`, whose files are reachable only by presigned requests; `AWS_ENDPOINT_URL_S3` overrides the
    /// endpoint.
    pub fn private_from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let bucket = environment.require("UPLOADS_BUCKET")?.to_owned();
        Ok(Self { client: client(environment)?, bucket, cache_control: None })
    }

    /// Returns the bucket `IMAGES_BUCKET`, whose files are public through a CDN.
    pub fn images_from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let bucket = environment.require("IMAGES_BUCKET")?.to_owned();
        Ok(Self { client: client(environment)?, bucket, cache_control: Some(IMMUTABLE) })
    }
}

fn client(environment: &Environment) -> Result<Client, EnvironmentError> {
    let config = config(Credentials::from_environment(environment)?, environment.get("AWS_ENDPOINT_URL_S3"));
    Ok(Client::from_conf(config.http_client(https_client()).build()))
}

fn config(credentials: Credentials, endpoint: Option<&str>) -> Builder {
    let config = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(credentials.region))
        .credentials_provider(credentials.keys)
        // A request has eight seconds in all, and the client may try again.
        .retry_config(RetryConfig::standard().with_max_attempts(2))
        // TLS and the signature protect the content. A checksum would also be signed into presigned requests, as that of an empty body, and
        // no file would match it.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    match endpoint {
        // Such endpoints have no host named after the bucket.
        Some(url) => config.endpoint_url(url).force_path_style(true),
        None => config,
    }
}

#[async_trait]
impl Storage for S3 {
    async fn presign_upload(&self, upload: Upload<'_>, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        // Both headers are signed, so S3 accepts no other type and no other length.
        let request = self.client.put_object().bucket(&self.bucket).key(upload.key).content_type(upload.content_type);
        let presigned = request.content_length(i64::try_from(upload.bytes)?).presigned(open(now)?).await?;
        Ok(presigned_request("PUT", &presigned, now))
    }

    async fn presign_download(&self, key: &str, file_name: &str, now: Timestamp) -> anyhow::Result<PresignedRequest> {
        let disposition = format!("attachment; filename=\"{}\"", file_name.replace(['"', '\\'], ""));
        let request = self.client.get_object().bucket(&self.bucket).key(key).response_content_disposition(disposition);
        Ok(presigned_request("GET", &request.presigned(open(now)?).await?, now))
    }

    async fn size(&self, key: &str) -> anyhow::Result<Option<u64>> {
        let size = async {
            match self.client.head_object().bucket(&self.bucket).key(key).send().await {
                Ok(head) => Ok(Some(u64::try_from(head.content_length().unwrap_or_default())?)),
                Err(error) if status(&error) == Some(404) => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        recorded(Downstream::S3, "HeadObject", size).await
    }

    async fn read(&self, key: &str, range: Range<u64>) -> anyhow::Result<Option<Vec<u8>>> {
        if range.is_empty() {
            return Ok(self.size(key).await?.map(|_| Vec::new()));
        }
        let part = format!("bytes={}-{}", range.start, range.end - 1);
        let read = async {
            match self.client.get_object().bucket(&self.bucket).key(key).range(part).send().await {
                Ok(object) => Ok(Some(object.body.collect().await?.to_vec())),
                Err(error) if status(&error) == Some(404) => Ok(None),
                // The range begins after the end of the file.
                Err(error) if error.code() == Some("InvalidRange") => Ok(Some(Vec::new())),
                Err(error) => Err(error.into()),
            }
        };
        recorded(Downstream::S3, "GetObject", read).await
    }

    async fn write(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        let request = request.set_cache_control(self.cache_control.map(str::to_owned));
        recorded(Downstream::S3, "PutObject", Box::pin(request.body(ByteStream::from(bytes)).send())).await?;
        Ok(())
    }

    async fn delete(&self, key: &str) -> anyhow::Result<()> {
        let request = self.client.delete_object().bucket(&self.bucket).key(key);
        recorded(Downstream::S3, "DeleteObject", request.send()).await?;
        Ok(())
    }
}

/// Returns the lifetime of a presigned request, beginning now by the shop's clock.
fn open(now: Timestamp) -> anyhow::Result<PresigningConfig> {
    Ok(PresigningConfig::builder().start_time(now.into()).expires_in(OPEN_FOR).build()?)
}

fn presigned_request(method: &'static str, presigned: &Presigned, now: Timestamp) -> PresignedRequest {
    let headers: BTreeMap<_, _> =
        presigned.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let expires_at = now.plus_seconds(i64::try_from(OPEN_FOR.as_secs()).unwrap_or_default());
    PresignedRequest { method, url: presigned.uri().to_owned(), headers, expires_at }
}

/// Returns the status of S3's response if S3 refused the request.
fn status<E>(error: &SdkError<E>) -> Option<u16>
where
    SdkError<E>: ProvideErrorMetadata,
{
    error.raw_response().map(|response| response.status().as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s3() -> S3 {
        let keys = aws_credential_types::Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let credentials = Credentials { region: "eu-central-1".to_owned(), keys };
        let client = Client::from_conf(config(credentials, None).http_client(https_client()).build());
        S3 { client, bucket: "shop-uploads".to_owned(), cache_control: None }
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_795_329_531);

    #[tokio::test]
    async fn a_presigned_upload_is_signed_for_its_type_and_length_and_no_checksum() {
        let upload = Upload { key: "uploads/1", content_type: "image/png", bytes: 48_213 };
        let request = s3().presign_upload(upload, NOW).await.unwrap();
        assert_eq!(request.method, "PUT");
        let (place, query) = request.url.split_once('?').unwrap();
        assert_eq!(place, "https://shop-uploads.s3.eu-central-1.amazonaws.com/uploads/1");
        assert!(query.contains("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost"), "{query}");
        assert!(query.contains("X-Amz-Expires=900") && query.contains("X-Amz-Date=20261122T063851Z"), "{query}");
        assert!(!query.to_lowercase().contains("checksum"), "{query}");
        let headers: Vec<_> = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(headers, [("content-length", "48213"), ("content-type", "image/png")]);
        assert_eq!(request.expires_at, NOW.plus_seconds(900));
    }

    #[tokio::test]
    async fn a_presigned_download_has_this_file_name() {
        let request = s3().presign_download("exports/1", "pro\"ducts.csv", NOW).await.unwrap();
        assert_eq!(request.method, "GET");
        assert!(request.url.contains("response-content-disposition=attachment%3B%20filename%3D%22products.csv%22"));
        assert!(request.headers.is_empty(), "{:?}", request.headers);
    }
}
