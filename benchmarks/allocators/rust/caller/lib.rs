//! Calls `ops` in loops. Bindings allocate arguments whose layout is not the canonical one, and free what comes back.

wit_bindgen::generate!({ path: "../../../guest/ops.wit", world: "caller" });

use tenon::bench::ops::{self, Cell, Rec};

struct Caller;

impl Guest for Caller {
    fn run_add(times: u32) -> u32 {
        (0..times).fold(0, |sum, _| ops::add(sum, 3))
    }

    fn run_echo(times: u32, length: u32) -> u32 {
        let text = "a".repeat(length as usize);
        (0..times).fold(0, |sum: u32, _| sum.wrapping_add(ops::echo(&text).len() as u32))
    }

    fn run_sum(times: u32, length: u32) -> u64 {
        let numbers = vec![0x0101_0101; length as usize];
        (0..times).fold(0, |sum: u64, _| sum.wrapping_add(ops::sum(&numbers)))
    }

    fn run_recs(times: u32, length: u32) -> u32 {
        let records: Vec<Rec> = (0..length).map(|id| Rec { id, name: "b".repeat(24) }).collect();
        (0..times).fold(0, |sum: u32, _| sum.wrapping_add(ops::recs(&records)))
    }

    fn run_cell(times: u32) -> u32 {
        let cell = Cell::new(0);
        (0..times).fold(0, |_, _| cell.add(3))
    }

    fn run_make(times: u32) -> u32 {
        for value in 0..times {
            drop(Cell::new(value));
        }
        times
    }

    fn run_pass(times: u32) -> u32 {
        (0..times).fold(Cell::new(7), |cell, _| ops::pass(cell)).add(0)
    }

    fn run_total(times: u32, length: u32) -> u32 {
        let cells: Vec<Cell> = (0..length).map(|_| Cell::new(5)).collect();
        let lent: Vec<&Cell> = cells.iter().collect();
        (0..times).fold(0, |sum: u32, _| sum.wrapping_add(ops::total(&lent)))
    }
}

export!(Caller);
