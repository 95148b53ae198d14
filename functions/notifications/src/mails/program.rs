//! The name of the program with which a person logged in, by its `User-Agent` header. The header is the text of a stranger, so a mail shows
//! only names from these lists.

use shared::locale::Texts;

/// Texts in the header, and the programs that they mean. The first one counts, because programs also name those that they resemble.
const PROGRAMS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Texts in the header, and the systems that they mean. Android also says Linux, and the browsers of an iPhone also say Mac OS X.
const SYSTEMS: &[(&str, &str)] = &[
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// Returns the name of the program and its system, such as "Firefox on Windows"; "an unknown program" unless both are known.
pub(super) fn program_name(user_agent: Option<&str>, texts: &Texts) -> String {
    let user_agent = user_agent.unwrap_or_default();
    match (named(user_agent, PROGRAMS), named(user_agent, SYSTEMS)) {
        (Some(program), Some(system)) => {
            texts.text_with("new-sign-in.known-program", &[("program", program), ("system", system)])
        }
        _ => texts.text("new-sign-in.unknown-program"),
    }
}

fn named(user_agent: &str, names: &[(&str, &'static str)]) -> Option<&'static str> {
    names.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use shared::locale::Locale;

    use super::*;

    fn in_english(user_agent: &str) -> String {
        program_name(Some(user_agent), &Texts::new(Locale::DEFAULT))
    }

    #[test]
    fn browsers_are_known_by_their_headers() {
        for (user_agent, name) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari on iOS",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari on macOS",
            ),
        ] {
            assert_eq!(in_english(user_agent), name);
        }
    }

    #[test]
    fn nothing_of_another_header_is_shown() {
        for user_agent in
            ["", " \t", "curl/8.5.0", "Windows", "SECURITY ALERT: call +49 40 1 or see https://evil.example/ at once"]
        {
            assert_eq!(in_english(user_agent), "an unknown program", "{user_agent}");
        }
        let mixed = "Call +49 40 1 now! (Windows NT 10.0) Firefox/133.0 https://evil.example/";
        assert_eq!(in_english(mixed), "Firefox on Windows");
        assert_eq!(program_name(None, &Texts::new(Locale::DEFAULT)), "an unknown program");
    }

    #[test]
    fn the_words_between_the_names_are_in_the_language_of_the_mail() {
        let german = Texts::new(Locale::of_tag("de"));
        assert_eq!(program_name(Some("(Windows NT 10.0) Firefox/133.0"), &german), "Firefox unter Windows");
        assert_eq!(program_name(None, &german), "ein unbekanntes Programm");
    }
}
