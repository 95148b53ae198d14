//! Comments, names, texts and the API description keep to `docs/vocabulary.md`.

mod api;
mod files;
mod limits;
mod vocabulary;

use std::fmt::Write as _;

use files::{Kind, SourceFile};
use vocabulary::Vocabulary;

/// Words that a doc comment does not begin with.
const QUESTION_WORDS: [&str; 10] = ["what", "which", "who", "whose", "whom", "where", "when", "how", "why", "whether"];

/// Fails with one line for each finding, so that an editor can step through them.
fn refuse(findings: &[String]) {
    let mut text = String::new();
    for finding in findings {
        let _ = writeln!(text, "{finding}");
    }
    assert!(findings.is_empty(), "{} findings; docs/vocabulary.md says what to write instead:\n{text}", findings.len());
}

#[test]
fn no_file_has_a_word_to_avoid() {
    let vocabulary = Vocabulary::load();
    let mut findings = Vec::new();
    for file in files::all().iter().filter(|file| file.path != "docs/vocabulary.md") {
        for (line, phrase) in file.find_phrases(&vocabulary.avoided) {
            findings.push(format!("{}:{line}: `{phrase}`", file.path));
        }
    }
    refuse(&findings);
}

#[test]
fn no_identifier_has_an_old_name() {
    let vocabulary = Vocabulary::load();
    let mut findings = Vec::new();
    for file in files::all().iter().filter(|file| file.kind == Kind::Rust) {
        for (line, identifier) in file.identifiers() {
            if vocabulary.old_identifiers.iter().any(|old| old.matches(identifier)) {
                findings.push(format!("{}:{line}: `{identifier}`", file.path));
            }
        }
    }
    refuse(&findings);
}

#[test]
fn no_path_and_no_code_has_an_old_name() {
    let old = Vocabulary::load().old_codes;
    let mut files = files::all();
    // These two pages say what the old names were.
    files.retain(|file| !["docs/vocabulary.md", "CHANGELOG.md"].contains(&file.path.as_str()));
    files.push(SourceFile::new("openapi.json", &dev::openapi::text().unwrap()));
    let mut findings = Vec::new();
    for file in files {
        for (line, text) in file.find_texts(&old) {
            findings.push(format!("{}:{line}: `{text}`", file.path));
        }
    }
    refuse(&findings);
}

#[test]
fn doc_comments_are_sentences_or_name_the_thing() {
    let mut findings = Vec::new();
    for file in files::all().iter().filter(|file| file.kind == Kind::Rust) {
        for (line, text) in file.doc_comments() {
            if let Some(problem) = doc_problem(&text) {
                findings.push(format!("{}:{line}: {problem}: `{text}`", file.path));
            }
        }
    }
    refuse(&findings);
}

fn doc_problem(text: &str) -> Option<&'static str> {
    if text.split_whitespace().count() < 3 {
        return Some("fewer than three words");
    }
    let first = text.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    if !QUESTION_WORDS.contains(&first.as_str()) {
        return None;
    }
    let sentence = text.split(". ").next().unwrap_or_default();
    let has_main_clause = matches!(first.as_str(), "when" | "where") && sentence.contains(", ");
    (!has_main_clause).then_some("begins with a question word")
}

#[test]
fn a_doc_comment_of_two_words_or_a_riddle_is_found() {
    for bad in ["Which.", "How many.", "What the scanner reads.", "Whether it is on sale.", "When it was sent."] {
        assert!(doc_problem(bad).is_some(), "{bad}");
    }
    for good in ["Declared size in bytes.", "When the cart is empty, nothing is written.", "Unique role name."] {
        assert_eq!(doc_problem(good), None, "{good}");
    }
}

#[test]
fn a_word_to_avoid_is_found_in_comments_names_and_across_lines() {
    let avoided = [vec!["blue".to_owned(), "moon".to_owned()], vec!["gadget".to_owned()]];
    let file = SourceFile::new(
        "a.rs",
        "/// Once in a blue\n/// moon.\nfn is_gadget() { let blue = 1. + moon; } // gadgets\nstruct GadgetThing;",
    );
    assert_eq!(file.find_phrases(&avoided), [(1, "blue moon".into()), (3, "gadget".into()), (4, "gadget".into())]);
}
