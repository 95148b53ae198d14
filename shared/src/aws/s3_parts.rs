//! Multipart uploads to S3: files that are written in parts.

use async_trait::async_trait;
use aws_sdk_s3::operation::abort_multipart_upload::AbortMultipartUploadError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::S3;
use crate::trace::subsegment::{Downstream, recorded};
use crate::transfers::parts::{FileInParts, Parts};

#[async_trait]
impl Parts for S3 {
    async fn begin(&self, key: &str, content_type: &str) -> anyhow::Result<String> {
        let request = self.client.create_multipart_upload().bucket(&self.bucket).key(key).content_type(content_type);
        let begun = recorded(Downstream::S3, "CreateMultipartUpload", request.send()).await?;
        begun.upload_id.ok_or_else(|| anyhow::anyhow!("S3 returned no upload id"))
    }

    async fn write(&self, file: FileInParts<'_>, number: i32, bytes: Vec<u8>) -> anyhow::Result<String> {
        let request = self.client.upload_part().bucket(&self.bucket).key(file.key).upload_id(file.upload_id);
        let request = request.part_number(number).body(ByteStream::from(bytes));
        let written = recorded(Downstream::S3, "UploadPart", request.send()).await?;
        written.e_tag.ok_or_else(|| anyhow::anyhow!("S3 returned no ETag for a part"))
    }

    async fn finish(&self, file: FileInParts<'_>, parts: &[String]) -> anyhow::Result<()> {
        let parts =
            (1..).zip(parts).map(|(number, tag)| CompletedPart::builder().part_number(number).e_tag(tag).build());
        let all = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(file.key);
        let request = request.upload_id(file.upload_id).multipart_upload(all);
        recorded(Downstream::S3, "CompleteMultipartUpload", request.send()).await?;
        Ok(())
    }

    async fn discard(&self, file: FileInParts<'_>, _: i32) -> anyhow::Result<()> {
        let request = self.client.abort_multipart_upload().bucket(&self.bucket).key(file.key);
        let discard = async {
            match request.upload_id(file.upload_id).send().await {
                // The upload was discarded or finished before.
                Err(error) if error.as_service_error().is_some_and(AbortMultipartUploadError::is_no_such_upload) => {
                    Ok(())
                }
                done => Ok(done.map(drop)?),
            }
        };
        recorded(Downstream::S3, "AbortMultipartUpload", discard).await
    }
}
