//! Generated words: pronounceable, all different, and the same in every run.

use std::collections::HashSet;

/// Number of words, about as many as a catalogue of 100,000 products has.
pub(super) const VOCABULARY: usize = 20_000;

const SEED: u64 = 0x5e6d_1e55_0b5e_55ed;
const CONSONANTS: &[u8] = b"bdfgklmnprstvz";
const VOWELS: &[u8] = b"aeiou";

/// The vocabulary, the most frequent word first.
pub(super) fn vocabulary() -> Vec<String> {
    let (mut random, mut seen, mut words) = (Random(SEED), HashSet::new(), Vec::with_capacity(VOCABULARY));
    while words.len() < VOCABULARY {
        let word = word(&mut random);
        if seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

fn word(random: &mut Random) -> String {
    let mut word = String::new();
    for _ in 0..2 + random.below(3) {
        word.push(random.one_of(CONSONANTS));
        word.push(random.one_of(VOWELS));
    }
    if random.below(2) == 0 {
        word.push(random.one_of(CONSONANTS));
    }
    word
}

/// Replaces a letter with one that occurs in no other word.
pub(super) fn mistyped(word: &str) -> String {
    let middle = word.len() / 2;
    word.char_indices().map(|(at, letter)| if at == middle { 'x' } else { letter }).collect()
}

/// SplitMix64: random enough for a benchmark, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or_default()
    }

    fn one_of(&mut self, letters: &[u8]) -> char {
        letters.get(self.below(letters.len())).copied().map_or('a', char::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_has_the_same_words_and_all_differ() {
        let words = vocabulary();
        assert_eq!(words, vocabulary());
        assert_eq!(words.iter().collect::<HashSet<_>>().len(), VOCABULARY);
    }

    #[test]
    fn a_mistyped_word_differs_in_one_letter_and_is_no_other_word() {
        assert_eq!(mistyped("tamelo"), "tamxlo");
        assert!(vocabulary().iter().all(|word| !word.contains('x')));
    }
}
