//! The files of the workspace that people read, and what is found in them.

use std::path::Path;

use crate::functions::workspace;

/// Endings of files that nobody reads as text: data, certificates, generated files.
const DATA: [&str; 7] = ["lock", "pem", "txt", "png", "webp", "jpg", "csv"];

/// Names that HTML and Lambda give, in which a word to avoid may stand.
const NAMES_OF_OTHERS: [&str; 3] = ["sandbox=", "allow-popups-to-escape-sandbox", "Sandbox.Timedout"];

/// The kind of a file, which decides what is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Rust,
    Other,
}

/// A file with its path from the root of the workspace.
pub(super) struct SourceFile {
    pub(super) path: String,
    pub(super) kind: Kind,
    text: String,
}

/// Every file that people read. `openapi.json` is not among them, because it is generated from the code.
pub(super) fn all() -> Vec<SourceFile> {
    let root = workspace();
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    assert!(files.iter().any(|file| file.path == "shared/src/orders/store/mod.rs"));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_hidden = name.starts_with('.') && ![".ci", ".github", ".cargo"].contains(&name);
        if is_hidden || ["target", "node_modules", "openapi.json"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if !path.extension().is_some_and(|ending| DATA.iter().any(|data| ending == *data)) {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            files.push(SourceFile::new(name, &std::fs::read_to_string(&path).unwrap()));
        }
    }
}

impl SourceFile {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let is_rust = Path::new(path).extension().is_some_and(|ending| ending == "rs");
        Self { path: path.to_owned(), kind: if is_rust { Kind::Rust } else { Kind::Other }, text: text.to_owned() }
    }

    /// Returns the phrases that occur, each with the line on which it begins. Names count as the words they are made of.
    pub(super) fn find_phrases(&self, phrases: &[Vec<String>]) -> Vec<(usize, String)> {
        let text = NAMES_OF_OTHERS.iter().fold(self.text.clone(), |text, name| text.replace(name, ""));
        let words = words(&text);
        let mut found = Vec::new();
        for (at, (line, _)) in words.iter().enumerate() {
            for phrase in phrases {
                let here = words[at..].iter().map(|(_, word)| word);
                if here.take(phrase.len()).eq(phrase.iter()) {
                    found.push((*line, phrase.join(" ")));
                }
            }
        }
        found
    }

    /// Returns each line with its number.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(number, line)| (number + 1, line))
    }

    /// Returns the texts that occur other than at the end of a longer word, each with its line.
    pub(super) fn find_texts<'t>(&self, texts: &'t [String]) -> Vec<(usize, &'t str)> {
        let begins_a_word =
            |line: &str, at: usize| !line[..at].ends_with(|last: char| last.is_alphanumeric() || last == '_');
        let occurs = |line: &str, text: &str| line.match_indices(text).any(|(at, _)| begins_a_word(line, at));
        let mut found = Vec::new();
        for (number, line) in self.lines() {
            found.extend(texts.iter().filter(|text| occurs(line, text)).map(|text| (number, text.as_str())));
        }
        found
    }

    /// Every identifier of the code with its line. Comments and the rest of a line after `//` are left out.
    pub(super) fn identifiers(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().flat_map(|(number, line)| {
            let code = line.split("//").next().unwrap_or_default();
            let names = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            names.filter(|name| !name.is_empty()).map(move |name| (number + 1, name))
        })
    }

    /// Every doc comment as one line of text, with the line on which it begins.
    pub(super) fn doc_comments(&self) -> Vec<(usize, String)> {
        let mut comments: Vec<(usize, String)> = Vec::new();
        let mut is_inside = false;
        for (number, line) in self.text.lines().enumerate() {
            let line = line.trim();
            let Some(text) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
                is_inside = false;
                continue;
            };
            match comments.last_mut().filter(|_| is_inside) {
                Some((_, comment)) => {
                    comment.push(' ');
                    comment.push_str(text.trim());
                }
                None => comments.push((number + 1, text.trim().to_owned())),
            }
            is_inside = true;
        }
        comments
    }
}

/// The words of a text in lower case, each with its line. The end of a sentence is a word `.`, so that no phrase goes across it.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut word = String::new();
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            let is_apostrophe =
                letter == '\'' && !word.is_empty() && letters.peek().is_some_and(|next| next.is_alphabetic());
            if letter.is_alphabetic() || is_apostrophe {
                let begins_a_name = letter.is_uppercase() && word.chars().last().is_some_and(char::is_lowercase);
                if begins_a_name {
                    words.push((number + 1, std::mem::take(&mut word)));
                }
                // Lower-cased below, so that the case of the last letter is still known here.
                word.push(letter);
                continue;
            }
            if !word.is_empty() {
                words.push((number + 1, std::mem::take(&mut word)));
            }
            if matches!(letter, '.' | ';' | ':' | '(' | ')' | '"' | '+') {
                words.push((number + 1, ".".to_owned()));
            }
        }
        if !word.is_empty() {
            words.push((number + 1, word));
        }
    }
    words.into_iter().map(|(line, word)| (line, word.to_lowercase())).collect()
}
