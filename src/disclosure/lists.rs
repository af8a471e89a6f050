//! Lists of lists in two vectors.

/// Many short lists, one after the other in memory.
#[derive(Debug, Clone)]
pub(super) struct Lists<T> {
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), items: Vec::new() }
    }
}

impl<T: Copy> Lists<T> {
    /// Adds a list, and gives its number.
    pub fn push(&mut self, list: impl IntoIterator<Item = T>) -> u32 {
        self.items.extend(list);
        self.ends.push(self.items.len() as u32);
        self.ends.len() as u32 - 1
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn of(&self, nth: u32) -> &[T] {
        let nth = nth as usize;
        let first = nth.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[first as usize..self.ends[nth] as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.len() as u32).map(|nth| self.of(nth))
    }

    /// For each of `size` items, the lists it is in.
    pub fn inverted<U: Copy + Default>(&self, size: usize, item: impl Fn(u32, T) -> (u32, U)) -> Lists<U> {
        let mut ends = vec![0_u32; size + 1];
        let each = || (0..self.len() as u32).flat_map(|nth| self.of(nth).iter().map(move |one| (nth, *one)));
        for (nth, one) in each() {
            ends[item(nth, one).0 as usize + 1] += 1;
        }
        (0..size).for_each(|of| ends[of + 1] += ends[of]);
        let mut items = vec![U::default(); self.items.len()];
        for (nth, one) in each() {
            let (of, found) = item(nth, one);
            items[ends[of as usize] as usize] = found;
            ends[of as usize] += 1;
        }
        ends.pop();
        Lists { ends, items }
    }
}
