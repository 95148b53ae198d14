//! Writes the OpenAPI schema: utoipa derives it from a struct with the documented types, and the limits of the reader are added.

use proc_macro2::TokenStream;
use quote::quote;

use crate::attributes::{Field, Presence, Request, doc, inside, is};

/// Writes `ToSchema`, or `IntoParams` for a query.
pub(crate) fn implementation(body: &Request) -> TokenStream {
    let (name, documented) = (&body.name, &body.documented);
    let limits = body.fields.iter().filter_map(limit).chain(body.fields.iter().filter_map(default));
    let limits = quote! { &[#(#limits),*] };
    if body.options.is_undocumented {
        return TokenStream::new();
    }
    if body.options.is_query {
        let fields = body.fields.iter().map(|field| documented_field(field, &quote! { param }));
        return quote! {
            const _: () = {
                #[derive(::utoipa::IntoParams)]
                #[into_params(parameter_in = Query)]
                #[allow(dead_code, missing_docs)]
                struct DocumentSchema { #(#fields),* }

                #[automatically_derived]
                impl ::utoipa::IntoParams for #name {
                    fn into_params(
                        parameter_in: impl ::core::ops::Fn() -> ::core::option::Option<::utoipa::openapi::path::ParameterIn>,
                    ) -> ::std::vec::Vec<::utoipa::openapi::path::Parameter> {
                        let parameters = <DocumentSchema as ::utoipa::IntoParams>::into_params(parameter_in);
                        ::shared::fields::schema::limit_parameters(parameters, #limits)
                    }
                }
            };
        };
    }
    let text = name.to_string();
    let accepts_unknown = body.options.is_unknown_ignored;
    let fields = body.fields.iter().map(|field| documented_field(field, &quote! { schema }));
    quote! {
        const _: () = {
            #(#documented)*
            #[derive(::utoipa::ToSchema)]
            #[allow(dead_code, missing_docs)]
            struct DocumentSchema { #(#fields),* }

            #[automatically_derived]
            impl ::utoipa::PartialSchema for #name {
                fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::schema::Schema> {
                    let schema = <DocumentSchema as ::utoipa::PartialSchema>::schema();
                    ::shared::fields::schema::limit_properties(schema, #limits, #accepts_unknown)
                }
            }

            #[automatically_derived]
            impl ::utoipa::ToSchema for #name {
                fn name() -> ::std::borrow::Cow<'static, str> {
                    ::std::borrow::Cow::Borrowed(#text)
                }

                fn schemas(
                    schemas: &mut ::std::vec::Vec<(
                        ::std::string::String,
                        ::utoipa::openapi::RefOr<::utoipa::openapi::schema::Schema>,
                    )>,
                ) {
                    <DocumentSchema as ::utoipa::ToSchema>::schemas(schemas);
                }
            }
        };
    }
}

fn documented_field(field: &Field, attribute: &TokenStream) -> TokenStream {
    let (name, documented, rules) = (&field.name, &field.documented, &field.rules);
    let sentences = [&rules.on_create, &rules.on_update, &rules.on_replace];
    let sentences = sentences.into_iter().flatten().map(|sentence| doc(&sentence.value()));
    let value = rules.schema.as_ref().unwrap_or(&field.value);
    let ty = match field.presence {
        Presence::Nullable | Presence::Patch => quote! { ::core::option::Option<#value> },
        Presence::Required
        | Presence::RequiredNotNull
        | Presence::Default(_)
        | Presence::Optional
        | Presence::RequiredIf(_)
        | Presence::Flatten => {
            quote! { #value }
        }
    };
    let is_required = matches!(field.presence, Presence::Required | Presence::RequiredNotNull);
    let secret = rules.is_secret.then(|| quote! { , format = "password", write_only });
    let email = rules.is_email.then(|| quote! { , format = "email" });
    quote! {
        #(#documented)*
        #(#sentences)*
        #[#attribute(required = #is_required #secret #email)]
        #name: #ty
    }
}

fn limit(field: &Field) -> Option<TokenStream> {
    let (key, rules) = (field.key(), &field.rules);
    let ty = rules.schema.as_ref().unwrap_or(&field.value);
    let (min, max) = (rules.min.as_ref(), rules.max.as_ref());
    let limits = quote! { ::shared::fields::schema::Limit };
    let limit = if inside(ty, "Vec").is_some() {
        let (min, max) = (min.map_or_else(|| quote! { 0 }, |min| quote! { #min }), max?);
        let each = match &rules.each_max {
            Some(each) => quote! { ::core::option::Option::Some(#each) },
            None => quote! { ::core::option::Option::None },
        };
        quote! { #limits::Items { min: #min, max: #max, each: #each } }
    } else if ["i32", "i64", "u64"].iter().any(|name| is(ty, name)) {
        let bound = |bound: Option<&syn::Expr>| match bound {
            Some(bound) => quote! { ::core::option::Option::Some({ let bound: #ty = #bound; #limits::bound(bound) }) },
            None => quote! { ::core::option::Option::None },
        };
        let (min, max) = (bound(min), bound(max));
        quote! { #limits::Number { min: #min, max: #max } }
    } else if rules.is_email {
        quote! { #limits::Characters { min: 1, max: ::shared::fields::MAX_EMAIL } }
    } else {
        let max = max?;
        let min = usize::from(!rules.may_be_blank);
        quote! { #limits::Characters { min: #min, max: #max } }
    };
    Some(quote! { (#key, #limit) })
}

fn default(field: &Field) -> Option<TokenStream> {
    let Presence::Default(Some(default)) = &field.presence else { return None };
    if field.rules.schema.is_some() {
        // The field has another type in the document, so its default does not fit there.
        return None;
    }
    let key = field.key();
    Some(quote! { (#key, ::shared::fields::schema::Limit::default_value(#default)) })
}
