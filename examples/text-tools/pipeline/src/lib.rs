//! The caller: a text goes through a tool, line by line. Which tool that is, in which language, and whether it stays the same one is not
//! for this part to know.

use std::cell::Cell;

wit_bindgen::generate!({ path: "../wit/text-1.0.wit", world: "pipeline-with-tool", generate_all });

use exports::tools::text::pipeline::Guest;
use exports::wasi::cli::run::Guest as Command;
use tools::text::tool;
use wasi::logging::logging::{Level, log};

const LINES: [&str; 4] = [
    "the joint holds by its shape",
    "and the shape is an interface",
    "whoever owns the joint may change it",
    "while the house is lived in",
];

thread_local! {
    static NEXT: Cell<usize> = const { Cell::new(0) };
}

struct Pipeline;

impl Guest for Pipeline {
    fn run(text: String) -> Vec<String> {
        text.lines().map(tool::apply).chain([favourites()]).collect()
    }
}

/// Each run takes the next line, for as long as the app lives.
impl Command for Pipeline {
    fn run() -> Result<(), ()> {
        let next = NEXT.replace(NEXT.get() + 1);
        let applied = tool::apply(LINES[next % LINES.len()]);
        log(Level::Info, &tool::about(), &format!("{applied} ({})", favourites()));
        Ok(())
    }
}

fn favourites() -> String {
    let words: Vec<String> = tool::favourites(3).iter().map(|word| format!("{} {}", word.text, word.times)).collect();
    format!("most often: {}", words.join(", "))
}

export!(Pipeline);
