//! Texts and areas by their numbers.

use std::collections::HashMap;

/// A text or an area of a book, by its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Id(u32);

/// Things by their numbers.
#[derive(Debug)]
pub(super) struct Named<T> {
    pub things: Vec<T>,
    of: HashMap<T, u32>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { things: Vec::new(), of: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Named<T> {
    /// The number of a thing, a new one if it is new.
    pub fn id<Q>(&mut self, thing: &Q) -> Id
    where
        T: std::borrow::Borrow<Q>,
        Q: Eq + std::hash::Hash + ToOwned<Owned = T> + ?Sized,
    {
        if let Some(nth) = self.of.get(thing) {
            return Id(*nth);
        }
        let nth = self.things.len() as u32;
        self.things.push(thing.to_owned());
        self.of.insert(thing.to_owned(), nth);
        Id(nth)
    }

    pub fn get(&self, id: Id) -> &T {
        &self.things[id.0 as usize]
    }
}
