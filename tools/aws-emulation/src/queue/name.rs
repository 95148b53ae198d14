//! The name of a message's file, which contains its whole state: delivering a message is renaming a file, which is atomic.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use uuid::Uuid;

/// `<id>.<receives>.<visible at, milliseconds since 1970>.json`. Ids sort by time, so names do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    pub(super) id: Uuid,
    pub(super) receives: u32,
    pub(super) visible_at: i64,
}

/// The file is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotAMessage;

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}.json", self.id.simple(), self.receives, self.visible_at)
    }
}

impl FromStr for Name {
    type Err = NotAMessage;

    fn from_str(name: &str) -> Result<Self, NotAMessage> {
        let mut parts = name.strip_suffix(".json").ok_or(NotAMessage)?.split('.');
        let (Some(id), Some(receives), Some(visible_at), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotAMessage);
        };
        Ok(Self {
            id: id.parse().map_err(|_| NotAMessage)?,
            receives: receives.parse().map_err(|_| NotAMessage)?,
            visible_at: visible_at.parse().map_err(|_| NotAMessage)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_parsed_as_it_was_written() {
        let name = Name { id: Uuid::from_u128(7), receives: 3, visible_at: 1_795_329_531_000 };
        assert_eq!(name.to_string().parse(), Ok(name));
        assert_eq!("dead".parse::<Name>(), Err(NotAMessage));
        assert_eq!(format!("{name}.new").parse::<Name>(), Err(NotAMessage));
    }
}
