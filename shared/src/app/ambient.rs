//! The clock and the dice. Everything else is told the time and dealt its ids, so a test can say what they are.

use ring::rand::{SecureRandom, SystemRandom};
use uuid::{Builder, Uuid};

use crate::time::Timestamp;

/// Time and randomness.
pub trait Ambient: Send + Sync {
    /// What time it is.
    fn now(&self) -> Timestamp;

    /// Fills `bytes` with what nobody can guess.
    fn fill_random(&self, bytes: &mut [u8]);

    /// A uuid that nobody can guess (v4).
    fn random_uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill_random(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A uuid that sorts by time (v7), so that rows written one after another lie side by side in an index.
    fn ordered_uuid(&self) -> Uuid {
        let mut bytes = [0; 10];
        self.fill_random(&mut bytes);
        let millis = u64::try_from(self.now().micros() / 1000).unwrap_or_default();
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

/// The machine's own clock and dice.
#[derive(Clone, Copy, Debug)]
pub struct SystemAmbient;

impl Ambient for SystemAmbient {
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes in")]
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(chrono::Utc::now().timestamp_micros())
    }

    #[expect(clippy::expect_used, reason = "a system without randomness must not hand out tokens")]
    fn fill_random(&self, bytes: &mut [u8]) {
        SystemRandom::new().fill(bytes).expect("the operating system's random source");
    }
}
