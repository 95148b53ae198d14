//! The document: `GET /api/schema/`.

use super::a_reader;

const COMMITTED: &str = include_str!("../../../../openapi.json");

#[tokio::test]
async fn the_document_is_yaml_unless_json_is_requested() {
    let yaml = a_reader().get("/api/schema/").await.expect(200);
    assert_eq!(yaml.header("content-type"), "application/vnd.oai.openapi");
    assert!(yaml.text.starts_with("openapi: 3.1.0\n"), "{:.80}", yaml.text);

    for json in [
        a_reader().get("/api/schema/?format=json").await,
        a_reader().get("/api/schema?format=json").await,
        a_reader().header("accept", "application/json").get("/api/schema/").await,
    ] {
        assert_eq!(json.clone().expect(200).header("content-type"), "application/json");
        assert_eq!(json.text, COMMITTED);
    }
}

#[tokio::test]
async fn the_query_overrides_the_header() {
    let client = a_reader().header("accept", "application/json");
    let yaml = client.get("/api/schema/?format=yaml").await.expect(200);
    assert_eq!(yaml.header("content-type"), "application/vnd.oai.openapi");
}

#[tokio::test]
async fn another_format_is_refused() {
    let refusal = a_reader().get("/api/schema/?format=xml").await.expect(400);
    assert_eq!(refusal.body["format"][0], "Choose json or yaml.");
}

#[tokio::test]
async fn a_client_with_the_current_document_gets_304() {
    let first = a_reader().get("/api/schema/?format=json").await;
    let tag = first.header("etag").to_owned();
    for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        let again = a_reader().header("if-none-match", &known).get("/api/schema/?format=json").await.expect(304);
        assert_eq!((again.text.as_str(), again.header("etag")), ("", tag.as_str()));
    }
    a_reader().header("if-none-match", &tag).get("/api/schema/").await.expect(200);
    a_reader().header("if-none-match", "\"other\"").get("/api/schema/?format=json").await.expect(200);
}
