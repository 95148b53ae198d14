//! Reads a struct and its attributes.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, Ident, LitStr, Path, Type, Visibility};

/// A struct that describes a body or a query.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// Doc comments, and attributes for utoipa.
    pub(crate) documented: Vec<Attribute>,
    pub(crate) options: Options,
    pub(crate) fields: Vec<Field>,
}

/// Options in `#[request(…)]`.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) update: Option<Ident>,
    pub(crate) replace: Option<Ident>,
    /// Type of the options that are known only when a request is read.
    pub(crate) options: Option<Type>,
    pub(crate) is_query: bool,
    pub(crate) is_undocumented: bool,
    pub(crate) is_blank_null: bool,
    pub(crate) is_unknown_ignored: bool,
    pub(crate) read_only: Option<Path>,
    pub(crate) validate: Option<Path>,
}

/// A field of a request.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// Doc comments, and attributes for utoipa.
    pub(crate) documented: Vec<Attribute>,
    /// The type of the value, without `Option` or `Patch` around it.
    pub(crate) value: Type,
    pub(crate) presence: Presence,
    pub(crate) rules: Rules,
}

/// Says whether a field may be left out.
#[derive(Clone)]
pub(crate) enum Presence {
    /// The field is required.
    Required,
    /// The field is required, and null counts as missing.
    RequiredNotNull,
    /// The field may be left out, and then has this value or the default of its type.
    Default(Option<Expr>),
    /// The field may be left out.
    Optional,
    /// The field may be left out, and null means that it is empty.
    Nullable,
    /// The field may be left out and then stays as it is; null empties it.
    Patch,
    /// The field is required if this option is on, and ignored otherwise.
    RequiredIf(Ident),
    /// The fields of another request are among those of this one.
    Flatten,
}

/// Rules in `#[field(…)]`.
#[derive(Clone, Default)]
pub(crate) struct Rules {
    pub(crate) max: Option<Expr>,
    pub(crate) min: Option<Expr>,
    pub(crate) each_max: Option<Expr>,
    pub(crate) may_be_blank: bool,
    pub(crate) is_secret: bool,
    pub(crate) is_email: bool,
    pub(crate) is_blank_null: bool,
    pub(crate) is_null_refused: bool,
    pub(crate) with: Option<Path>,
    pub(crate) each: Option<Path>,
    pub(crate) map: Option<Expr>,
    pub(crate) named: Option<Path>,
    pub(crate) required_if: Option<Ident>,
    pub(crate) schema: Option<Type>,
    pub(crate) is_create_only: bool,
    pub(crate) is_required_on_replace: bool,
    pub(crate) on_create: Option<LitStr>,
    pub(crate) on_update: Option<LitStr>,
    pub(crate) on_replace: Option<LitStr>,
}

impl Request {
    pub(crate) fn parse(input: &DeriveInput) -> syn::Result<Self> {
        let fields = match &input.data {
            Data::Struct(data) => &data.fields,
            Data::Enum(_) | Data::Union(_) => return Err(refuse(&input.ident, "only structs can be requests")),
        };
        let Fields::Named(fields) = fields else {
            return Err(refuse(&input.ident, "the fields of a request must have names"));
        };
        let mut options = Options::default();
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("request")) {
            attribute.parse_nested_meta(|meta| options.take(&meta))?;
        }
        let fields = fields.named.iter().map(|field| Field::parse(field, &options));
        Ok(Self {
            visibility: input.vis.clone(),
            name: input.ident.clone(),
            documented: documented(&input.attrs),
            fields: fields.collect::<syn::Result<_>>()?,
            options,
        })
    }
}

impl Options {
    /// Returns true if the request refuses fields that it does not know.
    pub(crate) fn refuses_unknown(&self) -> bool {
        !self.is_query && !self.is_undocumented && !self.is_unknown_ignored
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        match name(meta).as_str() {
            "update" => self.update = Some(meta.value()?.parse()?),
            "replace" => self.replace = Some(meta.value()?.parse()?),
            "options" => self.options = Some(meta.value()?.parse()?),
            "query" => self.is_query = true,
            "blank_as_null" => self.is_blank_null = true,
            "undocumented" => self.is_undocumented = true,
            "ignore_unknown" => self.is_unknown_ignored = true,
            "read_only" => self.read_only = Some(meta.value()?.parse()?),
            "validate" => self.validate = Some(meta.value()?.parse()?),
            _ => return Err(meta.error("unknown option of a request")),
        }
        Ok(())
    }
}

impl Field {
    fn parse(field: &syn::Field, options: &Options) -> syn::Result<Self> {
        let Some(name) = field.ident.clone() else { return Err(refuse(&field.ty, "the field has no name")) };
        let (mut rules, mut default) = (Rules::default(), None);
        let (mut is_nullable, mut is_flattened) = (false, false);
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("field")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("default") {
                    default = Some(if meta.input.peek(syn::Token![=]) { Some(meta.value()?.parse()?) } else { None });
                } else if meta.path.is_ident("nullable") {
                    is_nullable = true;
                } else if meta.path.is_ident("flatten") {
                    is_flattened = true;
                } else {
                    rules.take(&meta)?;
                }
                Ok(())
            })?;
        }
        rules.is_blank_null |= options.is_blank_null;
        if rules.required_if.is_some() && (options.options.is_none() || inside(&field.ty, "Option").is_none()) {
            return Err(refuse(
                &name,
                "`required_if` needs `#[request(options = Type)]` and a field that is an `Option`",
            ));
        }
        let (presence, value) = match (inside(&field.ty, "Option"), inside(&field.ty, "Patch"), default) {
            (Some(value), None, None) => (optional(&rules, is_nullable), value),
            (None, Some(value), None) => (Presence::Patch, value),
            (None, None, Some(default)) => (Presence::Default(default), &field.ty),
            (None, None, None) if is_flattened => (Presence::Flatten, &field.ty),
            (None, None, None) => (Presence::Required, &field.ty),
            _ => return Err(refuse(&field.ty, "a field with a default must not be an `Option` or a `Patch`")),
        };
        let is_in = |values: &[&str]| values.iter().any(|value| is(value_of(&field.ty), value));
        if is_in(&["String"]) && rules.max.is_none() && rules.with.is_none() && !rules.is_email {
            return Err(refuse(&name, "a text needs `max`, `with` or `email`"));
        }
        Ok(Self {
            visibility: field.vis.clone(),
            value: value.clone(),
            documented: documented(&field.attrs),
            name,
            presence,
            rules,
        })
    }

    /// Returns the name of the field in the body.
    pub(crate) fn key(&self) -> String {
        self.name.to_string().trim_start_matches("r#").to_owned()
    }
}

impl Rules {
    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        match name(meta).as_str() {
            "max" => self.max = Some(meta.value()?.parse()?),
            "min" => self.min = Some(meta.value()?.parse()?),
            "each_max" => self.each_max = Some(meta.value()?.parse()?),
            "blank" => self.may_be_blank = true,
            "secret" => self.is_secret = true,
            "email" => self.is_email = true,
            "blank_as_null" => self.is_blank_null = true,
            "not_null" => self.is_null_refused = true,
            "with" => self.with = Some(meta.value()?.parse()?),
            "each" => self.each = Some(meta.value()?.parse()?),
            "map" => self.map = Some(meta.value()?.parse()?),
            "named" => self.named = Some(meta.value()?.parse()?),
            "required_if" => self.required_if = Some(meta.value()?.parse()?),
            "schema" => self.schema = Some(meta.value()?.parse()?),
            "create_only" => self.is_create_only = true,
            "required_on_replace" => self.is_required_on_replace = true,
            "on_create" => self.on_create = Some(meta.value()?.parse()?),
            "on_update" => self.on_update = Some(meta.value()?.parse()?),
            "on_replace" => self.on_replace = Some(meta.value()?.parse()?),
            _ => return Err(meta.error("unknown option of a field")),
        }
        Ok(())
    }
}

/// Returns the `T` in `outer<T>`.
pub(crate) fn inside<'t>(ty: &'t Type, outer: &str) -> Option<&'t Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == outer)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(inner)) => Some(inner),
        _ => None,
    }
}

/// Returns true if the type has this name.
pub(crate) fn is(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident(name))
}

fn optional(rules: &Rules, is_nullable: bool) -> Presence {
    match &rules.required_if {
        Some(option) => Presence::RequiredIf(option.clone()),
        None if is_nullable => Presence::Nullable,
        None => Presence::Optional,
    }
}

fn value_of(ty: &Type) -> &Type {
    inside(ty, "Option").or_else(|| inside(ty, "Patch")).unwrap_or(ty)
}

fn documented(attributes: &[Attribute]) -> Vec<Attribute> {
    let names = ["doc", "schema", "param"];
    attributes.iter().filter(|attribute| names.iter().any(|name| attribute.path().is_ident(name))).cloned().collect()
}

fn name(meta: &ParseNestedMeta<'_>) -> String {
    meta.path.get_ident().map(ToString::to_string).unwrap_or_default()
}

fn refuse(at: &impl quote::ToTokens, message: &str) -> syn::Error {
    syn::Error::new_spanned(at, message)
}

/// Makes a doc comment.
pub(crate) fn doc(text: &str) -> Attribute {
    let text = LitStr::new(&format!(" {text}"), Span::call_site());
    syn::parse_quote!(#[doc = #text])
}
