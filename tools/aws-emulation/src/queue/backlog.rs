//! The names of the messages that are known to be in the queue, in the order in which they are delivered.

use std::collections::BTreeSet;

use super::name::Name;

/// The known messages: those that are visible, the oldest first, and those that become visible later, the soonest first.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    visible: BTreeSet<Name>,
    later: BTreeSet<(i64, Name)>,
}

impl Backlog {
    /// Inserts a message.
    pub(super) fn insert(&mut self, name: Name) {
        self.later.insert((name.visible_at, name));
    }

    /// Removes a message.
    pub(super) fn remove(&mut self, name: &Name) {
        self.visible.remove(name);
        self.later.remove(&(name.visible_at, *name));
    }

    /// Returns true if a message is visible now.
    pub(super) fn has_visible(&mut self, now: i64) -> bool {
        while let Some(&(visible_at, name)) = self.later.first()
            && visible_at <= now
        {
            self.later.pop_first();
            self.visible.insert(name);
        }
        !self.visible.is_empty()
    }

    /// Removes the oldest of the messages that are visible now, and returns it.
    pub(super) fn take_visible(&mut self, now: i64) -> Option<Name> {
        self.has_visible(now);
        self.visible.pop_first()
    }
}

impl FromIterator<Name> for Backlog {
    fn from_iter<N: IntoIterator<Item = Name>>(names: N) -> Self {
        Self { visible: BTreeSet::new(), later: names.into_iter().map(|name| (name.visible_at, name)).collect() }
    }
}
