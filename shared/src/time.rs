//! Points in time, in UTC and whole microseconds, as PostgreSQL stores them.

use std::time::Duration;

use chrono::{DateTime, Datelike as _, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// A point in time. In JSON it is `2026-11-22T06:38:51.782622Z`, always with six decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, sqlx::Type, ToSchema)]
#[serde(try_from = "DateTime<Utc>")]
#[sqlx(transparent)]
#[schema(value_type = String, format = DateTime, example = "2026-11-22T06:38:51.782622Z")]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// Creates a time from microseconds since 1970, limited to the range of the type.
    pub fn from_micros(micros: i64) -> Self {
        let nearest = if micros < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        Self(DateTime::from_timestamp_micros(micros).unwrap_or(nearest))
    }

    /// Creates a time from seconds since 1970.
    pub const fn from_seconds(seconds: i64) -> Self {
        match DateTime::from_timestamp(seconds, 0) {
            Some(time) => Self(time),
            None => Self(DateTime::<Utc>::MAX_UTC),
        }
    }

    /// Returns the microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// Returns the whole seconds since 1970, as in JWTs.
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// Returns the time this many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.checked_add_signed(TimeDelta::seconds(seconds)).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    /// Returns the time this much later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let delta = TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self(self.0.checked_add_signed(delta).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    /// Formats the time for HTTP headers: `Sun, 22 Nov 2026 06:38:51 GMT`.
    pub fn for_http(self) -> impl std::fmt::Display {
        self.0.format("%a, %d %b %Y %H:%M:%S GMT")
    }

    /// Returns year, month (from 1) and day (from 1) in UTC.
    pub fn date(self) -> (i32, u32, u32) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// Returns hours and minutes in UTC: `06:38`.
    pub fn clock(self) -> String {
        self.0.format("%H:%M").to_string()
    }

    /// Formats the time for people: `22 November 2026, 06:38 UTC`.
    pub fn for_people(self) -> impl std::fmt::Display {
        self.0.format("%-d %B %Y, %H:%M UTC")
    }
}

/// The error for a text that is not a time between the years 1 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time must be between the years 1 and 9999")]
pub struct OutOfRange;

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = OutOfRange;

    fn try_from(time: DateTime<Utc>) -> Result<Self, OutOfRange> {
        if (1..=9999).contains(&time.year()) { Ok(Self(time)) } else { Err(OutOfRange) }
    }
}

impl std::str::FromStr for Timestamp {
    type Err = OutOfRange;

    /// Parses RFC 3339 with any offset.
    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        DateTime::parse_from_rfc3339(text).map_err(|_| OutOfRange)?.to_utc().try_into()
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl From<Timestamp> for std::time::SystemTime {
    fn from(time: Timestamp) -> Self {
        time.0.into()
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_always_has_six_decimals_in_json() {
        let json = serde_json::to_string(&Timestamp::from_micros(1_795_329_531_000_000)).unwrap();
        assert_eq!(json, r#""2026-11-22T06:38:51.000000Z""#);
    }
}
