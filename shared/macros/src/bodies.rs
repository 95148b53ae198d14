//! Derives the bodies of `PUT` and `PATCH` from the body of `POST`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use crate::attributes::{Field, Options, Presence, Request, doc};

/// Removes from the body of `POST` the sentences that describe only the others.
pub(crate) fn create(body: &Request) -> Request {
    let mut body = body.clone();
    for field in &mut body.fields {
        field.rules.on_update = None;
        field.rules.on_replace = None;
    }
    body
}

/// Derives the body of a `PATCH`.
pub(crate) fn update(body: &Request, name: &Ident) -> Request {
    let fields = body.fields.iter().filter(|field| !field.rules.is_create_only).map(|field| {
        let mut field = field.clone();
        field.rules.on_create = None;
        field.rules.on_replace = None;
        field.rules.is_null_refused |= matches!(field.presence, Presence::Required);
        field.presence = match field.presence {
            Presence::Nullable | Presence::Patch => Presence::Patch,
            Presence::Required | Presence::RequiredNotNull | Presence::Default(_) | Presence::Optional => {
                Presence::Optional
            }
            Presence::Flatten => Presence::Flatten,
            Presence::RequiredIf(option) => Presence::RequiredIf(option),
        };
        field
    });
    derived(body, name, fields.collect(), "Fields to change. A field that is left out stays as it is.")
}

/// Derives the body of a `PUT`.
pub(crate) fn replace(body: &Request, name: &Ident) -> Request {
    let fields = body.fields.iter().filter(|field| !field.rules.is_create_only).map(|field| {
        let mut field = field.clone();
        field.rules.on_create = None;
        field.rules.on_update = None;
        if field.rules.is_required_on_replace {
            field.presence = Presence::RequiredNotNull;
        }
        field
    });
    let description = "The new state. A field that you leave out becomes empty or gets its default, \
                       unless its description says that it stays.";
    derived(body, name, fields.collect(), description)
}

fn derived(body: &Request, name: &Ident, fields: Vec<Field>, description: &str) -> Request {
    Request {
        visibility: body.visibility.clone(),
        name: name.clone(),
        documented: vec![doc(description)],
        options: Options { update: None, replace: None, ..body.options.clone() },
        fields,
    }
}

/// Writes the definition of the struct.
pub(crate) fn item(body: &Request) -> TokenStream {
    let Request { visibility, name, documented, .. } = body;
    let fields = body.fields.iter().map(|field| {
        let (visibility, name, ty) = (&field.visibility, &field.name, field_type(field));
        let docs = field.documented.iter().filter(|attribute| attribute.path().is_ident("doc"));
        quote! { #(#docs)* #visibility #name: #ty }
    });
    let default = body.fields.iter().all(|field| matches!(field.presence, Presence::Optional | Presence::Patch));
    let default = default.then(|| quote! { , Default });
    quote! {
        #(#documented)*
        #[derive(Clone, Debug #default)]
        #visibility struct #name { #(#fields),* }
    }
}

fn field_type(field: &Field) -> TokenStream {
    let value = &field.value;
    match field.presence {
        Presence::Required | Presence::RequiredNotNull | Presence::Default(_) | Presence::Flatten => {
            quote! { #value }
        }
        Presence::Optional | Presence::Nullable | Presence::RequiredIf(_) => quote! { ::core::option::Option<#value> },
        Presence::Patch => quote! { ::shared::patch::Patch<#value> },
    }
}

/// Writes the conversion of a complete body into the body of a `PATCH`.
pub(crate) fn conversion(from: &Request, update: &Request) -> TokenStream {
    let fields = from.fields.iter().filter(|field| !field.rules.is_create_only).map(|field| {
        let name = &field.name;
        match field.presence {
            Presence::Required | Presence::RequiredNotNull | Presence::Default(_) => {
                quote! { #name: ::core::option::Option::Some(all.#name) }
            }
            Presence::Nullable => quote! { #name: ::shared::patch::Patch::replace(all.#name) },
            Presence::Optional | Presence::Patch | Presence::Flatten | Presence::RequiredIf(_) => {
                quote! { #name: all.#name }
            }
        }
    });
    let (from, update) = (&from.name, &update.name);
    quote! {
        impl ::core::convert::From<#from> for #update {
            fn from(all: #from) -> Self {
                Self { #(#fields),* }
            }
        }
    }
}
