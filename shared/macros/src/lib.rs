//! `#[derive(Request)]`: one definition of a request's fields gives the reader, the limits, the OpenAPI schema, and the bodies of
//! `PUT` and `PATCH`.
//!
//! ```ignore
//! /// A brand to create.
//! #[derive(Debug, Request)]
//! #[request(update = UpdateBrand, replace = ReplaceBrand)]
//! pub(crate) struct CreateBrand {
//!     /// Unique name, compared without regard to case.
//!     #[field(max = MAX_LABEL_NAME)]
//!     pub name: String,
//!     /// Name in URLs.
//!     #[field(max = MAX_SLUG, with = slug, blank_as_null, on_create = "Made from the name by default.")]
//!     pub slug: Option<String>,
//! }
//! ```
//!
//! The type of a field says whether it may be left out:
//!
//! | type | in the body | in `update` | in `replace` |
//! |---|---|---|---|
//! | `T` | required | `Option<T>`; null is an error | required |
//! | `T` with `default` | may be left out or null | `Option<T>` | the same |
//! | `Option<T>` | may be left out or null | the same | the same |
//! | `Option<T>` with `nullable` | may be left out or null: both mean "none" | `Patch<T>` | the same, and `None` empties the field |
//! | `Patch<T>` | left out: the field stays; null: the field becomes empty | the same | the same |
//! | `Option<T>` with `required_if` | required if the option is on, otherwise ignored | the same | the same |
//!
//! On the struct, `#[request(…)]` takes:
//! - `update = Name`: generates the body of a `PATCH`, and `From<Self>` for it.
//! - `replace = Name`: generates the body of a `PUT`, and `From<Name>` for the body of the `PATCH`.
//! - `query`: documents the fields as query parameters.
//! - `options = Type`: reads the fields with `Self::read(&mut Fields, &Type)`, for fields that depend on options of the shop.
//! - `blank_as_null`: applies to every field.
//! - `undocumented`: leaves the fields out of the OpenAPI document, and ignores others.
//! - `ignore_unknown`: ignores fields that are not in the struct, as Django REST framework does. Without it, a body with such a field is refused.
//! - `read_only = LIST`: names, in a `ReadOnly`, the fields of the response that clients may send back unchanged (`ChangeBody`), and what to do
//!   instead of sending them.
//! - `validate = path`: calls `fn(&mut Fields)` after the fields were read, to report errors that concern several fields.
//!
//! On a field, `#[field(…)]` takes:
//! - `max = …`, `min = …`: the limits of a number; the characters of a text; the items of a list.
//! - `blank`: the text may be blank. `secret`: the text keeps the spaces around it. `email`: the text is an email address.
//! - `default` or `default = …`: the value of a field that is left out.
//! - `nullable`: null empties the field. `blank_as_null`: a blank text counts as null. `not_null`: null is an error.
//! - `with = path`: reads the value with `fn(&mut Fields, &str) -> Option<T>`. `each = path`: reads each item of a list with such a function.
//! - `each_max = …`: the characters of each text of a list.
//! - `map = …`: converts the value that was read.
//! - `named = path`: calls `fn(&Fields) -> &'static str` for the name of the field in this body.
//! - `required_if = option`: names the `bool` of the `options` that requires the field.
//! - `flatten`: adds the fields of another request to those of this one; for `undocumented` requests.
//! - `schema = Type`: the type in the OpenAPI document, if it differs.
//! - `create_only`: the field is not in `update` and `replace`. `required_on_replace`: a `PUT` cannot leave the field out.
//! - `on_create = "…"`, `on_update = "…"`, `on_replace = "…"`: a sentence that only one of the bodies has in its description.
//!
//! `#[schema(…)]` and `#[param(…)]` go to utoipa as they are: examples, patterns, formats.

mod attributes;
mod bodies;
mod document;
mod reader;

use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

use attributes::Request;

/// Derives `FromFields`, `FromField`, the OpenAPI schema, and the bodies of `PUT` and `PATCH`.
#[proc_macro_derive(Request, attributes(request, field, schema, param))]
pub fn request(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let body = Request::parse(input)?;
    let own = implement(&bodies::create(&body))?;
    let update = body.options.update.as_ref().map(|name| bodies::update(&body, name));
    let replace = body.options.replace.as_ref().map(|name| bodies::replace(&body, name));
    let mut generated = Vec::new();
    for other in update.iter().chain(&replace) {
        let (item, implementation) = (bodies::item(other), implement(other)?);
        generated.push(quote! { #item #implementation });
    }
    let conversions = update
        .iter()
        .flat_map(|update| std::iter::once(&body).chain(&replace).map(|from| bodies::conversion(from, update)));
    Ok(quote! { #own #(#generated)* #(#conversions)* })
}

fn implement(body: &Request) -> syn::Result<proc_macro2::TokenStream> {
    let reader = reader::implementation(body)?;
    let document = document::implementation(body);
    Ok(quote! { #reader #document })
}
