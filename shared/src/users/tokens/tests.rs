//! Tests of tokens: valid, expired and forged ones.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use serde_json::json;

use super::*;

const NOW: Timestamp = Timestamp::from_seconds(1_795_329_531);

fn signer() -> TokenSigner {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    TokenSigner::new(key.as_ref()).unwrap()
}

fn access(now: Timestamp, lifetime: i64) -> Claims {
    Claims::new(TokenType::Access, UserId(7), Uuid::nil(), now, lifetime)
}

fn part(value: &serde_json::Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

#[test]
fn a_token_names_its_account() {
    let signer = signer();
    let verifier = TokenVerifier::new([signer.public_key().to_vec()]);
    let token = signer.sign(&access(NOW, 60)).unwrap();
    assert_eq!(verifier.verify(&token, TokenType::Access, NOW).unwrap().user(), Ok(UserId(7)));
}

#[test]
fn a_token_of_the_wrong_type_or_time_is_refused() {
    let signer = signer();
    let verifier = TokenVerifier::new([signer.public_key().to_vec()]);
    let token = signer.sign(&access(NOW, 60)).unwrap();
    let refusal = |expected, at| verifier.verify(&token, expected, at).map(drop);
    assert_eq!(refusal(TokenType::Refresh, NOW), Err(TokenError::WrongType));
    assert_eq!(refusal(TokenType::Access, NOW.plus_seconds(64)), Ok(()), "within the leeway");
    assert_eq!(refusal(TokenType::Access, NOW.plus_seconds(65)), Err(TokenError::Expired));
    assert_eq!(refusal(TokenType::Access, NOW.plus_seconds(-6)), Err(TokenError::Invalid), "from the future");
}

#[test]
fn a_token_signed_with_another_key_is_refused() {
    let (ours, stranger) = (signer(), signer());
    let verifier = TokenVerifier::new([ours.public_key().to_vec()]);
    let token = stranger.sign(&access(NOW, 60)).unwrap();
    assert_eq!(verifier.verify_any(&token, NOW).map(drop), Err(TokenError::Invalid));
    // It is refused as well with the id of our key in its header.
    let (header, rest) = token.split_once('.').unwrap();
    let mut header: serde_json::Value =
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"] = json!(key_id(ours.public_key()));
    assert_eq!(verifier.verify_any(&format!("{}.{rest}", part(&header)), NOW).map(drop), Err(TokenError::Invalid));
}

#[test]
fn the_algorithms_none_and_hs256_are_refused() {
    let ours = signer();
    let verifier = TokenVerifier::new([ours.public_key().to_vec()]);
    let claims = part(&serde_json::to_value(access(NOW, 60)).unwrap());
    for algorithm in ["none", "None", "HS256", "EdDSA"] {
        let message =
            format!("{}.{claims}", part(&json!({"alg": algorithm, "typ": "JWT", "kid": key_id(ours.public_key())})));
        let hmac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, ours.public_key()), message.as_bytes());
        for signature in ["".to_owned(), BASE64_URL_SAFE_NO_PAD.encode(hmac.as_ref())] {
            assert_eq!(
                verifier.verify_any(&format!("{message}.{signature}"), NOW).map(drop),
                Err(TokenError::Invalid),
                "{algorithm}"
            );
        }
    }
}

#[test]
fn tokens_of_the_previous_key_stay_valid() {
    let (old, new) = (signer(), signer());
    let verifier = TokenVerifier::new([new.public_key().to_vec(), old.public_key().to_vec()]);
    for signer in [old, new] {
        assert!(verifier.verify_any(&signer.sign(&access(NOW, 60)).unwrap(), NOW).is_ok());
    }
}
