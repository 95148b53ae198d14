//! The parts of the OpenAPI document that no single operation owns.

use std::collections::BTreeMap;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Info, InfoBuilder, OneOfBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder, Schema,
};
use utoipa::{IntoResponses, ToSchema as _};

use super::{FieldErrors, Problem};

/// The document that every router starts from.
pub fn document() -> OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access token of `POST /auth/jwt/create/`."))
        .build();
    let api_key = ApiKeyValue::with_description(
        "Authorization",
        "`Api-Key ` and a key of `POST /auth/api_keys/`, for programs. It opens what its scopes name, for as long as whoever made it may \
         do all of that; nothing of anybody's own, and neither roles nor keys.",
    );
    OpenApiBuilder::new()
        .info(info())
        .components(Some(
            ComponentsBuilder::new()
                .security_scheme("bearer", SecurityScheme::Http(bearer))
                .security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(api_key)))
                .schema_from::<FieldErrors>()
                .schema_from::<Problem>()
                .build(),
        ))
        .build()
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Shop API")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Catalogue, cart, checkout and accounts of a headless shop. Amounts are decimal strings beside a `currency`; \
             lists are pages with `next` and `previous`; bodies are JSON, and one without lists and objects may be sent as a form instead \
             (`application/x-www-form-urlencoded` or `multipart/form-data`); errors are `{\"field\": [\"message\"]}` or `{\"detail\", \"code\"}`.",
        ))
        .build()
}

/// How any operation can fail that anybody may call.
#[derive(Debug)]
pub struct PublicProblems;

/// How any operation can fail that needs a token.
#[derive(Debug)]
pub struct Problems;

/// How any operation can fail that needs a permission.
#[derive(Debug)]
pub struct StaffProblems;

impl IntoResponses for PublicProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let field_errors = FieldErrors::name();
        let problem = Problem::name();
        let all: [(&str, &str, &[&str]); 7] = [
            (
                "400",
                "The body or the query does not hold; or it cannot be read, and then it is a problem.",
                &[&field_errors, &problem],
            ),
            ("401", "The token is not good.", &[&problem]),
            ("413", "The body is too large.", &[&problem]),
            ("415", "The body is neither JSON nor a form.", &[&problem]),
            ("429", "Too many requests; `Retry-After` says when to come again.", &[&problem]),
            ("500", "Our fault. `x-request-id` finds it in the log.", &[&problem]),
            ("503", "Busy; `Retry-After` says when to come again.", &[&problem]),
        ];
        all.into_iter()
            .map(|(status, description, schemas)| (status.to_owned(), response(description, schemas)))
            .collect()
    }
}

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = PublicProblems::responses();
        responses.insert("401".to_owned(), response("There is no token, or it is not good.", &[&Problem::name()]));
        responses
    }
}

impl IntoResponses for StaffProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = Problems::responses();
        responses.insert("403".to_owned(), response("Whoever asks may not do this.", &[&Problem::name()]));
        responses
    }
}

/// One of these schemas.
fn response(description: &str, schemas: &[&str]) -> RefOr<Response> {
    let refs = schemas.iter().copied().map(Ref::from_schema_name);
    let schema: RefOr<Schema> = match schemas {
        [only] => Ref::from_schema_name(*only).into(),
        _ => Schema::OneOf(refs.fold(OneOfBuilder::new(), OneOfBuilder::item).build()).into(),
    };
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content("application/json", content).build().into()
}
