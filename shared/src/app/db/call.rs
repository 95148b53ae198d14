//! A call of one SQL function in a single round trip.

use std::fmt::{self, Display, Formatter, Write as _};

use uuid::Uuid;

/// A call of a function, sent as a simple query: no Parse, BEGIN or COMMIT, one round trip and one transaction.
///
/// Its arguments are uuids, integers, booleans, slugs and texts in hexadecimal digits. None of them can end its literal early, so nothing can be injected.
/// PostgreSQL writes a statement that fails into its log with its arguments, so none of them may be a secret.
#[derive(Clone)]
pub struct Call {
    /// The name of the function.
    pub(super) function: &'static str,
    arguments: String,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("function", &self.function).finish_non_exhaustive()
    }
}

impl Call {
    /// Creates a call of this function without arguments.
    pub fn new(function: &'static str) -> Self {
        Self { function, arguments: String::new() }
    }

    /// Adds a uuid or null.
    #[must_use]
    pub fn uuid(self, value: impl Into<Option<Uuid>>) -> Self {
        match value.into() {
            Some(uuid) => self.push(format_args!("'{uuid}'::uuid")),
            None => self.push(format_args!("null::uuid")),
        }
    }

    /// Adds an integer or null.
    #[must_use]
    pub fn bigint(self, value: impl Into<Option<i64>>) -> Self {
        match value.into() {
            // The quotes are needed because -9223372036854775808 without them is a negated number that is too large.
            Some(number) => self.push(format_args!("'{number}'::bigint")),
            None => self.push(format_args!("null::bigint")),
        }
    }

    /// Adds a 32-bit integer or null.
    #[must_use]
    pub fn integer(self, value: impl Into<Option<i32>>) -> Self {
        match value.into() {
            Some(number) => self.push(format_args!("'{number}'::integer")),
            None => self.push(format_args!("null::integer")),
        }
    }

    /// Adds true or false.
    #[must_use]
    pub fn boolean(self, value: bool) -> Self {
        self.push(format_args!("{value}"))
    }

    /// Adds a slug, or null if the text has other characters than ASCII letters, digits and hyphens.
    #[must_use]
    pub fn slug(self, value: &str) -> Self {
        if value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            self.push(format_args!("'{value}'::text"))
        } else {
            self.push(format_args!("null::text"))
        }
    }

    /// Adds any text or null. A text with a NUL makes the call fail, because PostgreSQL cannot store it.
    #[must_use]
    pub fn text<'t>(self, value: impl Into<Option<&'t str>>) -> Self {
        match value.into() {
            // Without this, `convert_from` gives the text the collation "C", the function's parameter inherits it, and no index on text is
            // used.
            Some(text) => self.push(format_args!("convert_from('\\x{}', 'UTF8') collate \"default\"", Hex(text))),
            None => self.push(format_args!("null::text")),
        }
    }

    fn push(mut self, argument: std::fmt::Arguments<'_>) -> Self {
        let comma = if self.arguments.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(self.arguments, "{comma}{argument}");
        self
    }

    /// Returns the statement.
    pub(super) fn sql(&self, returns: Returns) -> String {
        let Self { function, arguments } = self;
        match returns {
            Returns::Rows => format!("select * from {function}({arguments})"),
            Returns::Value => format!("select {function}({arguments})"),
        }
    }
}

/// The two forms of what a function returns.
#[derive(Clone, Copy, Debug)]
pub(super) enum Returns {
    /// A table with any number of rows.
    Rows,
    /// One value. It need not be kept as a table first, which costs PostgreSQL several microseconds.
    Value,
}

/// The bytes of a text, two digits each.
struct Hex<'t>(&'t str);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_in_digits() {
        let call = Call::new("f").text("a'b\\é").text(None);
        assert_eq!(call.arguments, r#"convert_from('\x6127625cc3a9', 'UTF8') collate "default", null::text"#);
    }

    #[test]
    fn a_text_that_is_not_a_slug_becomes_null() {
        let call = Call::new("f").slug("blue-shirt-2").slug("a'b").slug("a\\b").slug("é");
        assert_eq!(call.arguments, "'blue-shirt-2'::text, null::text, null::text, null::text");
    }

    #[test]
    fn a_value_is_selected_and_rows_are_selected_from() {
        let call = Call::new("f").integer(1).integer(2);
        assert_eq!(call.sql(Returns::Value), "select f('1'::integer, '2'::integer)");
        assert_eq!(call.sql(Returns::Rows), "select * from f('1'::integer, '2'::integer)");
    }

    #[test]
    fn arguments_are_written_in_order() {
        let call = Call::new("f")
            .uuid(Uuid::nil())
            .bigint(i64::MIN)
            .bigint(None)
            .uuid(None)
            .integer(-7)
            .integer(None)
            .boolean(true);
        assert_eq!(
            call.arguments,
            "'00000000-0000-0000-0000-000000000000'::uuid, '-9223372036854775808'::bigint, null::bigint, null::uuid, \
             '-7'::integer, null::integer, true"
        );
    }
}
