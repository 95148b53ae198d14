//! Upload of an image: S3 accepts the request that the function presigned.

use anyhow::{Context as _, ensure};
use aws_emulation::http_client::Client;
use aws_emulation::stack::IMAGES_BUCKET;
use command_line::terminal::say;
use serde_json::json;

use super::{DATABASE, Scenario, expect, post, text};

/// A PNG of two pixels, one red and one blue.
const IMAGE: &[u8] =
    b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x02\x00\x00\x00\x01\x08\x02\x00\x00\x00{@\xe8\xdd\x00\x00\x00\x0dIDATx\xdac8!\x02\x04'\x00\x06\x97\x01\xe1\x8c\xf1\x9cm\x00\x00\x00\x00IEND\xaeB`\x82";

impl Scenario {
    pub(super) async fn upload_an_image(&self, token: &str) -> anyhow::Result<()> {
        self.cluster.psql(DATABASE, "update users set is_staff = true, is_superuser = true")?;
        let mut uploads = self.start("uploads").await?;
        let image = json!({"content_type": "image/png", "bytes": IMAGE.len()});
        let created = expect(&mut uploads, 201, post("/api/v1/catalogue/uploads/", token, &image)?).await?;
        let finish = format!("/api/v1/catalogue/uploads/{}/finish/", text(&created, "id")?);
        expect(&mut uploads, 409, post(&finish, token, &json!({}))?).await?;
        self.send_file(&text(&created["upload"], "url")?).await?;
        let finished = expect(&mut uploads, 200, post(&finish, token, &json!({}))?).await?;
        let again = expect(&mut uploads, 200, post(&finish, token, &json!({}))?).await?;
        uploads.stop().await?;
        ensure!(again == finished, "it answered {again} after {finished}");
        let url = text(&finished, "url")?;
        let key = url.strip_prefix("http://localhost/images/").with_context(|| format!("the image is at {url}"))?;
        let (file, cache_control) = self.moto.file(IMAGES_BUCKET, key).await?;
        ensure!(file.starts_with(&[0xff, 0xd8, 0xff]), "the image is not a JPEG");
        ensure!(
            cache_control.is_some_and(|text| text.contains("immutable")),
            "the image must not be cached: it has no immutable Cache-Control"
        );
        say(format_args!("ok  uploads processed an image from S3; it is at {url}"));
        Ok(())
    }

    /// Sends the file as a browser does, with the URL and the headers that the function returned.
    async fn send_file(&self, url: &str) -> anyhow::Result<()> {
        let host = self.moto.url();
        let path = url.strip_prefix(host.as_str()).with_context(|| format!("the file goes to {url}"))?;
        let host = host.trim_start_matches("http://");
        let head = format!(
            "PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: image/png\r\ncontent-length: {}\r\n\r\n",
            IMAGE.len()
        );
        let mut client = Client::connect(self.moto.address()).await?;
        let answer = client.send(&[head.as_bytes(), IMAGE].concat()).await?;
        ensure!(answer.status == 200, "S3 answered {}: {}", answer.status, String::from_utf8_lossy(answer.body));
        Ok(())
    }
}
