//! The texts of one language, with amounts, times and names as that language writes them.

use std::borrow::Cow;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unicode_bidi::BidiClass;

use super::Locale;
use crate::money::Amount;
use crate::time::Timestamp;

/// The texts of a language. A text that the language lacks is in English.
///
/// A text is found by its path in the file: `order-placed.subject` is the attribute `subject` of the message `order-placed`.
pub struct Texts {
    locale: Locale,
    /// The language, then English.
    bundles: Vec<FluentBundle<FluentResource>>,
}

impl Texts {
    /// Reads the texts of a language.
    pub fn new(locale: Locale) -> Self {
        let mut bundles = vec![bundle(locale)];
        if locale != Locale::DEFAULT {
            bundles.push(bundle(Locale::DEFAULT));
        }
        Self { locale, bundles }
    }

    /// Returns the language.
    pub const fn locale(&self) -> Locale {
        self.locale
    }

    /// Returns a text without arguments.
    pub fn text(&self, path: &str) -> String {
        self.format(path, &FluentArgs::new())
    }

    /// Returns a text with these arguments. Names that people chose must be [`isolated`].
    pub fn text_with<'a>(&self, path: &str, arguments: &[(&'static str, &'a str)]) -> String {
        let arguments = arguments.iter().map(|(name, value)| (*name, FluentValue::from(*value)));
        self.format(path, &arguments.collect::<FluentArgs<'a>>())
    }

    /// Returns an amount with its currency: `1,234.50 EUR`, `1.234,50 EUR`.
    pub fn amount(&self, amount: Amount) -> String {
        format!("{} {}", self.number(amount), amount.currency)
    }

    /// Returns an amount without its currency.
    pub fn number(&self, amount: Amount) -> String {
        let plain = amount.to_string();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
        let group = self.text("number.group");
        let mut number = sign.to_owned();
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                number.push_str(&group);
            }
            number.push(digit);
        }
        if let Some(fraction) = fraction {
            number.push_str(&self.text("number.decimal"));
            number.push_str(fraction);
        }
        number
    }

    /// Returns a time in UTC: `22 November 2026, 06:38 UTC`.
    pub fn time(&self, time: Timestamp) -> String {
        let (year, month, day) = time.date();
        let mut arguments = FluentArgs::new();
        arguments.set("day", day);
        arguments.set("month", month);
        // A text, because a number could get a separator.
        arguments.set("year", year.to_string());
        arguments.set("clock", time.clock());
        self.format("time", &arguments)
    }

    fn format(&self, path: &str, arguments: &FluentArgs<'_>) -> String {
        let (id, attribute) = path.split_once('.').map_or((path, None), |(id, attribute)| (id, Some(attribute)));
        for bundle in &self.bundles {
            let Some(message) = bundle.get_message(id) else { continue };
            let pattern = match attribute {
                Some(name) => message.get_attribute(name).map(|attribute| attribute.value()),
                None => message.value(),
            };
            let Some(pattern) = pattern else { continue };
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
            if errors.is_empty() {
                return text;
            }
            tracing::error!(path, locale = self.locale.as_str(), ?errors, "a text could not be written");
        }
        tracing::error!(path, "there is no such text");
        path.to_owned()
    }
}

fn bundle(locale: Locale) -> FluentBundle<FluentResource> {
    // What a file with an error still says is used; a test reads every file.
    let resource = FluentResource::try_new(locale.file().to_owned()).unwrap_or_else(|(readable, _)| readable);
    let mut bundle = FluentBundle::new_concurrent(locale.as_str().parse().into_iter().collect());
    // Most names need no marks, and numbers never do; see `isolated`.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// Returns a name that people chose in one line and so that it cannot change the direction of the text around it: without directional
/// control characters, and between isolates (U+2068, U+2069) if it has letters that are written from right to left.
pub fn isolated(name: &str) -> Cow<'_, str> {
    if name.chars().any(is_directional_control) {
        let plain: String = name.chars().filter(|letter| !is_directional_control(*letter)).collect();
        return Cow::Owned(isolated(&plain).into_owned());
    }
    let is_right_to_left =
        |letter| matches!(unicode_bidi::bidi_class(letter), BidiClass::R | BidiClass::AL | BidiClass::AN);
    if name.chars().any(is_right_to_left) { Cow::Owned(format!("\u{2068}{name}\u{2069}")) } else { Cow::Borrowed(name) }
}

fn is_directional_control(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns a name that people chose in one line and isolated: a line break would begin a new line or a header, and letters that are written
/// from right to left would change the order of the text around them.
pub fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    isolated(&words.collect::<Vec<_>>().join(" ")).into_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fluent_bundle::FluentResource;

    use super::*;
    use crate::money::{Currency, Money};

    #[test]
    fn amounts_are_grouped_and_separated_as_in_each_language() {
        for (minor, english, german) in [
            (5, "0.05", "0,05"),
            (14_990, "149.90", "149,90"),
            (99_999, "999.99", "999,99"),
            (100_000, "1,000.00", "1.000,00"),
            (123_456_789, "1,234,567.89", "1.234.567,89"),
            (-123_456, "-1,234.56", "-1.234,56"),
        ] {
            let amount = Currency::DEFAULT.amount(Money::from_minor(minor));
            assert_eq!(Texts::new(Locale::DEFAULT).number(amount), english);
            assert_eq!(Texts::new(Locale::of_tag("de")).amount(amount), format!("{german} EUR"));
        }
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        for (code, english, german) in [
            ("JPY", "1,234,567 JPY", "1.234.567 JPY"),
            ("EUR", "12,345.67 EUR", "12.345,67 EUR"),
            ("KWD", "1,234.567 KWD", "1.234,567 KWD"),
        ] {
            let amount = code.parse::<Currency>().unwrap().amount(Money::from_minor(1_234_567));
            assert_eq!(Texts::new(Locale::DEFAULT).amount(amount), english);
            assert_eq!(Texts::new(Locale::of_tag("de")).amount(amount), german);
        }
    }

    #[test]
    fn times_have_the_months_of_the_language() {
        let time: Timestamp = "2026-03-02T06:38:51Z".parse().unwrap();
        assert_eq!(Texts::new(Locale::DEFAULT).time(time), "2 March 2026, 06:38 UTC");
        assert_eq!(Texts::new(Locale::of_tag("de")).time(time), "2. März 2026, 06:38 UTC");
    }

    /// Returns the paths of a file, each with the names of its arguments.
    fn paths(locale: Locale) -> BTreeMap<String, Vec<String>> {
        let resource = FluentResource::try_new(locale.file().to_owned()).map_err(|(_, errors)| errors).unwrap();
        let mut paths = BTreeMap::new();
        let mut id = String::new();
        for line in resource.source().lines().filter(|line| !line.starts_with('#')) {
            let Some((name, text)) = line.split_once('=') else { continue };
            let mut arguments: Vec<String> =
                text.split('$').skip(1).map(|rest| rest.split(' ').next().unwrap().to_owned()).collect();
            arguments.sort();
            arguments.dedup();
            let path = match name.trim().strip_prefix('.') {
                Some(attribute) => format!("{id}.{attribute}"),
                None => {
                    name.trim().clone_into(&mut id);
                    id.clone()
                }
            };
            paths.insert(path, arguments);
        }
        paths
    }

    #[test]
    fn every_language_has_every_text_with_the_same_arguments() {
        let english = paths(Locale::DEFAULT);
        assert!(english.len() > 40, "{english:?}");
        for locale in Locale::all() {
            assert_eq!(paths(locale), english, "{locale:?}");
        }
    }

    #[test]
    fn a_name_from_right_to_left_is_isolated_and_no_name_turns_the_text_around() {
        assert_eq!(isolated("Runner"), "Runner");
        assert_eq!(isolated("50 ml – Größe"), "50 ml – Größe");
        assert_eq!(isolated("קפה"), "\u{2068}קפה\u{2069}");
        assert_eq!(isolated("Coffee قهوة 250 g"), "\u{2068}Coffee قهوة 250 g\u{2069}");
        assert_eq!(isolated("abc\u{202e}gpj.exe"), "abcgpj.exe");
        assert_eq!(isolated("\u{2069}קפה\u{2068}"), "\u{2068}קפה\u{2069}");
    }
}
