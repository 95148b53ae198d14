//! The requests to SES, and the meaning of its responses.

use notifications::Ses;
use serde_json::{Value, json};
use shared::app::Environment;
use shared::mail::{Mail, Mailer as _, SendError};
use shared::testing::XRayDaemon;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

fn mail_to(address: &str) -> Mail {
    Mail {
        to: address.to_owned(),
        subject: "Your order 1001".to_owned(),
        text: "Grüße".to_owned(),
        html: "<p>Grüße</p>".to_owned(),
        tags: vec![("order_number", "1001".to_owned())],
    }
}

/// Returns SES at this server.
fn ses_at(server: &TcpListener) -> Ses {
    let url = format!("http://{}", server.local_addr().unwrap());
    Ses::from_environment(&Environment::from_iter([
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL_SESV2", &url),
        ("MAIL_FROM", "shop@müller.example"),
        ("SHOP_NAME", "Corner Shop"),
        ("MAIL_CONFIGURATION_SET", "shop"),
    ]))
    .unwrap()
}

/// Sends a mail to Ana over a server with this response; returns the result and the request that the server received.
async fn sent_to(answer: &str) -> (Result<String, SendError>, String, Value) {
    send_over(answer, &mail_to("ana@example.com")).await
}

async fn send_over(answer: &str, mail: &Mail) -> (Result<String, SendError>, String, Value) {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ses = ses_at(&server);
    let serve = async {
        let (mut client, _) = server.accept().await.unwrap();
        let received = request(&mut client).await;
        client.write_all(answer.as_bytes()).await.unwrap();
        drop(client);
        // A second try would connect here.
        received
    };
    let (sent, (head, body)) = tokio::join!(ses.send(mail), serve);
    let again = tokio::time::timeout(std::time::Duration::from_millis(50), server.accept()).await;
    assert!(again.is_err(), "one try and no more");
    (sent, head, body)
}

/// Reads one HTTP request: its head and its JSON.
async fn request(client: &mut TcpStream) -> (String, Value) {
    let mut bytes = Vec::new();
    loop {
        assert_ne!(client.read_buf(&mut bytes).await.unwrap(), 0, "the client hung up");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if let Ok(body) = serde_json::from_str(body) {
            return (head.to_owned(), body);
        }
    }
}

fn error(status: u16, kind: &str) -> String {
    error_with(status, kind, "because")
}

fn error_with(status: u16, kind: &str, message: &str) -> String {
    let body = json!({"message": message}).to_string();
    format!(
        "HTTP/1.1 {status} X\r\nx-amzn-errortype: {kind}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn accepted() -> String {
    let body = r#"{"MessageId":"0100"}"#;
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn the_domain_of_the_recipient_is_in_punycode() {
    let (sent, _, body) = send_over(&accepted(), &mail_to("kunde@müller.example")).await;

    assert_eq!(sent, Ok("0100".to_owned()));
    assert_eq!(body["Destination"]["ToAddresses"], json!(["kunde@xn--mller-kva.example"]));
}

#[tokio::test]
async fn an_address_that_ses_refuses_is_not_tried() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for address in ["ünï@example.com", "erased@invalid", "a b@example.com"] {
        let sent = ses_at(&server).send(&mail_to(address)).await;
        assert!(matches!(sent, Err(SendError::Permanent(_))), "{address}: {sent:?}");
    }
    let request = tokio::time::timeout(std::time::Duration::from_millis(50), server.accept()).await;
    assert!(request.is_err(), "no request was sent");
}

#[tokio::test]
async fn a_mail_goes_out_as_text_and_html() {
    let (sent, head, body) = sent_to(&accepted()).await;

    assert_eq!(sent, Ok("0100".to_owned()));
    assert!(head.starts_with("POST /v2/email/outbound-emails HTTP/1.1"), "{head}");
    let utf8 = |text| json!({"Data": text, "Charset": "UTF-8"});
    assert_eq!(
        body,
        json!({
            "FromEmailAddress": "\"Corner Shop\" <shop@xn--mller-kva.example>",
            "Destination": {"ToAddresses": ["ana@example.com"]},
            "Content": {"Simple": {
                "Subject": utf8("Your order 1001"),
                "Body": {"Text": utf8("Grüße"), "Html": utf8("<p>Grüße</p>")},
            }},
            "EmailTags": [{"Name": "order_number", "Value": "1001"}],
            "ConfigurationSetName": "shop",
        })
    );
}

#[tokio::test]
async fn an_error_of_the_mail_is_permanent() {
    for (status, kind) in [(400, "BadRequestException"), (400, "MessageRejected")] {
        let (sent, ..) = sent_to(&error(status, kind)).await;
        assert!(matches!(sent, Err(SendError::Permanent(_))), "{kind}: {sent:?}");
    }
}

#[tokio::test]
async fn an_error_of_the_moment_is_temporary() {
    for (status, kind) in [
        (429, "TooManyRequestsException"),
        (400, "MailFromDomainNotVerifiedException"),
        (404, "NotFoundException"),
        (400, "LimitExceededException"),
        (400, "SendingPausedException"),
        (400, "AccountSuspendedException"),
        (400, "ThrottlingException"),
        (403, "AccessDeniedException"),
        (403, "ExpiredTokenException"),
    ] {
        let (sent, ..) = sent_to(&error(status, kind)).await;
        assert!(matches!(sent, Err(SendError::Temporary(_))), "{kind}: {sent:?}");
    }
}

#[tokio::test]
async fn a_sender_or_recipient_that_is_not_verified_yet_is_temporary() {
    for (kind, message) in [
        (
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: shop@example.com",
        ),
        ("MessageRejected", "Email address not verified \"shop@example.com\""),
        ("BadRequestException", "Identity is Not Verified: example.com"),
        ("MailFromDomainNotVerifiedException", "because"),
    ] {
        let (sent, ..) = sent_to(&error_with(400, kind, message)).await;
        assert!(matches!(sent, Err(SendError::Temporary(_))), "{message}: {sent:?}");
    }
}

#[tokio::test]
async fn an_unclear_response_leaves_the_result_unknown() {
    let torn = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"Mess";
    for answer in [error(500, "InternalServiceError"), error(503, "ServiceUnavailable"), String::new(), torn.to_owned()]
    {
        let (sent, ..) = sent_to(&answer).await;
        assert!(matches!(sent, Err(SendError::Unknown(_))), "{answer}: {sent:?}");
    }
}

#[tokio::test]
async fn a_mail_is_recorded_in_the_trace_without_its_recipient() {
    let daemon = XRayDaemon::start();
    let (sent, ..) = daemon.invocation().record(sent_to(&accepted())).await;
    assert!(sent.is_ok());

    let document = daemon.receive();
    assert_eq!((&document["name"], &document["aws"]), (&json!("SES"), &json!({"operation": "SendEmail"})));
    assert!(!document.to_string().contains("example"), "{document}");
}
