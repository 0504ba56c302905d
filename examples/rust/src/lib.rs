//! The scoreboard in Rust. The traits are made from ../wit/scoreboard.wit at compile time.

use std::cell::RefCell;
use std::cmp::Reverse;

wit_bindgen::generate!({ path: "../wit/scoreboard.wit", world: "provider" });

use exports::tenon::scoreboard::scores::{Entry, Guest, GuestTally, Refusal};

const MOST_AT_ONCE: u32 = 100;

struct Scoreboard;

impl Guest for Scoreboard {
    type Tally = Tally;

    fn greet(player: String) -> String {
        format!("Hello {player}, this is Rust!")
    }

    fn rank(mut entries: Vec<Entry>) -> Vec<Entry> {
        entries.sort_by_key(|entry| Reverse(entry.points));
        entries
    }

    fn best(entries: Vec<Entry>) -> Option<Entry> {
        // `max_by_key` answers with the last one of equals
        entries.into_iter().rev().max_by_key(|entry| entry.points)
    }
}

struct Tally(RefCell<Entry>);

impl GuestTally for Tally {
    fn new(player: String) -> Self {
        Tally(RefCell::new(Entry { player, points: 0 }))
    }

    fn add(&self, points: u32) -> Result<u32, Refusal> {
        match points {
            0 => Err(Refusal::NoPoints),
            1..=MOST_AT_ONCE => {
                let mut entry = self.0.borrow_mut();
                entry.points += points;
                Ok(entry.points)
            }
            _ => Err(Refusal::TooMany(MOST_AT_ONCE)),
        }
    }

    fn entry(&self) -> Entry {
        self.0.borrow().clone()
    }
}

export!(Scoreboard);
