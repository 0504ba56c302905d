//! `ops` in Rust: what it is given is on its heap, and freed there.

use std::cell::Cell as Slot;

wit_bindgen::generate!({ path: "../../../guest/ops.wit", world: "callee" });

use exports::tenon::bench::ops::{Cell, CellBorrow, Guest, GuestCell, Rec};

struct Ops;

impl Guest for Ops {
    type Cell = Counter;

    fn add(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn echo(text: String) -> String {
        text
    }

    fn sum(numbers: Vec<u32>) -> u64 {
        numbers.iter().map(|&number| u64::from(number)).sum()
    }

    /// Adds each record's id and the first byte of its name.
    fn recs(records: Vec<Rec>) -> u32 {
        records.iter().map(|rec| rec.id + u32::from(rec.name.as_bytes()[0])).sum()
    }

    fn pass(cell: Cell) -> Cell {
        cell
    }

    fn total(cells: Vec<CellBorrow<'_>>) -> u32 {
        cells.iter().map(|cell| cell.get::<Counter>().value.get()).sum()
    }
}

struct Counter {
    value: Slot<u32>,
}

impl GuestCell for Counter {
    fn new(value: u32) -> Self {
        Counter { value: Slot::new(value) }
    }

    fn add(&self, more: u32) -> u32 {
        self.value.set(self.value.get().wrapping_add(more));
        self.value.get()
    }
}

export!(Ops);
