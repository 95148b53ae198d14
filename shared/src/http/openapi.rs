//! The parts of the OpenAPI document that belong to no single operation.

use std::collections::BTreeMap;

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Info, InfoBuilder, OneOfBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder, Schema,
};
use utoipa::{IntoResponses, ToSchema as _};

use super::{FieldErrors, Problem};

/// Returns the document that every router starts from.
pub fn document() -> OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("An access token from `POST /auth/jwt/create/`."))
        .build();
    let api_key = ApiKeyValue::with_description(
        "Authorization",
        "`Api-Key ` and a key from `POST /auth/api_keys/`, for programs. The key has the permissions in its scopes, for as long as its creator \
         has all of them. It gives no access to carts and profiles of people, nor to roles and keys.",
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
            "Catalogue, cart, checkout and accounts of a headless shop. Amounts are decimal strings next to a `currency`; \
             lists are pages with `next` and `previous`, except `GET /auth/users/`; bodies are JSON, and one without lists and objects may be sent as a form instead \
             (`application/x-www-form-urlencoded` or `multipart/form-data`); errors are `{\"field\": [\"message\"]}` or `{\"detail\", \"code\"}`.",
        ))
        .build()
}

/// Error responses of all operations.
#[derive(Debug)]
pub struct PublicProblems;

/// Error responses of operations that need a token.
#[derive(Debug)]
pub struct Problems;

/// Error responses of operations that need a permission.
#[derive(Debug)]
pub struct StaffProblems;

impl IntoResponses for PublicProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let field_errors = FieldErrors::name();
        let problem = Problem::name();
        let all: [(&str, &str, &[&str]); 7] = [
            (
                "400",
                "The body or the query has invalid fields (`FieldErrors`), or cannot be read (`Problem`).",
                &[&field_errors, &problem],
            ),
            ("401", "The token that you sent is not valid. The operation also works without a token.", &[&problem]),
            ("413", "The body is too large.", &[&problem]),
            ("415", "The body is neither JSON nor a form.", &[&problem]),
            ("429", "Too many requests. `Retry-After` says after how many seconds to try again.", &[&problem]),
            ("500", "Internal error. Report the `x-request-id` of the response.", &[&problem]),
            ("503", "The shop is busy. `Retry-After` says after how many seconds to try again.", &[&problem]),
        ];
        all.into_iter()
            .map(|(status, description, schemas)| (status.to_owned(), response(description, schemas)))
            .collect()
    }
}

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = PublicProblems::responses();
        responses.insert("401".to_owned(), response("The token is missing or not valid.", &[&Problem::name()]));
        responses
    }
}

impl IntoResponses for StaffProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut responses = Problems::responses();
        responses.insert("403".to_owned(), response("You do not have the permission.", &[&Problem::name()]));
        responses
    }
}

/// Returns a response with one of these schemas.
fn response(description: &str, schemas: &[&str]) -> RefOr<Response> {
    let refs = schemas.iter().copied().map(Ref::from_schema_name);
    let schema: RefOr<Schema> = match schemas {
        [only] => Ref::from_schema_name(*only).into(),
        _ => Schema::OneOf(refs.fold(OneOfBuilder::new(), OneOfBuilder::item).build()).into(),
    };
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content("application/json", content).build().into()
}
