//! Words out of a seed: they can be spoken, no two are alike, and they are the same in every run.

use std::collections::HashSet;

/// How many there are. The vocabulary of a catalogue of 100,000 products is of this order.
pub(super) const VOCABULARY: usize = 20_000;

const SEED: u64 = 0x5e6d_1e55_0b5e_55ed;
const CONSONANTS: &[u8] = b"bdfgklmnprstvz";
const VOWELS: &[u8] = b"aeiou";

/// The vocabulary, the most frequent word first.
pub(super) fn vocabulary() -> Vec<String> {
    let (mut dice, mut seen, mut words) = (Dice(SEED), HashSet::new(), Vec::with_capacity(VOCABULARY));
    while words.len() < VOCABULARY {
        let word = word(&mut dice);
        if seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

fn word(dice: &mut Dice) -> String {
    let mut word = String::new();
    for _ in 0..2 + dice.below(3) {
        word.push(dice.one_of(CONSONANTS));
        word.push(dice.one_of(VOWELS));
    }
    if dice.below(2) == 0 {
        word.push(dice.one_of(CONSONANTS));
    }
    word
}

/// The word with a letter that is wrong: one that nobody would take for the beginning of another word.
pub(super) fn mistyped(word: &str) -> String {
    let middle = word.len() / 2;
    word.char_indices().map(|(at, letter)| if at == middle { 'x' } else { letter }).collect()
}

/// SplitMix64: as random as a bench needs, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.throw() % end.max(1) as u64).unwrap_or_default()
    }

    fn one_of(&mut self, letters: &[u8]) -> char {
        letters.get(self.below(letters.len())).copied().map_or('a', char::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_has_the_same_words_and_no_two_are_alike() {
        let words = vocabulary();
        assert_eq!(words, vocabulary());
        assert_eq!(words.iter().collect::<HashSet<_>>().len(), VOCABULARY);
    }

    #[test]
    fn a_mistyped_word_is_one_letter_away_and_none_of_the_others() {
        assert_eq!(mistyped("tamelo"), "tamxlo");
        assert!(vocabulary().iter().all(|word| !word.contains('x')));
    }
}
