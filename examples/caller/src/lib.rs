//! The caller: it knows the scoreboard's interface and nothing of who implements it, and keeps a tally of the provider alive between calls.

use std::cell::RefCell;

wit_bindgen::generate!({ path: "../wit/scoreboard.wit", world: "caller" });

use exports::tenon::scoreboard::game::Guest;
use tenon::scoreboard::scores::{self, Entry, Refusal, Tally};

thread_local! {
    static OPEN: RefCell<Option<Tally>> = const { RefCell::new(None) };
}

struct Game;

impl Guest for Game {
    fn play(player: String) -> Vec<String> {
        let tally = Tally::new(&player);
        let entries = [("Grace", 30), ("Zoë", 55), ("Linus", 30)].map(|(player, points)| Entry { player: player.into(), points });
        let mut told = vec![format!("greet: {}", scores::greet(&player))];
        for points in [40, 0, 101, 15] {
            told.push(format!("add {points}: {}", answer(tally.add(points))));
        }
        let all: Vec<Entry> = entries.into_iter().chain([tally.entry()]).collect();
        told.push(format!("rank: {}", scores::rank(&all).iter().map(show).collect::<Vec<_>>().join(", ")));
        told.push(format!("best: {}", scores::best(&all).as_ref().map_or("nobody".into(), show)));
        told.push(format!("best of none: {}", scores::best(&[]).as_ref().map_or("nobody".into(), show)));
        told
    }

    fn start(player: String) {
        // the tally that was open, if any, is dropped here
        OPEN.set(Some(Tally::new(&player)));
    }

    fn score(points: u32) -> Result<String, String> {
        OPEN.with_borrow(|open| {
            let tally = open.as_ref().ok_or("no tally is open: start one first")?;
            let total = tally.add(points).map_err(|refusal| explain(&refusal))?;
            Ok(format!("{} You have {total}.", scores::greet(&tally.entry().player)))
        })
    }

    fn finish() -> Option<String> {
        OPEN.take().map(|tally| show(&tally.entry()))
    }
}

fn show(entry: &Entry) -> String {
    format!("{} {}", entry.player, entry.points)
}

fn answer(result: Result<u32, Refusal>) -> String {
    match result {
        Ok(total) => total.to_string(),
        Err(refusal) => explain(&refusal),
    }
}

fn explain(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NoPoints => "refused, no points".into(),
        Refusal::TooMany(most) => format!("refused, at most {most} at once"),
    }
}

export!(Game);
