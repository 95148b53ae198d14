//! The random number generator. Code takes ids and secrets from it, so a test can choose them.

use ring::rand::{SecureRandom, SystemRandom};
use uuid::{Builder, Uuid};

use crate::time::Timestamp;

/// A source of randomness that nobody can predict.
pub trait Rng: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill_random(&self, bytes: &mut [u8]);

    /// Returns a random uuid (v4), for ids that must not be guessed.
    fn random_uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill_random(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Returns a uuid that sorts by time (v7), so that rows written one after another lie next to each other in an index.
    fn ordered_uuid(&self, now: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        self.fill_random(&mut bytes);
        let millis = u64::try_from(now.micros() / 1000).unwrap_or_default();
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

/// The random number generator of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct SystemRng;

impl Rng for SystemRng {
    #[expect(clippy::expect_used, reason = "a system without randomness must not generate tokens")]
    fn fill_random(&self, bytes: &mut [u8]) {
        SystemRandom::new().fill(bytes).expect("the operating system's random source");
    }
}
