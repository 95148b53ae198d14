//! Random decisions that a seed repeats.

use std::ops::Range;
use std::time::Duration;

use uuid::Uuid;

/// A generator of decisions (SplitMix64). Not for secrets.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// Creates the generator of one actor, which shares the seed and no decision with the others.
    pub fn new(seed: u64, actor: &str, number: u64) -> Self {
        let mixed = actor.bytes().fold(seed ^ number.rotate_left(32), |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(mixed)
    }

    /// Returns the next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number in this range, which is not empty.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.number() % (range.end - range.start).max(1)
    }

    /// Returns true in this many of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.within(0..100) < percent
    }

    /// Returns a duration in this range of milliseconds.
    pub fn millis(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.within(range))
    }

    /// Picks one of these; `None` of an empty list.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(among.len()).ok().filter(|count| *count > 0)?;
        among.get(usize::try_from(self.within(0..count)).ok()?)
    }

    /// Puts these in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.within(0..u64::try_from(last).unwrap_or_default() + 1);
            items.swap(last, usize::try_from(other).unwrap_or_default());
        }
    }

    /// Returns a uuid (v4), such as an `Idempotency-Key`.
    pub fn uuid(&mut self) -> Uuid {
        let high = self.number().to_be_bytes();
        let low = self.number().to_be_bytes();
        let mut bytes = [0; 16];
        for (byte, random) in bytes.iter_mut().zip(high.into_iter().chain(low)) {
            *byte = random;
        }
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_decisions_and_each_actor_has_its_own() {
        let decisions = |seed, actor, number| {
            let mut seeded = Seeded::new(seed, actor, number);
            (0..20).map(|_| seeded.within(0..1000)).collect::<Vec<_>>()
        };
        assert_eq!(decisions(7, "buyer", 1), decisions(7, "buyer", 1));
        for other in [decisions(8, "buyer", 1), decisions(7, "buyer", 2), decisions(7, "staff", 1)] {
            assert_ne!(decisions(7, "buyer", 1), other);
        }
    }

    #[test]
    fn a_shuffled_deck_has_the_same_cards() {
        let mut deck: Vec<u32> = (0..50).collect();
        Seeded::new(1, "deck", 0).shuffle(&mut deck);
        assert_ne!(deck, (0..50).collect::<Vec<_>>());
        deck.sort_unstable();
        assert_eq!(deck, (0..50).collect::<Vec<_>>());
    }
}
