//! Writes the reader, which reads every field, so that every error is found.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Type;

use crate::attributes::{Field, Presence, Request, Rules, inside, is};

/// Writes `FromFields`, and `FromField` for a body inside another. A request with options gets a function `read` that takes them instead.
pub(crate) fn implementation(body: &Request) -> syn::Result<TokenStream> {
    let name = &body.name;
    let (mut reads, mut fields) = (Vec::new(), Vec::new());
    for field in &body.fields {
        let (own, local) = (&field.name, format_ident!("read_{}", field.key()));
        let read = read(field)?;
        reads.push(quote! { let #local = #read; });
        fields.push(quote! { #own: #local.ok()? });
    }
    let validate = body.options.validate.as_ref().map(|validate| quote! { #validate(fields); });
    let refuse_unknown = body.options.refuses_unknown().then(|| refuse_unknown(body));
    let read = quote! {
        #(#reads)*
        #validate
        #refuse_unknown
        ::core::option::Option::Some(Self { #(#fields),* })
    };
    if let Some(options) = &body.options.options {
        let visibility = &body.visibility;
        return Ok(quote! {
            #[automatically_derived]
            impl #name {
                /// Reads every field, so that every error is found. Returns `None` only if an error was added.
                #visibility fn read(
                    fields: &mut ::shared::fields::Fields,
                    options: &#options,
                ) -> ::core::option::Option<Self> {
                    #read
                }
            }
        });
    }
    Ok(quote! {
        #[automatically_derived]
        impl ::shared::fields::FromFields for #name {
            fn read(fields: &mut ::shared::fields::Fields) -> ::core::option::Option<Self> {
                #read
            }
        }

        #[automatically_derived]
        impl ::shared::fields::FromField for #name {
            fn read(fields: &mut ::shared::fields::Fields, name: &str) -> ::core::option::Option<Self> {
                fields.object(name)
            }
        }
    })
}

fn refuse_unknown(body: &Request) -> TokenStream {
    let keys = body.fields.iter().map(Field::key);
    // The other name of a field counts as known only where the field is read by it.
    let other_names = body.fields.iter().filter_map(|field| field.rules.named.as_ref());
    let read_only = body.options.read_only.as_ref().map_or_else(|| quote! { &[] }, |fields| quote! { #fields });
    quote! {
        let known = [#(#keys,)* #(#other_names(fields)),*];
        fields.refuse_unknown(&known, #read_only);
    }
}

fn read(field: &Field) -> syn::Result<TokenStream> {
    let (key, rules, ty) = (field.key(), &field.rules, &field.value);
    if matches!(field.presence, Presence::Flatten) {
        return Ok(
            quote! { <#ty as ::shared::fields::FromFields>::read(fields).ok_or(::shared::fields::InvalidField) },
        );
    }
    let key = match &rules.named {
        Some(named) => quote! { #named(fields) },
        None => quote! { #key },
    };
    let value = value(ty, rules)?;
    let value = match &rules.map {
        Some(map) => quote! { |fields: &mut ::shared::fields::Fields, name: &str| (#value)(fields, name).map(#map) },
        None => value,
    };
    let optional = match (rules.is_null_refused, rules.is_blank_null) {
        (true, _) => quote! { fields.optional_not_null(#key, #value) },
        (false, true) => quote! { fields.optional_or_blank(#key, #value) },
        (false, false) => quote! { fields.optional(#key, #value) },
    };
    Ok(match &field.presence {
        Presence::Required | Presence::Flatten => {
            quote! { (#value)(fields, #key).ok_or(::shared::fields::InvalidField) }
        }
        Presence::RequiredNotNull => quote! { fields.required_not_null(#key, #value) },
        Presence::Optional | Presence::Nullable => optional,
        Presence::RequiredIf(option) => quote! { fields.required_if(options.#option, #key, #value) },
        Presence::Default(None) => quote! { #optional.map(::core::option::Option::unwrap_or_default) },
        Presence::Default(Some(default)) => quote! { #optional.map(|value| value.unwrap_or(#default)) },
        Presence::Patch if rules.is_blank_null => quote! { fields.patch_or_blank(#key, #value) },
        Presence::Patch => quote! { fields.patch(#key, #value) },
    })
}

/// The types of whole numbers, with the methods that read them.
const NUMBERS: [(&str, &str); 3] = [("i32", "small_integer"), ("i64", "integer"), ("u64", "size")];

/// Returns the function that reads a value that is present.
fn value(ty: &Type, rules: &Rules) -> syn::Result<TokenStream> {
    if let Some(with) = &rules.with {
        return Ok(quote! { #with });
    }
    if let Some(item) = inside(ty, "Vec") {
        let max = required(&rules.max, ty, "a list needs `max`")?;
        let item = match (&rules.each, &rules.each_max) {
            (Some(each), _) => quote! { #each },
            (None, Some(max)) => quote! { |fields: &mut ::shared::fields::Fields, name: &str| fields.text(name, #max) },
            (None, None) => quote! { <#item as ::shared::fields::FromField>::read },
        };
        let min = rules.min.as_ref().map_or_else(|| quote! { 0 }, |min| quote! { #min });
        return Ok(method(&quote! { values(name, #min..=#max, #item) }));
    }
    let (min, max) = (&rules.min, &rules.max);
    Ok(if is(ty, "String") {
        match max {
            _ if rules.is_email => method(&quote! { email(name) }),
            Some(max) if rules.is_secret => method(&quote! { secret(name, #max) }),
            Some(max) if rules.may_be_blank => method(&quote! { text_or_blank(name, #max) }),
            Some(max) => method(&quote! { text(name, #max) }),
            None => return Err(syn::Error::new_spanned(ty, "a text needs `max`")),
        }
    } else if let Some((_, reader)) = NUMBERS.iter().find(|(name, _)| is(ty, name)) {
        let reader = format_ident!("{reader}");
        let min = min.as_ref().map_or_else(|| quote! { #ty::MIN }, |min| quote! { #min });
        let max = max.as_ref().map_or_else(|| quote! { #ty::MAX }, |max| quote! { #max });
        method(&quote! { #reader(name, #min..=#max) })
    } else {
        quote! { <#ty as ::shared::fields::FromField>::read }
    })
}

fn method(call: &TokenStream) -> TokenStream {
    quote! { |fields: &mut ::shared::fields::Fields, name: &str| fields.#call }
}

fn required<'r>(rule: &'r Option<syn::Expr>, ty: &Type, message: &str) -> syn::Result<&'r syn::Expr> {
    rule.as_ref().ok_or_else(|| syn::Error::new_spanned(ty, message))
}
