//! A tool in Rust: words in capitals. Its state is handed over in version 1.0: it knows no longest word.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;

wit_bindgen::generate!({ path: "../wit/text-1.0.wit", world: "lasting-tool" });

use exports::tools::text::handover::{self, State};
use exports::tools::text::tool::{self, Word};

#[derive(Default)]
struct Memory {
    texts: u32,
    words: Vec<Word>,
    places: HashMap<String, usize>,
    last: String,
}

impl Memory {
    fn see(&mut self, text: &str) {
        if let Some(&place) = self.places.get(text) {
            self.words[place].times += 1;
            return;
        }
        self.places.insert(text.to_owned(), self.words.len());
        self.words.push(Word { text: text.to_owned(), times: 1 });
    }
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

struct Tool;

impl tool::Guest for Tool {
    fn about() -> String {
        "capitals, in Rust".into()
    }

    fn apply(text: String) -> String {
        MEMORY.with_borrow_mut(|memory| {
            memory.texts += 1;
            for word in text.split_whitespace() {
                memory.see(word);
            }
            memory.last = text.to_uppercase();
            memory.last.clone()
        })
    }

    fn favourites(most: u32) -> Vec<Word> {
        MEMORY.with_borrow(|memory| {
            let mut words = memory.words.clone();
            // A stable sort: of equals, those that came first.
            words.sort_by_key(|word| Reverse(word.times));
            words.truncate(most as usize);
            words
        })
    }
}

impl handover::Guest for Tool {
    fn save() -> State {
        MEMORY.with_borrow(|memory| State { texts: memory.texts, words: memory.words.clone(), last: memory.last.clone() })
    }

    fn load(State { texts, words, last }: State) -> Result<(), String> {
        let places = words.iter().enumerate().map(|(place, word)| (word.text.clone(), place)).collect();
        MEMORY.set(Memory { texts, words, places, last });
        Ok(())
    }
}

export!(Tool);
