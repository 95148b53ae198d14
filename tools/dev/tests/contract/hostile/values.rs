//! Values that no client should send, and the generator that picks them.

/// A sequence of numbers that is the same for the same seed.
pub(super) struct Numbers(u64);

impl Numbers {
    /// Starts the sequence of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number from 0 to `end` - 1.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    /// Returns true once in `of` times.
    pub(super) fn once_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    /// Returns one of these.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Texts for every place that takes one.
const TEXTS: &[&str] = &[
    "",
    " ",
    "\t\u{a0}\u{3000}",
    "0",
    "-0",
    "-1",
    "00001",
    "+1",
    "1.5",
    "1,5",
    "1e400",
    "-1e-400",
    "0x10",
    "NaN",
    "-Infinity",
    "infinity",
    "epoch",
    "null",
    "undefined",
    "true",
    "[]",
    "{}",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "92233720368547758.07",
    "92233720368547758.08",
    "340282366920938463463374607431768211456",
    "99999999999999999999999999999999999999.99",
    "' or 1=1 --",
    "'; select pg_sleep(9); --",
    "\\'",
    "\\",
    "E'\\x'",
    "$1",
    "$$",
    "%s%n%x",
    "%",
    "_",
    "a' & !b | (c <-> d) :*",
    "!!!",
    ":*",
    "<script>alert(1)</script>",
    "<",
    "<!--",
    "&lt;&#0;&#x110000;",
    "\0",
    "a\0b",
    "\u{1}\u{7f}\u{85}",
    "\r\nset-cookie: a=b",
    "\u{202e}\u{200b}\u{feff}",
    "\u{fffd}\u{ffff}\u{10ffff}",
    "İıſK",
    "ﷺ",
    "🏳️‍🌈",
    "e\u{301}\u{301}\u{301}\u{301}",
    "../../../../etc/passwd",
    "..\\..\\nul",
    "//evil.example/x.png",
    "javascript:alert(1)",
    "https://user:password@[::1]:99999/\u{0}",
    "{{7*7}}${7*7}#{7*7}",
    "a@b",
    "a@xn--.example",
    "\"a b\"@example.com",
    "2026-13-45T99:99:99Z",
    "2026-02-29",
    "0000-00-00T00:00:00Z",
    "-4713-11-24T00:00:00Z",
    "9999-12-31T23:59:60.9999999999Z",
    "292277026596-12-04T15:30:08Z",
    "2026-01-01T00:00:00+99:99",
    "00000000-0000-0000-0000-000000000000",
    "{ffffffff-ffff-ffff-ffff-ffffffffffff}",
    "urn:uuid:01935c2a-7b1e-7c3f-9d2e-4a5b6c7d8e9f",
    "id,,name,*",
    "1,1,1,-1,9223372036854775807,x",
    "color:red;size",
];

/// Texts that are only dangerous because there is so much of them: what is repeated, and how often.
const LONG: &[(&str, usize)] = &[
    ("a", 10_240),
    ("9", 5_000),
    ("é", 3_000),
    ("𝕏", 2_500),
    ("ab ", 3_000),
    ("a,", 4_000),
    ("(", 4_000),
    ("\u{301}", 3_000),
    ("%", 3_000),
    ("<b>", 3_000),
    ("a.", 2_000),
];

/// Tokens of JSON, and what only looks like one.
const TOKENS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1.5",
    "1e2",
    "1E+999999",
    "1e-999999",
    "2147483648",
    "9223372036854775808",
    "-9223372036854775809",
    "340282366920938463463374607431768211456",
    "0.1000000000000000055511151231257827",
    "NaN",
    "-Infinity",
    "01",
    "+1",
    ".5",
    "0x1",
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[{}, {}]",
    r#"{"id": 1}"#,
    r#"{"": ""}"#,
    r#"{"a": 1, "a": 2}"#,
    r#"{"__proto__": {"is_staff": true}}"#,
    r#"{"$ne": null}"#,
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\u0000""#,
    r#""a\u0000b""#,
    r#""\x00""#,
    "'single'",
    "undefined",
    "\"unended",
    "[1,]",
    "",
    "/* */",
];

/// Returns a hostile text.
pub(super) fn text(numbers: &mut Numbers) -> String {
    if numbers.once_in(8) {
        let (part, count) = numbers.pick(LONG);
        return part.repeat(*count);
    }
    (*numbers.pick(TEXTS)).to_owned()
}

/// Returns a hostile value of JSON, which may not be JSON at all.
pub(super) fn token(numbers: &mut Numbers) -> String {
    match numbers.below(12) {
        0..5 => serde_json::Value::from(text(numbers)).to_string(),
        5 => nested(*numbers.pick(&[20, 200, 20_000])),
        6 => many(numbers),
        7 => "7".repeat(*numbers.pick(&[400, 100_000])),
        _ => (*numbers.pick(TOKENS)).to_owned(),
    }
}

/// Returns arrays or objects within each other.
fn nested(depth: usize) -> String {
    if depth.is_multiple_of(3) {
        "[".repeat(depth)
    } else {
        format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth))
    }
}

/// Returns an array with many equal items.
fn many(numbers: &mut Numbers) -> String {
    let item = *numbers.pick(&["1", "\"a\"", "{}", "[]", "null", "{\"id\":1,\"name\":\"a\",\"quantity\":1}"]);
    format!("[{}]", vec![item; *numbers.pick(&[2, 101, 1_001, 5_000])].join(","))
}
